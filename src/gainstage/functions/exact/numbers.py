"""From intervals to plain numbers, with the distance that the truth may be away."""

from __future__ import annotations

import math
from collections.abc import Iterable

from flint import arb

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


def _up(size: arb) -> float:
    bound = float(size)
    return bound if bound == 0 and size == 0 else math.nextafter(bound, math.inf)
