"""The chain: depth, width, activation and start, and what they do to signal and gradient on their way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import numpy as np

from gainstage.functions.function import Array
from gainstage.lab import activations
from gainstage.lab.chain_chart import Expected, Levels, drawing, spoken
from gainstage.lab.controls import Check, Choice, Control, Slider, spelled
from gainstage.lab.panel import Found, Job, Lesson, Panel, Parts, Query, Values
from gainstage.show.page.markup import Markup, tag
from gainstage.show.propagation_words import sentence, setting
from gainstage.theory.blocks import BLOCKS
from gainstage.theory.outlook import outlook
from gainstage.theory.propagation import Propagation, propagate
from gainstage.theory.simulate import simulate
from gainstage.theory.start import Start, start

DEPTH, WIDTHS = 60, (16.0, 32.0, 48.0, 64.0, 96.0)
NETWORKS = 3
STARTS = (
    ("torch", "torch.nn.Linear's own"),
    ("he", "He, for ReLU"),
    ("glorot", "Glorot"),
    ("lecun", "LeCun"),
    ("gain", "by this activation's gain"),
    ("orthogonal", "orthogonal"),
    ("critical", "edge of chaos"),
    ("set", "set by hand"),
)
WIRINGS = {
    "plain": "plain: f(W x)",
    "norm": "layer norm: f(norm(W x))",
    "residual": "residual: x + W f(x)",
    "pre-norm": "pre-norm: x + W f(norm(x))",
    "post-norm": "post-norm: norm(x + W f(x))",
}


@dataclass(frozen=True, slots=True)
class Theory:
    """What the theory says of a chain; ``remedy`` names the start and the wiring that would hold it."""

    levels: Expected
    sentence: str
    setting: str
    remedy: tuple[str, str] | None


def controls(query: Query) -> tuple[Control, ...]:
    """What there is to set."""
    wirings = [(name, WIRINGS[name]) for name in BLOCKS]
    by_hand = (
        (Slider("gain", "Weights' gain σ_w", 1.0, 0.2, 4.0, 0.05, hint="standard deviation times √fan-in"),)
        if query.get("init") == "set"
        else ()
    )
    return (
        activations.choice("activation", "Activation", "sigmoid"),
        *activations.settings(query, "activation", "sigmoid", "x*sigmoid(2*x)"),
        Slider("depth", "Depth, in stages", 30, 1, DEPTH),
        Slider("width", "Width, in units", 64.0, stops=WIDTHS),
        Choice("init", "Initialisation", "torch", {"": STARTS}),
        *by_hand,
        Choice("block", "Wiring", "plain", {"": wirings}),
        Check("bias", "with biases"),
        Slider("variance", "Variance of the inputs", 1.0, stops=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)),
    )


def jobs(values: Values) -> tuple[Job, ...]:
    """Theory takes a few milliseconds for each stage: more than a slider can wait for."""
    return (Job("theory", theorise, _arguments(values)),)


def _arguments(values: Values) -> tuple[Any, ...]:
    recipe = f"gain={values['gain']:g}" if values["init"] == "set" else values["init"]
    chosen = values["activation"], activations.given(values, "activation")
    sizes = values["depth"], int(values["width"])
    return (*chosen, *sizes, recipe, values["block"], values["bias"], values["variance"])


def theorise(
    chosen: str, settings: Any, depth: int, width: int, recipe: str, block: str, bias: bool, variance: float
) -> Theory:
    """The chain by mean-field theory, beside three drawn networks."""
    chain = propagate(
        activations.function(chosen, settings), depth=depth, width=width, recipe=recipe, block=block, bias=bias,
        input_variance=variance, seeds=NETWORKS,
    )  # fmt: skip
    found = outlook(chain)
    levels = Expected(*(_levels(chain, name) for name in ("predicted", "low", "high")))
    remedy = (found.remedy.recipe, found.remedy.block) if found.remedy else None
    told = re.sub(r"--init (\w+)", lambda option: f"The start “{dict(STARTS)[option[1]]}”", sentence(chain, found))
    return Theory(levels, told, setting(chain), remedy)


def _levels(chain: Propagation, name: str) -> Levels:
    return Levels(
        tuple(getattr(rung.signal_db, name) for rung in chain.rungs),
        tuple(getattr(rung.gradient_db, name) for rung in chain.rungs),
    )


@lru_cache(maxsize=64)
def drawn(
    chosen: str, settings: Any, depth: int, width: int, recipe: str, block: str, bias: bool, variance: float
) -> Levels:
    """One random network, the first of those that the theory is held against."""
    function = activations.function(chosen, settings)
    begun = _start(recipe, function, width, bias)
    found = simulate(function, begun, depth=depth, width=width, block=block, input_variance=variance, seeds=1)
    signal, gradient = found.signal[0], found.gradient[0]
    return Levels(_decibels(signal[1:], signal[0]), _decibels(gradient[:-1], gradient[-1]))


@lru_cache(maxsize=64)
def _start(recipe: str, function: Any, width: int, bias: bool) -> Start:
    return start(recipe, function, width, bias=bias)


def _decibels(powers: Array, first: float) -> tuple[float, ...]:
    with np.errstate(all="ignore"):
        return tuple((10 * np.log10(powers / first)).tolist())


def draw(values: Values, found: Found) -> Parts:
    """The levels along the chain, and the sentence."""
    theory: Theory | None = found.get("theory")
    if values["init"] == "critical" and theory is None:  # where the edge of chaos lies, the theory has to find first
        return {"sentence": tag("p", "The edge of chaos is being looked for …", class_="sentence")}
    levels = drawn(*_arguments(values))
    return {
        "sentence": tag("p", theory.sentence if theory else _measured(levels), class_="sentence"),
        "remedy": _remedy(values, theory.remedy if theory else None),
        "levels": drawing(levels, theory.levels if theory else None),
        "setting": tag("p", theory.setting if theory else "", class_="quiet"),
    }


def _measured(levels: Levels) -> str:
    return f"In one network the signal is {spoken(levels.signal[-1])}, the gradient {spoken(levels.gradient[0])}."


def _remedy(values: Values, remedy: tuple[str, str] | None) -> Markup:
    if remedy is None or remedy[0] not in dict(STARTS):
        return Markup("")
    query = spelled({**values, "init": remedy[0], "block": remedy[1]})
    return tag("p", tag("a", "Set it so", href=f"?{urlencode({'panel': 'chain', **query})}"))


PANEL = Panel(
    "chain",
    "Chain",
    "A deep network is a chain of amplifiers. Set depth, activation and initialisation, and see how much of the signal "
    "arrives at the far end, and how much of the gradient comes back.",
    controls,
    draw,
    jobs,
    lessons=(
        Lesson("Thirty sigmoids: nothing arrives", {}),
        Lesson("ReLU as torch draws it: every stage loses",
               {"activation": "relu", "depth": "50"}),
        Lesson("The same with He's weights", {"activation": "relu", "depth": "50", "init": "he"}),
        Lesson("tanh on the edge of chaos", {"activation": "tanh", "depth": "50", "init": "critical"}),
        Lesson("Weights too large: the gradient explodes",
               {"activation": "relu", "depth": "40", "init": "set", "gain": "2"}),
        Lesson("Sigmoids again, with residual paths and normalisation", {"block": "pre-norm"}),
    ),
)  # fmt: skip
