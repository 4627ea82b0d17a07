"""Questions about a curve on the real line: where it rises and falls, between which bounds it runs, what it equals.

A curve is a function from a float64 array to one of the same shape. All answers come from evaluating it, on a grid that
reaches from the smallest to the largest float32 and is fine where activations bend.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gainstage.functions.function import Array, Formula

NEAR = np.linspace(-40.0, 40.0, 16_001)
_FAR = np.outer(2.0 ** np.arange(6, 127), [1.0, 1.3, 1.7]).ravel()
LINE: Array = np.concatenate([-_FAR[::-1], NEAR, _FAR])
INNER = NEAR[np.abs(NEAR) <= 15.0]  # double precision still tells a sigmoid from its limits here
LEGIBLE = np.linspace(-4.0, 4.0, 33)  # where a counterexample is looked for first: people can check it by hand
ROUNDING = 1e-12
UNBOUNDED = 1e30  # what grows beyond this within float32 has no bound


@dataclass(frozen=True, slots=True)
class Monotony:
    """How a curve runs; ``rise`` and ``fall`` are pairs x < y with f(x) < f(y) and f(x) > f(y), where there are any."""

    kind: str  # "constant", "increasing", "decreasing" or "neither"
    rise: tuple[float, float] | None
    fall: tuple[float, float] | None

    @property
    def monotonic(self) -> bool:
        """Whether the curve never turns."""
        return self.kind != "neither"


def monotony(curve: Formula) -> Monotony:
    """Decide whether ``curve`` is monotonic on the line; differences below 1e-12 of the values are rounding."""
    near = _course(curve, LEGIBLE)
    return near if near.kind == "neither" else _course(curve, LINE)


def _course(curve: Formula, points: Array) -> Monotony:
    values = evaluate(curve, points)
    rise, fall = _largest_rise(points, values), _largest_rise(points, -values)
    kinds = {(True, True): "neither", (True, False): "increasing", (False, True): "decreasing"}
    return Monotony(kinds.get((rise is not None, fall is not None), "constant"), rise, fall)


def _largest_rise(points: Array, values: Array) -> tuple[float, float] | None:
    lowest = np.minimum.accumulate(values)
    with np.errstate(invalid="ignore"):
        gain = np.where(values == lowest, 0.0, values - lowest)  # from infinity to infinity is no rise
    gain[gain <= ROUNDING * np.maximum(np.abs(values), np.abs(lowest))] = 0.0
    end = int(np.argmax(gain))
    if gain[end] <= 0:
        return None
    return float(points[int(np.argmin(values[: end + 1]))]), float(points[end])


def evaluate(curve: Formula, points: Array) -> Array:
    """``curve`` at ``points``, where overflow to infinity is a value like any other."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.asarray(curve(points), dtype=float)


def at(curve: Formula, point: float) -> float:
    """``curve`` at one point."""
    return float(evaluate(curve, np.array([point]))[0])


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest value of a curve and where it is taken."""

    where: float
    value: float


def maximum(curve: Formula) -> Extreme:
    """The largest value on the line, refined around the best grid point until the place is known to 1e-9."""
    values = evaluate(curve, LINE)
    best = int(np.nanargmax(values))
    low, high = LINE[max(best - 1, 0)], LINE[min(best + 1, len(LINE) - 1)]
    where, value = float(LINE[best]), float(values[best])
    while high - low > 1e-9 * max(1.0, abs(where)):
        points = np.linspace(low, high, 41)
        inner = evaluate(curve, points)
        best = int(np.nanargmax(inner))
        if inner[best] > value:
            where, value = float(points[best]), float(inner[best])
        low, high = points[max(best - 1, 0)], points[min(best + 1, 40)]
    return Extreme(where, value)


def minimum(curve: Formula) -> Extreme:
    """The smallest value on the line and where it is taken."""
    found = maximum(lambda x: -curve(x))
    return Extreme(found.where, -found.value)


def difference(one: Formula, other: Formula, points: Array = LINE) -> Extreme:
    """Where two curves differ most, relative to 1 + their size, and by how much."""
    first, second = evaluate(one, points), evaluate(other, points)
    with np.errstate(invalid="ignore"):
        size = 1.0 + np.minimum(np.abs(first), np.abs(second))
        apart = np.where(first == second, 0.0, np.abs(first - second) / size)
    apart = np.where(np.isnan(apart), np.inf, apart)  # infinities of two signs, or a value on one side only
    worst = int(np.argmax(apart))
    return Extreme(float(points[worst]), float(apart[worst]))


def same(one: Formula, other: Formula, points: Array = LINE) -> bool:
    """Whether two curves are equal up to rounding."""
    return difference(one, other, points).value < ROUNDING


def odd(curve: Formula) -> bool:
    """Whether f(-x) = -f(x) on the line."""
    return same(lambda x: -curve(-x), curve)


def intervals(true: Callable[[float], bool], grid: Sequence[float]) -> list[tuple[float, float]]:
    """Where a predicate of one parameter is true, as closed intervals; ends are bisected to 1e-9."""
    outcomes = [true(value) for value in grid]
    found: list[tuple[float, float]] = []
    start: float | None = grid[0] if outcomes[0] else None
    for number in range(1, len(grid)):
        before, after = grid[number - 1], grid[number]
        if outcomes[number] and start is None:
            start = boundary(true, after, before)
        elif not outcomes[number] and start is not None:
            found.append((start, boundary(true, before, after)))
            start = None
    return [*found, (start, grid[-1])] if start is not None else found


def boundary(true: Callable[[float], bool], inside: float, outside: float) -> float:
    """The last point, from ``inside`` towards ``outside``, at which ``true`` is true."""
    while abs(outside - inside) > 1e-9:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if true(middle) else (inside, middle)
    return inside


def spoken(found: Sequence[tuple[float, float]], name: str, low: float, high: float) -> str:
    """Intervals as a condition on ``name``: ends that are those of the search are no bounds."""
    parts = []
    for first, last in found:
        left = "" if first <= low else f"{first:.4g} ≤ "
        right = "" if last >= high else f" ≤ {last:.4g}"
        parts.append(f"{name} = {first:.4g}" if last - first < 1e-6 else f"{left}{name}{right}")
    return " or ".join(parts) or "never"
