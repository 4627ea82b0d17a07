"""Towers: a function, drawn or typed, and the one-layer network that is built to it without training."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from gainstage.construct import placement
from gainstage.construct.build import construct
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.line import polygon, staircase
from gainstage.construct.network import Network
from gainstage.construct.placement import Polyline, Samples, Stairs
from gainstage.construct.unit import Unit, unit
from gainstage.functions.function import Array
from gainstage.lab import activations
from gainstage.lab.controls import Choice, Control, Slider, Text
from gainstage.lab.panel import Found, Job, Lesson, Panel, Parts, Query, Values
from gainstage.lab.sketch import HEIGHT, Sketch, pad
from gainstage.lab.towers_chart import approximation, course
from gainstage.show.page.markup import Markup, tag
from gainstage.show.properties import figure as spelled

LOOKED = 1601  # points at which the function is known
CHECKED = 4001  # points at which the error is measured
MOST = 128  # towers or straight pieces
COUNTS = (2, 4, 8, 16, 32, 64, 128)
STEEPNESS = (1 / 256, 1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0)
HALVINGS, ROUGHLY = 10, 8  # of the interval in which a tolerance lies; fewer where it becomes a point of a curve
PROVABLE = 1e-3  # of the function's height: finer proofs take longer than one waits for


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A network, the edges and heights that it was built from, and its largest error at ``CHECKED`` points."""

    network: Network
    edges: Array
    heights: Array
    x: Array
    wanted: Array
    reached: Array
    error: float


def controls(query: Query) -> tuple[Control, ...]:
    """What there is to set."""
    drawn = query.get("target") == "drawn"
    targets = (("formula", "a formula"), ("drawn", "drawn by hand"))
    formula = (
        Text("f", "Formula in x", "sin(3*x)*exp(-x/2)", hint="with exp, sin, tanh, abs, sqrt, max and others"),
        Slider("low", "from x", 0, -10, 10, 0.5),
        Slider("high", "to x", 6, -10, 10, 0.5),
    )
    placings = (("equal", "all equally wide"), ("placed", "where the function needs them"))
    return (
        Choice("target", "The function", "formula", {"": targets}),
        *((Sketch("points", "Points of the drawing"),) if drawn else formula),
        Slider("n", "Towers", 12, 2, MOST),
        Choice("unit", "Made of", "sigmoid", _units()),
        Slider("steep", "Steepness, against the usual", 1.0, stops=STEEPNESS),
        Choice("placing", "Their widths", "equal", {"": placings}),
    )


@lru_cache(maxsize=1)
def _units() -> dict[str, tuple[tuple[str, str], ...]]:
    """Functions that towers, or straight pieces, can be made of."""
    kinds: dict[str, list[tuple[str, str]]] = {"steps: towers": [], "ramps: straight pieces": []}
    for family in activations.options(False, False).values():
        for name, text in family:
            kind = unit(name).kind
            if kind != "other":
                kinds["steps: towers" if kind == "step" else "ramps: straight pieces"].append((name, text))
    return {group: tuple(pairs) for group, pairs in kinds.items()}


def jobs(values: Values) -> tuple[Job, ...]:
    """The proof of a bound, where there is a formula to prove it of."""
    if values["target"] == "drawn":
        return ()
    return (Job("proof", proved, (values["f"], values["low"], values["high"], values["n"], values["unit"])),)


def proved(text: str, low: float, high: float, count: int, name: str) -> tuple[float, float, int]:
    """A network with the tolerance that ``count`` towers reach: the tolerance, the certified bound, the units."""
    samples = sampled("formula", text, low, high)
    error = float(_placed(samples, unit(name), int(count))[1])
    tolerance = max(1.05 * error, PROVABLE * float(np.ptp(samples.y)), 1e-9)
    tolerance = float(f"{1.05 * tolerance:.2g}")
    report = construct(text, (low, high), tolerance, name, dtype="float64").report
    return tolerance, report.bound, report.units[0]


@lru_cache(maxsize=32)
def sampled(target: str, text: str, low: float, high: float) -> Samples:
    """The function at equally spaced points.

    Raises:
        CannotApproximate: for an empty interval, or where the function is not finite.
    """
    if not low < high:
        raise CannotApproximate(f"from {low:g} to {high:g} there is nothing: the left end must lie below the right one")
    x = np.linspace(low, high, LOOKED)
    y = value(target, text)(x)
    if not np.isfinite(y).all():
        at = float(x[~np.isfinite(y)][0])
        raise CannotApproximate(f"{text} is not finite at x = {at:.4g}; choose an interval without that point")
    return Samples(x, y)


def value(target: str, text: str) -> Any:
    """The function on arrays: of a drawing the polyline through its points on [0, 1]."""
    if target == "formula":
        return activations.formula(text)
    points = np.array([float(part) for part in text.split(",")])
    return lambda x: np.interp(x, np.linspace(0.0, 1.0, len(points)), points)


def _asked(values: Values) -> tuple[str, str, float, float]:
    if values["target"] == "drawn":
        return "drawn", values["points"], 0.0, 1.0
    return "formula", values["f"], float(values["low"]), float(values["high"])


def build(samples: Samples, wanted: Any, made_of: Unit, count: int, steep: float, equal: bool) -> Built:
    """The network of ``count`` towers, or straight pieces, and what it makes of the interval."""
    low, high = float(samples.x[0]), float(samples.x[-1])
    plan, error = (_equal(samples, made_of, count), 0.0) if equal else _placed(samples, made_of, count)
    if isinstance(plan, Stairs):
        network = staircase(made_of, plan, low, high, "float64", steep)
        edges, heights = np.concatenate([[low], plan.edges, [high]]), plan.heights
    else:
        corner = max(error, 1e-3 * float(np.ptp(samples.y)), 1e-9)
        network = polygon(made_of, plan, "float64", corner, steep)
        edges, heights = plan.x, plan.y
    x = np.linspace(low, high, CHECKED)
    there, reached = wanted(x), network(x[:, None])
    return Built(network, edges, heights, x, there, reached, float(np.max(np.abs(reached - there))))


def _equal(samples: Samples, made_of: Unit, count: int) -> Stairs | Polyline:
    """Equal widths: each tower at the middle of what the function does above it, each vertex on the function."""
    edges = np.linspace(samples.x[0], samples.x[-1], count + 1)
    if made_of.kind == "ramp":
        return Polyline(edges, np.interp(edges, samples.x, samples.y))
    cells = np.clip(np.searchsorted(edges, samples.x, side="right") - 1, 0, count - 1)
    starts = np.searchsorted(cells, np.arange(count))
    high, low = np.maximum.reduceat(samples.y, starts), np.minimum.reduceat(samples.y, starts)
    return Stairs(edges[1:-1], (high + low) / 2)


def _placed(
    samples: Samples, made_of: Unit, count: int, halvings: int = HALVINGS
) -> tuple[Stairs | Polyline, float]:
    """The smallest tolerance for which ``count`` towers or pieces suffice, by bisection, and their places."""
    place = placement.stairs if made_of.kind == "step" else placement.polyline
    height = float(np.ptp(samples.y)) or 1.0
    low, high = math.log(1e-6 * height), math.log(height)
    best: tuple[Stairs | Polyline, float] = place(samples, math.exp(high)), math.exp(high)
    for _ in range(halvings):
        middle = (low + high) / 2
        found = place(samples, math.exp(middle))
        if pieces(found) <= count:
            high, best = middle, (found, math.exp(middle))
        else:
            low = middle
    return best


def pieces(plan: Stairs | Polyline) -> int:
    """The number of towers or straight pieces."""
    return len(plan.heights) if isinstance(plan, Stairs) else len(plan.x) - 1


@lru_cache(maxsize=32)
def errors(target: str, text: str, low: float, high: float, name: str) -> tuple[tuple[float, ...], ...]:
    """The error of equal and of placed widths for each of ``COUNTS``."""
    samples, made_of = sampled(target, text, low, high), unit(name)
    equal = placement.stair_error if made_of.kind == "step" else placement.chord_error
    placed = (_placed(samples, made_of, count, ROUGHLY)[1] for count in COUNTS)
    return tuple(equal(samples, count) for count in COUNTS), tuple(placed)


def draw(values: Values, found: Found) -> Parts:
    """The function with its network, and the error against the number of towers."""
    asked, made_of = _asked(values), unit(values["unit"])
    samples = sampled(*asked)
    built = build(samples, value(*asked[:2]), made_of, int(values["n"]), values["steep"], values["placing"] == "equal")
    drawn = values["target"] == "drawn"
    over = pad if drawn else None
    window = (-HEIGHT, HEIGHT) if drawn else None
    return {
        "sentence": tag("p", _sentence(values, made_of, built), class_="sentence"),
        "approximation": approximation(built, made_of, over, window),
        "course": course(COUNTS, errors(*asked, values["unit"]), int(values["n"]), built.error, made_of),
        "proof": _proof(values, found.get("proof")),
    }


def _sentence(values: Values, made_of: Unit, built: Built) -> str:
    what = "towers" if made_of.kind == "step" else "straight pieces"
    units = built.network.units[0]
    error = spelled(built.error, 2)
    return f"{int(values['n'])} {what} of {units} {made_of.name} units are within {error} of the function."


def _proof(values: Values, found: tuple[float, float, int] | None) -> Markup:
    if values["target"] == "drawn":
        return tag("p", "A drawing is known at its points only: its error is measured, not proved.", class_="quiet")
    if found is None:
        return tag("p", "A bound is being proved …", class_="quiet")
    tolerance, bound, units = found
    where = f"--on {values['low']:g},{values['high']:g} --tolerance {tolerance:g}"
    command = f"gainstage approximate {shlex.quote(values['f'])} {where}"
    return tag(
        "p",
        f"Proved on the whole interval by ball arithmetic: {units} {values['unit']} units, placed where the function "
        f"needs them, are never further than {spelled(bound, 3)} from it. ",
        tag("code", command + ("" if values["unit"] == "sigmoid" else f" --unit {values['unit']}")),
        class_="quiet",
    )


PANEL = Panel(
    "towers",
    "Towers",
    "Any continuous function can be built from sigmoids: pairs of them make towers, towers side by side make the "
    "function. Draw one or type one, and see the error fall as towers are added.",
    controls,
    draw,
    jobs,
    lessons=(
        Lesson("Four towers: see what they are", {"n": "4"}),
        Lesson("Too soft: sigmoids that are not steep enough", {"n": "16", "steep": "0.015625"}),
        Lesson("Widths where the function needs them", {"n": "32", "placing": "placed", "f": "sqrt(x)", "high": "1"}),
        Lesson("The same from ReLUs: straight pieces", {"unit": "relu"}),
        Lesson("Draw a function yourself", {"target": "drawn"}),
    ),
    script="towers.js",
)
