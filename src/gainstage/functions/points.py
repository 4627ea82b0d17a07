"""Points of a function to draw: a window that shows what is characteristic, and values and slopes inside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gainstage.functions.function import Array, Function

REACH = 5.0  # of the window to both sides; functions bend on a scale of one
STEEP = 10.0  # a slope from which on the window narrows with it
TALLEST = 5.0  # what grows beyond is cut


@dataclass(frozen=True, slots=True)
class Points:
    """Equally spaced ``x``, ``value`` and ``slope`` there, and the ``low`` and ``high`` of the window."""

    x: Array
    value: Array
    slope: Array
    low: float
    high: float


def points(function: Function, count: int = 401) -> Points:
    """``count`` points in a window around 0; where the function jumps it has ``nan``, so that no line bridges it."""
    steepest = float(np.abs(function.derivative(np.linspace(-1, 1, 999))).max())
    reach = REACH if steepest < STEEP else REACH / steepest
    x = np.linspace(-reach, reach, count)
    value, slope = _torn(function, x, function.value(x)), _torn(function, x, function.derivative(x))
    both = np.concatenate([value, slope])
    both = both[np.isfinite(both)]
    tallest = max(TALLEST, float(np.nanmax(np.abs(value[np.abs(x) <= 1]))), steepest if steepest >= STEEP else 0.0)
    low, high = max(float(both.min()), -tallest), min(float(both.max()), tallest)
    edge = 0.05 * (high - low or 1.0)
    return Points(x, value, slope, low - edge, high + edge)


def _torn(function: Function, x: Array, y: Array) -> Array:
    """``y`` with ``nan`` at the point next to each kink across which it jumps."""
    y = y.copy()
    for kink in function.kinks:
        right = int(np.searchsorted(x, kink, side="right"))
        if 3 < right < len(x) - 2 and math.isfinite(kink):
            steps = np.abs(np.diff(y[right - 4 : right + 3]))  # the kink itself may be a point, on either side
            across, beside = steps[2:4].max(), max(steps[0], steps[-1])
            if across > 0.05 and across > 3 * beside:
                y[right - 1] = np.nan
    return y
