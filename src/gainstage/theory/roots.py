"""Zeros of functions of one variable: where a scan sees the sign change, and closer by the Illinois method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

ROUNDS = 200
CLOSE = 1e-13  # relative distance of the ends
FLAT = 1e-15  # a height that is rounding


def zeros(function: Callable[[float], float], points: Sequence[float]) -> tuple[float, ...]:
    """A zero between every two neighbouring ``points`` at which the signs differ, and every point that is one."""
    heights = [function(point) for point in points]
    found = [point for point, height in zip(points, heights, strict=True) if height == 0]
    for (low, below), (high, above) in pairwise(zip(points, heights, strict=True)):
        if below * above < 0:
            found.append(between(function, low, high, below, above))
    return tuple(sorted(found))


def between(function: Callable[[float], float], low: float, high: float, below: float, above: float) -> float:
    """The zero between ``low`` and ``high``, where the function is ``below`` and ``above`` of different signs.

    Regula falsi that halves the height of an end which stays twice (Illinois; Dowell & Jarratt 1971), with a bisection
    every fourth round, so that it always ends.
    """
    stayed = ""
    for number in range(ROUNDS):
        middle = (low * above - high * below) / (above - below) if number % 4 < 3 else (low + high) / 2
        if not min(low, high) < middle < max(low, high):
            middle = (low + high) / 2
        height = function(middle)
        if abs(height) <= FLAT or abs(high - low) <= CLOSE * (abs(low) + abs(high)):
            return middle
        if (height > 0) == (above > 0):
            high, above, below = middle, height, below / 2 if stayed == "low" else below
            stayed = "low"
        else:
            low, below, above = middle, height, above / 2 if stayed == "high" else above
            stayed = "high"
    return (low + high) / 2
