"""From intervals to plain numbers and properties, with the distance that the truth may be away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from flint import arb

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.exact.intervals import Interval

NOTHING = arb(2) ** -50  # what is smaller everywhere is told as 0, within that


def number(value: Interval) -> tuple[float, float]:
    """The double nearest to the middle, and an upper bound of its distance to every number in ``value``."""
    if value.magnitude.high < NOTHING:
        return 0.0, _up(value.magnitude.high)
    nearest = float(value.middle)
    if not math.isfinite(nearest):
        return nearest, math.inf
    return nearest, _up((value - Interval(arb(nearest), arb(nearest))).magnitude.high)


def worst(found: Iterable[tuple[float, float]]) -> float:
    """The largest tolerance."""
    return max((tolerance for _, tolerance in found), default=0.0)


def single(value: Interval) -> Property:
    """One enclosed number as a certified property; unknown when the enclosure says nothing."""
    nearest, tolerance = number(value)
    return Property(nearest, "certified", tolerance) if math.isfinite(tolerance) else UNKNOWN


def told(intervals: Mapping[str, Interval]) -> Property:
    """Several enclosed numbers as one certified property."""
    found = {name: number(value) for name, value in intervals.items()}
    if any(not math.isfinite(tolerance) for _, tolerance in found.values()):
        return UNKNOWN
    return Property({name: value for name, (value, _) in found.items()}, "certified", worst(found.values()))


def _up(size: arb) -> float:
    bound = float(size)
    return bound if bound == 0 and size == 0 else math.nextafter(bound, math.inf)
