"""Properties in words: one or more lines of label and value for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gainstage.functions.card import Property
from gainstage.show.numbers import MINUS

DIGITS = 6
Row = tuple[str, str, Property]
LABELS = {
    "range": "range",
    "derivative_range": "derivative's range",
    "monotonic": "monotonic",
    "derivative_monotonic": "derivative monotonic",
    "symmetry": "symmetry",
    "zero_centred": "zero-centred",
    "smoothness": "smoothness",
    "lipschitz": "Lipschitz constant",
    "saturation": "saturated (|f′| < 1 %)",
    "homogeneity": "homogeneous of degree",
    "convexity": "convexity",
    "minimum": "minimum",
    "maximum": "maximum",
    "gain": "gain, forward",
    "backward_gain": "gain, backward",
    "variance_slope": "variance map's slope",
    "fixed_point": "its fixed point",
    "zero_share": "exact zeros at rest",
}
SIDES = {"minus_infinity": "x → −∞", "plus_infinity": "x → ∞"}
MOMENTS = {"mean": "E f", "second": "E f²", "derivative_mean": "E f′", "transmission": "E f′²"}


def rows(name: str, entry: Property) -> list[Row]:
    """The lines of one property on a card."""
    if entry.proof == "unknown" or entry.value is None:
        return [(LABELS.get(name, name.replace("_", " ")), worded(name, entry), entry)]
    if name == "moments":
        return [(MOMENTS[key], figure(value), entry) for key, value in entry.value.items()]
    if name == "limits":
        ends = [(f"limit {text}", _end(entry.value[side]), entry) for side, text in SIDES.items()]
        jumps = [
            (f"jump at {figure(jump['at'])}", f"{figure(jump['left'])} → {figure(jump['right'])}", entry)
            for jump in entry.value["jumps"]
        ]
        return ends + jumps
    if name == "asymptotes":
        return [(f"asymptote {text}", _line(entry.value[side]), entry) for side, text in SIDES.items()]
    return [(LABELS.get(name, name.replace("_", " ")), worded(name, entry), entry)]


def worded(name: str, entry: Property, digits: int = DIGITS) -> str:
    """The value of one property; "?" when nothing is claimed, "~" before what is only numerical."""
    if entry.proof == "unknown":
        return "?"
    text = _WORDS[name](entry.value, digits) if name in _WORDS else figure(entry.value, digits)
    return f"~{text}" if entry.proof == "numerical" else text


def figure(value: Any, digits: int = DIGITS) -> str:
    """A number with so many digits, infinities and signs as typeset; words as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return "none" if value is None else str(value)
    text = "∞" if math.isinf(value) else f"{abs(value):.{digits}g}"
    return f"{MINUS}{text}" if value < 0 else text


def _interval(value: Mapping[str, Any], digits: int) -> str:
    left = "[" if value["low_attained"] else "("
    right = "]" if value["high_attained"] else ")"
    return f"{left}{figure(value['low'], digits)}, {figure(value['high'], digits)}{right}"


def _smoothness(value: float, digits: int) -> str:
    if math.isinf(value):
        return "C^∞"
    return "jumps" if value < 0 else f"C^{value:.0f}"


def _spans(value: list[list[float]], digits: int) -> str:
    return " and ".join(f"{figure(low, digits)} … {figure(high, digits)}" for low, high in value) or "nowhere"


def _extreme(value: Mapping[str, Any] | None, digits: int) -> str:
    if value is None:
        return "none"
    at = value["at"]
    where = f"{figure(at[0])} … {figure(at[1])}" if isinstance(at, list) else figure(at, digits)
    return f"{figure(value['value'], digits)} at x = {where}"


def _end(value: Mapping[str, Any]) -> str:
    known = {"+infinity": "∞", "-infinity": f"{MINUS}∞", "oscillates": "none: it oscillates"}
    return known.get(value["kind"]) or figure(value["value"])


def _line(value: Mapping[str, float] | None) -> str:
    if value is None:
        return "no straight line"
    slope, intercept = value["slope"], value["intercept"]
    if slope == 0:
        return f"y = {figure(intercept)}"
    front = {1.0: "x", -1.0: f"{MINUS}x"}.get(slope, f"{figure(slope)} x")
    rest = f" {MINUS if intercept < 0 else '+'} {figure(abs(intercept))}" if intercept else ""
    return f"y = {front}{rest}"


_WORDS: dict[str, Callable[[Any, int], str]] = {
    "range": _interval,
    "derivative_range": _interval,
    "smoothness": _smoothness,
    "saturation": _spans,
    "minimum": _extreme,
    "maximum": _extreme,
}
