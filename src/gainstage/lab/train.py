"""Train: a small network on points of the plane, trained by torch in a process of its own and watched from here."""

from __future__ import annotations

from functools import lru_cache

from gainstage.functions.entries import DEFINITIONS
from gainstage.lab import activations
from gainstage.lab.controls import Choice, Control, Slider, spelled
from gainstage.lab.panel import Found, Lesson, Panel, Parts, Query, Values
from gainstage.show.page.figure import legend
from gainstage.show.page.markup import Markup, join, tag

DATA = (("circles", "circles"), ("moons", "moons"), ("spirals", "spirals"), ("xor", "xor"))
STARTS = (
    ("torch", "torch.nn.Linear's own"),
    ("he", "He, for ReLU"),
    ("glorot", "Glorot"),
    ("small", "too small, a tenth"),
    ("large", "too large, fivefold"),
    ("zero", "all zeros"),
)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NOT_ALONE = "torch.nn.Threshold"  # cannot be made without saying where
TORCH = "torch.nn."


def controls(query: Query) -> tuple[Control, ...]:
    """What there is to set: data, network, start, optimizer."""
    return (
        Choice("data", "Data", "spirals", {"": DATA}),
        Slider("noise", "Noise", 0.05, 0.0, 0.4, 0.01),
        Slider("scale", "Inputs times", 1.0, stops=(0.01, 0.1, 1.0, 10.0, 100.0)),
        Slider("depth", "Hidden layers", 3, 1, 20),
        Slider("width", "Units in each", 24, 1, 64),
        Choice("activation", "Activation", "relu", _activations()),
        Choice("init", "Initialisation", "torch", {"": STARTS}),
        Choice("optimizer", "Optimizer", "Adam", {"": (("SGD", "SGD"), ("Adam", "Adam"))}),
        Slider("lr", "Learning rate", 0.01, stops=RATES),
        Slider("batch", "Batch", 64, stops=(1, 4, 16, 64, 256)),
        Slider("steps", "Steps", 1500, 100, 6000, 100),
        Slider("pace", "Steps per second, at most", 300, stops=(30, 100, 300, 1000, 100000)),
        Slider("seed", "Seed", 0, 0, 99),
    )


@lru_cache(maxsize=1)
def _activations() -> dict[str, tuple[tuple[str, str], ...]]:
    """Those that torch has as modules."""
    found = {
        family: tuple(pair for pair in pairs if _module(pair[0]))
        for family, pairs in activations.options(False, False).items()
    }
    return {family: pairs for family, pairs in found.items() if pairs}


def _module(name: str) -> str:
    module = DEFINITIONS[name].module
    return module.removeprefix(TORCH) if module.startswith(TORCH) and module != NOT_ALONE else ""


def arguments(values: Values) -> list[str]:
    """The script's command line for these settings, one word each."""
    asked = spelled({**values, "activation": _module(values["activation"])})
    return [f"--{name}={value}" for name, value in asked.items()]


def draw(values: Values, found: Found) -> Parts:
    """What will be trained, in a sentence."""
    width, depth = int(values["width"]), int(values["depth"])
    weights = 3 * width + (depth - 1) * (width + 1) * width + 2 * (width + 1)
    layers = f"{depth} hidden layer{'s' if depth > 1 else ''} of {width} units"
    return {
        "plan": tag(
            "p",
            f"{values['data'].capitalize()}, 400 points; {layers} with {values['activation']}, {weights:,} weights and "
            f"biases; {values['optimizer']} at {values['lr']:g}.",
            class_="quiet",
        )
    }


def stage() -> Markup:
    """What the training itself fills: buttons, the plane, and what Gainstage says of the run."""
    return join(
        tag(
            "div",
            tag("button", "Train", type="button", id="train"),
            tag("button", "Stop", type="button", id="stop", class_="plain", disabled=True),
            tag("p", "Nothing has been trained yet.", id="progress", role="status"),
            class_="buttons",
        ),
        tag("div", _plane(), tag("div", id="watched"), class_="trained"),
    )


def _plane() -> Markup:
    signs = (
        (tag("circle", cx=13, cy=7, r=5, class_="kind0"), "first kind"),
        (tag("rect", x=8, y=2, width=10, height=10, class_="kind1"), "second kind"),
    )
    return tag(
        "figure",
        tag("figcaption", tag("h3", "The plane, as the network sees it", id="plane-title")),
        legend(signs),
        tag("canvas", id="plane", role="img", aria_labelledby="plane-title plane-says", width=560, height=560),
        tag("p", "The colour behind the points is what the network takes a point there to be.", class_="says",
            id="plane-says"),
        class_="chart plane",
    )  # fmt: skip


PANEL = Panel(
    "train",
    "Train",
    "A small network on points of the plane, trained by torch while Gainstage watches: the ladder of its stages, and "
    "findings as they appear.",
    controls,
    draw,
    lessons=(
        Lesson("Spirals, and a network that learns them", {}),
        Lesson("Ten sigmoid layers: the gradient vanishes",
               {"data": "moons", "depth": "10", "activation": "sigmoid", "optimizer": "SGD", "lr": "0.1"}),
        Lesson("A learning rate that kills ReLUs",
               {"data": "circles", "optimizer": "SGD", "lr": "10"}),
        Lesson("All weights zero: nothing tells the units apart", {"data": "xor", "init": "zero"}),
        Lesson("No activation: a straight line is all there is", {"data": "circles", "activation": "linear"}),
        Lesson("Inputs a hundred times too large", {"data": "moons", "scale": "100", "activation": "tanh"}),
    ),
    script="train.js",
    stage=stage,
)  # fmt: skip
