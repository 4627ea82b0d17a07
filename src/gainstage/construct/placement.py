"""Where towers and polylines have their edges, so that flat and straight stretches cost little.

Both are greedy: every tower, every straight piece reaches as far as the tolerance lets it. For towers of free width
that is optimal; for continuous polylines it is the swing filter (Elmeleegy et al. 2009), near the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.target import Target
from gainstage.functions.function import Array

FIRST = 4097  # samples of the first look
A_PIECE = 24  # samples for each tower or straight piece
MOST = 2**21  # samples
MOST_PIECES = 200_000


@dataclass(frozen=True, slots=True)
class Stairs:
    """A staircase: ``heights[k]`` between ``edges[k - 1]`` and ``edges[k]``; one height more than edges."""

    edges: Array
    heights: Array


@dataclass(frozen=True, slots=True)
class Polyline:
    """A continuous piecewise linear function through the vertices (x, y), from one end of the interval to the other."""

    x: Array
    y: Array


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of the target at ascending points, close together where it changes fast."""

    x: Array
    y: Array

    @property
    def variation(self) -> float:
        """The sum of all ups and downs."""
        return float(np.abs(np.diff(self.y)).sum())

    @property
    def bend(self) -> float:
        """The integral of sqrt|f''|, on which the number of straight pieces depends."""
        width = np.diff(self.x)
        slope = np.diff(self.y) / width
        return float(np.sqrt(np.abs(np.diff(slope)) * (width[1:] + width[:-1]) / 2).sum())


def look(target: Target, low: float, high: float, pieces: int = 0) -> Samples:
    """Samples of the target on [low, high], enough for ``pieces`` towers or straight pieces.

    Raises:
        CannotApproximate: where it is not finite.
    """
    x = np.linspace(low, high, FIRST)
    if target.points is not None:
        x = np.union1d(x, target.points[0][(target.points[0] >= low) & (target.points[0] <= high)])
    y = _finite(target, x)
    for _ in range(2):  # the second time with what the first has found between its points
        count = int(min(MOST, max(FIRST, A_PIECE * pieces)))
        x = _denser(x, y, count)
        y = _finite(target, x)
    return Samples(x, y)


def _finite(target: Target, x: Array) -> Array:
    y = target.value(x)
    if not np.isfinite(y).all():
        at = float(x[~np.isfinite(y)][0])
        value = float(y[~np.isfinite(y)][0])
        raise CannotApproximate(
            f"{target.text} is {value} at x = {at:.6g}: only functions that are finite and continuous on the whole "
            "interval can be approximated; choose an interval without that point"
        )
    return y


def _denser(x: Array, y: Array, count: int) -> Array:
    """``count`` points, spread by length, rise and change of slope of the graph alike; and a share of ``x`` itself."""
    width, rise = np.diff(x), np.abs(np.diff(y))
    slope = np.diff(y) / width
    turn = np.abs(np.diff(slope, prepend=slope[0])) * width
    density = width / width.sum()
    for change in (rise, np.sqrt(turn * width)):
        density = density + (change / change.sum() if change.sum() > 0 else 0.0)
    reached = np.concatenate([[0.0], np.cumsum(density)])
    found = np.interp(np.linspace(0.0, reached[-1], count), reached, x)
    return np.union1d(found, x[:: max(1, len(x) // FIRST)])


def stairs(samples: Samples, tolerance: float) -> Stairs:
    """The fewest towers whose heights are within ``tolerance`` of every sample."""
    band = 2 * tolerance
    expected = samples.variation / band
    if expected > MOST_PIECES:
        raise CannotApproximate(_too_many(expected, "towers"))
    edges: list[float] = []
    heights: list[float] = []
    before, value = float(samples.x[0]), float(samples.y[0])
    low = high = value
    for at, next_value in zip(samples.x[1:].tolist(), samples.y[1:].tolist(), strict=True):
        while next_value > low + band or next_value < high - band:
            up = next_value > low + band
            wall = low + band if up else high - band  # where the graph leaves the band that this tower can serve
            share = (wall - value) / (next_value - value)
            before, value = before + max(share, 0.0) * (at - before), wall
            edges.append(before)
            heights.append(wall - tolerance if up else wall + tolerance)
            low = high = wall
        low, high = min(low, next_value), max(high, next_value)
        before, value = at, next_value
    return Stairs(np.array(edges), np.array([*heights, (low + high) / 2]))


def polyline(samples: Samples, tolerance: float) -> Polyline:
    """A polyline with few vertices, within ``tolerance`` of every sample."""
    x, y = samples.x.tolist(), samples.y.tolist()
    slopes = np.diff(samples.y[:3]) / np.diff(samples.x[:3])
    at, value = x[0], y[0] - float(np.sign(slopes[-1] - slopes[0])) * tolerance
    across, up = [at], [value]
    lowest, highest = -np.inf, np.inf
    for k in range(1, len(x)):
        while True:
            width = x[k] - at
            least, most = (y[k] - tolerance - value) / width, (y[k] + tolerance - value) / width
            if least <= highest and most >= lowest:
                lowest, highest = max(lowest, least), min(highest, most)
                break
            side = -1.0 if least > highest else 1.0  # the edge of the tube through which the graph drives it out
            slope = highest if side < 0 else lowest
            at, value = _exit((x[k - 1], y[k - 1]), (x[k], y[k]), (at, value, slope), side * tolerance)
            across.append(at)
            up.append(value)
            lowest, highest = -np.inf, np.inf
        if len(across) > MOST_PIECES:
            raise CannotApproximate(_too_many(len(across) * len(x) / k, "straight pieces"))
    slope = (lowest + highest) / 2
    return Polyline(np.array([*across, x[-1]]), np.array([*up, value + slope * (x[-1] - at)]))


def _exit(
    before: tuple[float, float], after: tuple[float, float], line: tuple[float, float, float], side: float
) -> tuple[float, float]:
    """Where the line (x, y, slope) meets the tube's edge between two samples; short of the second at the latest."""
    (x0, y0), (x1, y1), (at, value, slope) = before, after, line
    gaps = [y + side - (value + slope * (x - at)) for x, y in (before, after)]
    share = gaps[0] / (gaps[0] - gaps[1]) if gaps[0] != gaps[1] else 0.5
    where = x0 + min(max(share, 0.0), 0.999) * (x1 - x0)
    if where <= at:
        where = (at + x1) / 2
    return where, y0 + side + (y1 - y0) * (where - x0) / (x1 - x0)


def equal_towers(samples: Samples, tolerance: float) -> int:
    """How many towers of equal width the plain construction needs for ``tolerance``."""
    return _fewest(lambda count: stair_error(samples, count) <= tolerance)


def equal_pieces(samples: Samples, tolerance: float) -> int:
    """How many straight pieces of equal width, through points of the graph, need be for ``tolerance``."""
    return _fewest(lambda count: chord_error(samples, count) <= tolerance)


def chord_error(samples: Samples, count: int) -> float:
    """The error of a polyline through ``count`` + 1 equally spaced points of the graph."""
    x = np.linspace(samples.x[0], samples.x[-1], count + 1)
    y = np.interp(x, samples.x, samples.y)
    return float(np.max(np.abs(np.interp(samples.x, x, y) - samples.y)))


def stair_error(samples: Samples, count: int) -> float:
    """The error of the best heights over ``count`` equal cells; the graph's values at the cells' ends count too."""
    edges = np.linspace(samples.x[0], samples.x[-1], count + 1)
    x = np.concatenate([edges, samples.x])
    order = np.argsort(x, kind="stable")
    y = np.concatenate([np.interp(edges, samples.x, samples.y), samples.y])[order]
    starts = np.searchsorted(x[order], edges[:-1])
    ends = y[np.searchsorted(x[order], edges[1:])]
    high = np.maximum(np.maximum.reduceat(y, starts), ends)
    low = np.minimum(np.minimum.reduceat(y, starts), ends)
    return float(np.max(high - low)) / 2


def _fewest(enough: Callable[[int], bool]) -> int:
    """The smallest count for which ``enough`` holds, taking it to hold for all larger ones too."""
    high = 1
    while not enough(high):
        high *= 2
        if high > 2 * MOST:
            return high
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _too_many(count: float, what: str) -> str:
    return (
        f"about {count:.2g} {what} would be needed, more than {MOST_PIECES:,}: choose a larger tolerance, a shorter "
        "interval, or a relu unit, whose error falls with the square of the number of units"
    )
