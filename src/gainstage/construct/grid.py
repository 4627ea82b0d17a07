"""Lines through a box, and a table of values on them: what networks of two and three inputs are made from.

On a grid with lines along every axis a function is replaced by a height for each cell (steps) or by its values at the
corners (ramps). Either table is a sum of its mixed differences, each times a product of one-dimensional risers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.network import rounded
from gainstage.construct.target import Box, Target
from gainstage.functions.function import Array

LOOK = {2: 257, 3: 65}  # points along an axis for the first look
A_CELL = {2: 5, 3: 4}  # points along an axis of a cell
MOST_CELLS = 16_000
GROWTH = 1.12  # of the number of lines, until the error at the points is small enough
EVEN = 0.02  # share of the lines that are spread evenly, whatever the function does


@dataclass(frozen=True, slots=True)
class Grid:
    """``lines`` are the coordinates along each axis, ends included; ``table`` a height for each cell, or the corners'.

    ``error`` is the largest at the points that were looked at.
    """

    lines: tuple[Array, ...]
    table: Array
    error: float

    @property
    def cells(self) -> int:
        """The number of cells."""
        return math.prod(len(line) - 1 for line in self.lines)

    @property
    def differences(self) -> Array:
        """The mixed differences of the table; index 0 along an axis stands for "does not depend on it"."""
        found = self.table
        for axis in range(found.ndim):
            found = np.diff(found, axis=axis, prepend=0.0)
        return found


def densities(target: Target, box: Box, steps: bool) -> list[tuple[Array, Array]]:
    """For each axis points along it, and how dense lines should be there: the largest slope, or root of curvature.

    Raises:
        CannotApproximate: where the target is not finite.
    """
    count = LOOK[len(box)]
    axes = [np.linspace(*side, count) for side in box]
    values = finite_values(target, axes)
    found = []
    for axis, at in enumerate(axes):
        others = tuple(k for k in range(len(box)) if k != axis)
        slope = np.diff(values, axis=axis) / (at[1] - at[0])
        middle = (at[1:] + at[:-1]) / 2
        if steps:
            found.append((middle, np.abs(slope).max(axis=others)))
            continue
        bends = [np.abs(np.diff(slope, axis=k)).max(axis=others) / (axes[k][1] - axes[k][0]) for k in others]
        own = np.abs(np.diff(slope, axis=axis)).max(axis=others) / (at[1] - at[0])
        bends.append(np.maximum(np.append(own, own[-1]), np.append(own[0], own)))
        found.append((middle, np.sqrt(np.max(bends, axis=0))))
    return found


def finite_values(target: Target, axes: list[Array]) -> Array:
    """The target on the product of the axes' points."""
    mesh = np.meshgrid(*axes, indexing="ij")
    values = target.value(*(part.ravel() for part in mesh)).reshape(mesh[0].shape)
    if not np.isfinite(values).all():
        at = ", ".join(f"{part[~np.isfinite(values)][0]:.6g}" for part in mesh)
        raise CannotApproximate(f"{target.text} is not finite at ({at}); choose a box without that point")
    return values


def grid(target: Target, box: Box, tolerance: float, steps: bool, dtype: str, start: float = 0.6) -> tuple[Grid, float]:
    """The first grid, of ever more lines, that is within ``tolerance`` at all points looked at; and its factor.

    Raises:
        CannotApproximate: when that would take more than ``MOST_CELLS`` cells.
    """
    dense = densities(target, box, steps)
    sums = [float(np.sum(density) * (at[1] - at[0])) for at, density in dense]
    share = len(box) / (2 * tolerance) if steps else math.sqrt(len(box) / (8 * tolerance))
    factor = start
    while True:
        counts = [math.ceil(factor * (1 + share * whole)) for whole in sums]
        if math.prod(counts) > MOST_CELLS:
            power = f"(1/error)^{len(box)}" if steps else f"(1/error)^{len(box) / 2:g}"
            raise CannotApproximate(
                f"{target.text}: {' × '.join(map(str, counts))} cells or more, and a unit for each, where "
                f"{MOST_CELLS:,} are the most that is built; in {len(box)} dimensions they grow as {power}. "
                "Choose a larger tolerance" + (", a smaller box or a relu unit" if steps else " or a smaller box")
            )
        lines = [_lines(side, *one, count, dtype) for side, one, count in zip(box, dense, counts, strict=True)]
        found = (_heights if steps else _corners)(target, lines)
        if found.error <= tolerance:
            return found, factor
        factor *= GROWTH


def _lines(side: tuple[float, float], at: Array, density: Array, count: int, dtype: str) -> Array:
    """``count`` cells along one axis, the same share of the density in each; inner lines are numbers of the dtype."""
    even = EVEN * density.mean() + 1e-300
    reached = np.concatenate([[0.0], np.cumsum(density + even)])
    walls = np.concatenate([[side[0]], (at[1:] + at[:-1]) / 2, [side[1]]])
    inner = np.interp(np.linspace(0, reached[-1], count + 1)[1:-1], reached, walls)
    return np.concatenate([[side[0]], rounded(inner, dtype), [side[1]]])


def _heights(target: Target, lines: list[Array]) -> Grid:
    """The middle of the range of the values in each cell, at ``A_CELL`` points along each axis."""
    values = _in_cells(target, lines)
    inside = tuple(range(1, 2 * len(lines), 2))
    low, high = values.min(axis=inside), values.max(axis=inside)
    return Grid(tuple(lines), (low + high) / 2, float((high - low).max()) / 2)


def _corners(target: Target, lines: list[Array]) -> Grid:
    """The values at the corners, and the error inside of the piecewise linear function through them."""
    table = finite_values(target, lines)
    values, per = _in_cells(target, lines), A_CELL[len(lines)]
    share = np.linspace(0.0, 1.0, per)
    shares = np.meshgrid(*[share] * len(lines), indexing="ij")
    built = np.zeros_like(values)
    for pattern in np.ndindex(*[2] * len(lines)):
        part = table
        for axis, used in enumerate(pattern):
            part = np.diff(part, axis=axis) if used else np.take(part, range(part.shape[axis] - 1), axis=axis)
        riser = np.maximum(0.0, sum((s * u for s, u in zip(shares, pattern, strict=True)), 1.0 - sum(pattern)))
        built += _spread(part) * riser.reshape([n for size in riser.shape for n in (1, size)])
    return Grid(tuple(lines), table, float(np.max(np.abs(built - values))))


def _spread(cells: Array) -> Array:
    return cells.reshape([n for size in cells.shape for n in (size, 1)])


def _in_cells(target: Target, lines: list[Array]) -> Array:
    """Values of shape (cells along axis 1, points, cells along axis 2, points, ...)."""
    per = A_CELL[len(lines)]
    axes = [np.concatenate([np.linspace(a, b, per) for a, b in pairwise(line)]) for line in lines]
    values = finite_values(target, axes)
    return values.reshape([n for line in lines for n in (len(line) - 1, per)])
