"""One neuron that learns: how it dies, what revives it, and how it saturates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from gainstage.functions.function import Array, Function
from gainstage.lab import activations
from gainstage.lab.controls import Control, Slider
from gainstage.lab.functions import torn
from gainstage.lab.panel import Found, Lesson, Panel, Parts, Query, Values
from gainstage.lab.plot import Curve, Frame, chart, dot, upright, window
from gainstage.show import numbers
from gainstage.show.page import words
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.properties import figure as spelled

STEPS = 120
INPUTS = 41  # examples: evenly through a normal distribution, so that nothing is left to chance
SATURATED = 0.01  # of the best transmission that the activation has
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
RANGE = 1e6  # a neuron that has run further than this has left every picture
READING_UNIT = words.paragraphs(
    "The curve is the activation; each dot is one of the inputs, at the weighted sum z = w·x + b that it gives and the "
    "output that follows. Where the curve is flat below the dots, no gradient comes through.",
)
READING_COURSE = words.paragraphs(
    "Transmission is E f′(z)² over the inputs, the share of the gradient's power that the unit passes. At exactly 0 it "
    "is dead: its own weight and bias receive nothing, so that no step of its own brings it back.",
)
READING_WEIGHTS = words.paragraphs(
    "Weight and bias after each step of gradient descent on ½(output − target)², averaged over the inputs, and the "
    "mean output on its way to the target.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One neuron over the steps, arrays of length ``STEPS`` + 1; ``sums`` (steps, inputs) are what it received."""

    weight: Array
    bias: Array
    sums: Array
    output: Array
    transmission: Array
    passing: Array


def controls(query: Query) -> tuple[Control, ...]:
    """What there is to set."""
    return (
        activations.choice("activation", "Activation", "relu"),
        *activations.settings(query, "activation", "relu", "max(x, 0.1*x)"),
        Slider("w", "Weight w at the start", 1.0, -6.0, 6.0, 0.1),
        Slider("b", "Bias b at the start", 0.5, -10.0, 10.0, 0.1),
        Slider("mean", "Mean of the inputs", 0.0, -5.0, 5.0, 0.1),
        Slider("target", "Target: the output that is asked for", -1.0, -4.0, 4.0, 0.1),
        Slider("rate", "Learning rate", 0.1, stops=RATES),
        Slider("shift", "The inputs move by, halfway", 0.0, -6.0, 6.0, 0.1, hint="as they do when layers below learn"),
        Slider("step", "Step that is shown", 40, 0, STEPS),
    )


def trained(function: Function, values: Mapping[str, Any]) -> Course:
    """Gradient descent on one neuron."""
    inputs = values["mean"] + _quantiles()
    weight, bias = float(values["w"]), float(values["b"])
    rows: list[tuple[float, float, Array, float, float, float]] = []
    with np.errstate(all="ignore"):
        for step in range(STEPS + 1):
            x = inputs + (values["shift"] if step >= STEPS // 2 else 0.0)
            sums = weight * x + bias
            output, slope = function.value(sums), function.derivative(sums)
            passed = float((slope**2).mean()), float((slope != 0).mean())
            rows.append((weight, bias, sums, float(output.mean()), *passed))
            error = (output - values["target"]) * slope
            weight = _held(weight - values["rate"] * float((error * x).mean()))
            bias = _held(bias - values["rate"] * float(error.mean()))
    return Course(*(np.array(column) for column in zip(*rows, strict=True)))


def _held(value: float) -> float:
    return float(np.clip(value, -RANGE, RANGE)) if np.isfinite(value) else RANGE


@lru_cache(maxsize=1)
def _quantiles() -> Array:
    return np.array([NormalDist().inv_cdf((n + 0.5) / INPUTS) for n in range(INPUTS)])


def draw(values: Values, found: Found) -> Parts:
    """The neuron at one step, and its course over all of them."""
    function = activations.function(values["activation"], activations.given(values, "activation"))
    course, step = trained(function, values), int(values["step"])
    charts = (_transmitted(course, step), _weights(course, step, values["target"]))
    return {
        "sentence": tag("p", sentence(function, course, step), class_="sentence"),
        "facts": _facts(course, step),
        "unit": _unit(function, course, step),
        "courses": tag("div", charts, class_="pair"),
    }


def state(function: Function, transmission: float) -> str:
    """``dead``, ``saturated`` or ``alive``."""
    if transmission == 0:
        return "dead"
    best = function.best_transmission
    return "saturated" if np.isfinite(best) and transmission < SATURATED * best else "alive"


def sentence(function: Function, course: Course, step: int) -> str:
    """What has become of the neuron by now, since when, and what comes of it."""
    states = [state(function, float(value)) for value in course.transmission]
    now = states[step]
    since = next((n + 1 for n in range(step - 1, -1, -1) if states[n] != now), 0)
    until = next((n for n in range(step, STEPS + 1) if states[n] != now), None)
    when = f"since step {since}" if since else "from the start"
    if now == "dead":
        ends = f"The inputs' shift revives it at step {until}." if until else "No step of its own brings it back."
        return f"Step {step}: dead {when}. Every input lies where the slope is 0, so nothing is learnt. {ends}"
    share = numbers.percent(float(course.transmission[step]))
    if now == "saturated":
        return f"Step {step}: saturated {when}. Only {share} of the gradient's power comes through: it hardly learns."
    passing = f"{round(INPUTS * float(course.passing[step]))} of {INPUTS} inputs let something through"
    ends = f" At step {until} it is {states[until]}." if until else ""
    return f"Step {step}: alive {when}. {passing}, {share} of the gradient's power.{ends}"


def _facts(course: Course, step: int) -> Markup:
    told = (
        ("weight", course.weight[step]),
        ("bias", course.bias[step]),
        ("mean output", course.output[step]),
        ("transmission", course.transmission[step]),
    )
    return tag(
        "dl",
        (tag("div", tag("dt", name), tag("dd", spelled(float(value), 3), class_="value")) for name, value in told),
        class_="tiles",
    )


def _unit(function: Function, course: Course, step: int) -> Markup:
    sums = course.sums[step]
    reach = float(min(max(6.0, 1.1 * np.max(np.abs(sums))), 60.0))
    z = np.linspace(-reach, reach, 321)
    with np.errstate(all="ignore"):
        curve = Curve("output f(z)", torn(function, z, function.value(z)))
        slope = Curve("slope f′(z)", torn(function, z, function.derivative(z)), "course c1")
        outputs = function.value(sums)
    low, high = window([curve, slope], (-0.3, 1.2), 6.0)
    frame = Frame(-reach, reach, low, high, "weighted sum z = w·x + b", 240.0)
    dots = join(dot(float(a), float(b), frame, "dot given") for a, b in zip(sums, outputs, strict=True))
    return chart(
        "unit",
        f"The neuron at step {step}",
        z,
        [curve, slope],
        frame,
        says=f"Its {INPUTS} inputs give weighted sums from {spelled(float(sums.min()), 3)} to "
        f"{spelled(float(sums.max()), 3)}.",
        reading=READING_UNIT,
        over=dots,
        signs=[(tag("circle", cx=13, cy=7, r=4, class_="dot given"), "the inputs")],
    )


def _transmitted(course: Course, step: int) -> Markup:
    x = np.arange(STEPS + 1, dtype=float)
    curves = [
        Curve("transmission E f′²", course.transmission),
        Curve("share of inputs that pass", course.passing, "course c2"),
    ]
    low, high = window(curves, (0.0, 1.0), 10.0)
    frame = Frame(0.0, float(STEPS), low, high, "step", 200.0)
    return chart(
        "transmitted", "What comes through", x, curves, frame, over=upright(float(step), frame, "cross"),
        under=upright(STEPS / 2, frame), reading=READING_COURSE,
        says=f"Transmission goes from {spelled(float(course.transmission[0]), 3)} to "
        f"{spelled(float(course.transmission[-1]), 3)} in {STEPS} steps.",
    )  # fmt: skip


def _weights(course: Course, step: int, target: float) -> Markup:
    x = np.arange(STEPS + 1, dtype=float)
    curves = [
        Curve("weight", course.weight),
        Curve("bias", course.bias, "course c1"),
        Curve("mean output", course.output, "course c2"),
        Curve("target", np.full(STEPS + 1, target), "course c4"),
    ]
    low, high = window(curves, most=20.0)
    frame = Frame(0.0, float(STEPS), low, high, "step", 200.0)
    return chart(
        "weights", "What it learns", x, curves, frame, over=upright(float(step), frame, "cross"),
        under=upright(STEPS / 2, frame), reading=READING_WEIGHTS,
        says=f"The weight goes from {spelled(float(course.weight[0]), 3)} to {spelled(float(course.weight[-1]), 3)}, "
        f"the bias from {spelled(float(course.bias[0]), 3)} to {spelled(float(course.bias[-1]), 3)}.",
    )  # fmt: skip


PANEL = Panel(
    "neuron",
    "Neuron",
    "One neuron, forty-one inputs, a target. Watch it follow the gradient step by step: a ReLU dies and stays dead "
    "until its inputs move, a sigmoid saturates, a leak brings a unit back.",
    controls,
    draw,
    lessons=(
        Lesson("A ReLU dies of a target that it cannot reach", {}),
        Lesson("A dead ReLU revives when its inputs move", {"b": "-4", "target": "1", "shift": "3", "step": "61"}),
        Lesson("A leaky ReLU comes back by itself", {"activation": "leaky_relu", "activation.negative_slope": "0.1",
               "b": "-6", "target": "1", "rate": "1", "step": "60"}),
        Lesson("A large step kills a healthy ReLU", {"target": "3", "rate": "3", "b": "2", "step": "10"}),
        Lesson("A sigmoid that starts saturated", {"activation": "sigmoid", "w": "1", "b": "-9", "target": "0.8",
               "rate": "3"}),
    ),
)  # fmt: skip
