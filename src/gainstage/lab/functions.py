"""Functions: activations side by side, with their derivatives, a normal input's weight, and what is proved of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gainstage.functions import cards
from gainstage.functions.card import Property
from gainstage.functions.custom import function as examined
from gainstage.functions.function import Array, Function
from gainstage.lab import activations
from gainstage.lab.controls import Control, Slider
from gainstage.lab.panel import Found, Job, Lesson, Panel, Parts, Query, Values
from gainstage.lab.plot import TOP, Curve, Frame, chart, window
from gainstage.show.page import words
from gainstage.show.page.figure import stretched
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.properties import figure as spelled
from gainstage.show.properties import rows
from gainstage.theory.gaussian import moments

PLACES = ("f", "g", "h")  # functions side by side
DEFAULTS = {"f": "gelu", "g": activations.NONE, "h": activations.NONE}
COUNT = 321  # points of a curve
TALLEST = 6.0
WEIGHT = 0.45  # of the chart's height: the highest point of the normal density
READING_VALUES = words.paragraphs(
    "What the unit gives for what it receives. The shaded hill is the weight of a normal input of the spread that is "
    "set: only what lies above it matters to a unit whose input is normalised.",
)
READING_SLOPES = words.paragraphs(
    "What the unit lets through of the gradient. Where the curve is at 0 nothing comes back: a unit whose inputs all "
    "lie there is dead (at exactly 0) or saturated (nearly). Above 1 in size the gradient grows.",
)
ROUNDING = 1e-13  # of the root mean square: all that is left of the mean of an odd function
CENTRAL = "by central differences"


def controls(query: Query) -> tuple[Control, ...]:
    """Up to three functions with their parameters, and the spread of the input."""
    found: list[Control] = []
    for place in PLACES:
        label = "Function" if place == "f" else "Compare with"
        if place == "h" and query.get("g", activations.NONE) == activations.NONE and "h" not in query:
            continue
        found.append(activations.choice(place, label, DEFAULTS[place], none=place != "f"))
        found += activations.settings(query, place, DEFAULTS[place], "x*sigmoid(2*x)")
    spread = Slider("spread", "Spread σ of the input", 1.0, 0.1, 5.0, 0.1)
    return (*found, spread, Slider("reach", "Shown to ±x", 5, 1, 20))


def jobs(values: Values) -> tuple[Job, ...]:
    """The properties of functions whose proofs are not shipped."""
    asked = [(place, values.get(place), activations.given(values, place)) for place in PLACES]
    return tuple(
        Job(place, proved, (chosen, given))
        for place, chosen, given in asked
        if chosen not in (None, activations.NONE) and not _shipped(chosen, given)
    )


def _shipped(chosen: str, given: tuple[tuple[str, Any], ...]) -> bool:
    return chosen != activations.OWN and cards.card(chosen).parameters == dict(given)


def _known(chosen: str, given: tuple[tuple[str, Any], ...]) -> Mapping[str, Property] | None:
    return cards.card(chosen).properties if _shipped(chosen, given) else None


def proved(chosen: str, given: tuple[tuple[str, Any], ...]) -> dict[str, Property]:
    """All properties of a function, by interval arithmetic; of a formula that somebody typed by sampling it."""
    if chosen == activations.OWN:
        return dict(examined(activations.formula(dict(given)["f"]), "f").properties)
    return dict(cards.card(chosen, dict(given)).properties)


def draw(values: Values, found: Found) -> Parts:
    """The two charts, what a normal input sees, and the table of properties."""
    chosen = [place for place in PLACES if values.get(place, activations.NONE) != activations.NONE]
    named = {place: _named(values, place) for place in chosen}
    functions = {place: activations.function(values[place], activations.given(values, place)) for place in chosen}
    known = {place: found.get(place) or _known(values[place], activations.given(values, place)) for place in chosen}
    charts = (
        _chart("values", "The function", values, functions, named),
        _chart("slopes", "Its derivative", values, functions, named),
    )
    return {
        "formulas": _formulas(values, named),
        "charts": tag("div", charts, class_="pair"),
        "normal": _normal(values["spread"], functions, named),
        "properties": _properties(named, known),
    }


def _named(values: Values, place: str) -> str:
    given = activations.given(values, place)
    if values[place] == activations.OWN:
        return "your formula"
    return values[place] + "".join(f" {name}={value:g}" for name, value in given)


def _formulas(values: Values, named: Mapping[str, str]) -> Markup:
    told = []
    for place, name in named.items():
        if values[place] == activations.OWN:
            formula, slope = values[f"{place}.f"], CENTRAL
        else:
            card = cards.card(values[place])
            formula, slope = card.formula, card.derivative
        told += [tag("dt", name), *(tag("dd", tag("code", text)) for text in (f"f(x) = {formula}", f"f′(x) = {slope}"))]
    return tag("dl", told, class_="formulas")


def _chart(
    key: str, title: str, values: Values, functions: Mapping[str, Function], named: Mapping[str, str]
) -> Markup:
    reach = values["reach"]
    x = np.linspace(-reach, reach, COUNT)
    curves = []
    for number, (place, function) in enumerate(functions.items()):
        with np.errstate(all="ignore"):
            y = function.value(x) if key == "values" else function.derivative(x)
        curves.append(Curve(_mark(key, named[place]), torn(function, x, y), f"course c{number}"))
    low, high = window(curves, (-0.3, 1.1), TALLEST)
    frame = Frame(-reach, reach, low, high)
    return chart(
        key,
        title,
        x,
        curves,
        frame,
        says=_says(key, curves, x),
        reading=READING_VALUES if key == "values" else READING_SLOPES,
        under=_weight(values["spread"], x, frame),
    )


def _mark(key: str, name: str) -> str:
    return name if key == "values" else f"{name}′"


def torn(function: Function, x: Array, y: Array) -> Array:
    """``y`` interrupted where it jumps or is not a number."""
    y = np.where(np.isfinite(y), y, np.nan)
    for kink in function.kinks:
        right = int(np.searchsorted(x, kink, side="right"))
        if 2 < right < len(x) - 2 and np.nanmax(np.abs(np.diff(y[right - 2 : right + 2]))) > 0.05 + 4 * abs(
            y[right - 2] - y[right - 3]
        ):
            y[right - 1] = np.nan
    return y


def _weight(spread: float, x: Array, frame: Frame) -> Markup:
    """The normal density as a hill, its height the same whatever its width."""
    heights = np.exp(-0.5 * (x / spread) ** 2) * WEIGHT * (frame.height - TOP)
    base = frame.height - TOP
    outline = [(x[0], 0.0), *zip(x, heights, strict=True), (x[-1], 0.0)]
    points = " ".join(f"{10 * frame.x.pixel(float(a)):.1f},{base - h:.1f}" for a, h in outline)
    return stretched(base, tag("polygon", points=points, class_="weight"), top=TOP)


def _says(key: str, curves: Sequence[Curve], x: Array) -> str:
    told = []
    for curve in curves:
        there = curve.y[np.isfinite(curve.y)]
        if len(there):
            low, high = (spelled(float(end), 3) for end in (there.min(), there.max()))
            told.append(f"{curve.name} lies between {low} and {high}")
    what = "; ".join(told) or "Nothing is finite here"
    return f"For x from {spelled(float(x[0]))} to {spelled(float(x[-1]))}: {what}."


def _normal(spread: float, functions: Mapping[str, Function], named: Mapping[str, str]) -> Markup:
    lines = []
    for place, function in functions.items():
        found = moments(function, 0.0, spread)
        gain = spread / math.sqrt(found.second) if found.second > 0 else math.inf
        mean = found.mean if abs(found.mean) > ROUNDING * math.sqrt(found.second) else 0.0
        cells = (mean, found.second, found.transmission, gain)
        lines.append(tag("tr", tag("th", named[place], scope="row"), (tag("td", spelled(cell, 4)) for cell in cells)))
    head = ("function", "mean E f", "power E f²", "transmission E f′²", "gain that keeps the power")
    return join(
        tag("h3", f"What it makes of a normal input of spread {spread:g}"),
        tag(
            "div",
            tag("table", tag("thead", tag("tr", (tag("th", name, scope="col") for name in head))), tag("tbody", lines)),
            class_="scroll", tabindex=0, role="group", aria_label="What it makes of a normal input",
        ),
    )  # fmt: skip


def _properties(named: Mapping[str, str], known: Mapping[str, Mapping[str, Property] | None]) -> Markup:
    """One row for each property, one column for each function."""
    told = {
        place: {label: (value, entry) for key, each in entries.items() for label, value, entry in rows(key, each)}
        for place, entries in known.items()
        if entries is not None
    }
    labels = list(dict.fromkeys(label for entries in told.values() for label in entries))
    lines = (
        tag("tr", tag("th", label, scope="row"), (_cell(told[at].get(label) if at in told else None) for at in named))
        for label in labels
    )
    head = tag("tr", tag("th", tag("span", "property", class_="unseen"), scope="col"),
               (tag("th", _heading(name, at in told), scope="col") for at, name in named.items()))  # fmt: skip
    return join(
        tag("h3", "What is proved"),
        tag("p", "✓ certified by interval arithmetic over all of float32 · ~ found numerically · ? nothing is claimed",
            class_="quiet"),
        tag("div", tag("table", tag("thead", head), tag("tbody", lines), class_="properties"), class_="scroll tall",
            tabindex=0, role="group", aria_label="What is proved"),
    )  # fmt: skip


def _heading(name: str, there: bool) -> str:
    return name if there else f"{name}: being proved …"


def _cell(told: tuple[str, Property] | None) -> Markup:
    if told is None:
        return tag("td", "")
    value, entry = told
    if entry.proof != "certified":  # the value says by itself how sure it is: ~ or ?
        return tag("td", value if value[:1] in ("~", "?") else f"~{value}", class_="unsure")
    return tag("td", value, tag("span", " ✓", class_="sure", title="certified"))


PANEL = Panel(
    "functions",
    "Functions",
    "Any activation of the catalogue, or one of your own: turn its parameters, compare it with others, and read what "
    "is proved of it.",
    controls,
    draw,
    jobs,
    lessons=(
        Lesson("Three gates: GELU, SiLU, Mish", {"g": "silu", "h": "mish"}),
        Lesson("A sigmoid passes a quarter at most", {"f": "sigmoid", "g": "tanh"}),
        Lesson("A leak keeps the left side alive",
               {"f": "leaky_relu", "f.negative_slope": "0.2", "g": "relu"}),
        Lesson("Your own: x·sigmoid(2x) beside GELU", {"f": "own", "f.f": "x*sigmoid(1.702*x)", "g": "gelu"}),
    ),
)  # fmt: skip
