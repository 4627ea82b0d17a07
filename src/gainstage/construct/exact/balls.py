"""A hidden unit on balls: its values, and how far from its lines it can be, near and far out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from flint import arb, ctx

from gainstage.construct.unit import Line, Unit
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact.curve import Curve, Piece
from gainstage.functions.exact.intervals import ZERO, Interval

NEAREST = 2.0**-6  # where the tail's table begins
RATIO = 1.125  # from one entry of the tail's table to the next
BIG_STEPS = 2.0**8  # beyond, every entry spans a power of two: nothing bends there any more
PRECISION = 160  # bits: differences of lines that run far out keep the digits of a double


class BallUnit:
    """The unit's function piece by piece, with outward rounding, for |z| up to ``reach``."""

    def __init__(self, unit: Unit, reach: float) -> None:
        self.unit, self.reach = unit, reach
        settings = dict(unit.function.parameters) or dict(unit.card.parameters)
        self.pieces: tuple[Piece, ...] = Curve(DEFINITIONS[unit.name], settings).pieces

    def value(self, z: Interval) -> Interval:
        """All values over ``z``; of a function that jumps at an end of ``z`` those that it takes inside."""
        return _joined([piece.enclose(0, part, depth=1) for piece, part in self._parts(z)])

    def slope(self, z: Interval) -> Interval:
        """All values of the derivative over ``z``."""
        return _joined([piece(1, part) for piece, part in self._parts(z)])

    def curvature(self, z: Interval) -> Interval:
        """All values of the second derivative over ``z``."""
        return _joined([piece(2, part) for piece, part in self._parts(z)])

    def residual(self, z: Interval, line: Line) -> Interval:
        """All values of the function minus ``line`` over ``z``."""
        slope, level = ball(line.slope, line.tolerance), ball(line.intercept, line.tolerance)
        return _joined([self._apart(piece, part, slope, level) for piece, part in self._parts(z)])

    def _parts(self, z: Interval) -> list[tuple[Piece, Interval]]:
        found = []
        for piece in self.pieces:
            low = z.low if z.low >= piece.box.low else piece.box.low
            high = z.high if z.high <= piece.box.high else piece.box.high
            if low < high or (low <= high and z.low == z.high):
                found.append((piece, Interval(low, high)))
        return found

    def _apart(self, piece: Piece, z: Interval, slope: Interval, level: Interval) -> Interval:
        """By its ends where it is monotone (the catalogue's proof, or the slope's sign), else by the mean value."""
        if self.unit.monotone and slope.low == 0 == slope.high:
            return piece.at(0, z.low).join(piece.at(0, z.high)) - level
        steep = piece(1, z) - slope
        if not (steep.low >= 0 or steep.high <= 0):
            steep = piece.enclose(1, z, depth=1) - slope
        ends = [piece.at(0, at) - slope * Interval(at, at) - level for at in (z.low, z.high)]
        if steep.low >= 0 or steep.high <= 0:
            return ends[0].join(ends[1])
        middle = Interval(z.middle, z.middle)
        centred = piece.at(0, middle) - slope * middle - level + steep * (z - middle)
        return centred.meet(piece(0, z) - slope * z - level)

    @cached_property
    def _tail(self) -> tuple[list[float], list[float]]:
        """Ascending distances, and for each the largest residual on either side from there to ``reach``."""
        steps = [NEAREST]
        while steps[-1] < self.reach:
            steps.append(steps[-1] * (RATIO if steps[-1] < BIG_STEPS else 2.0))
        left, right = self.unit.lines
        largest, found = ZERO, []
        with ctx.workprec(PRECISION):
            for near, far in reversed(list(pairwise(steps))):
                box = Interval(arb(near), arb(far))
                sizes = [self.residual(box, right).magnitude.high, self.residual(-box, left).magnitude.high]
                largest = max(largest, *sizes, key=lambda size: size.mid())
                found.append(_up(largest))
        return steps[:-1], found[::-1]

    def tail(self, distance: float) -> float:
        """An upper bound of |function - line| wherever |z| is ``distance`` or more."""
        steps, sizes = self._tail
        at = bisect_right(steps, distance) - 1
        return sizes[at] if at >= 0 else self.worst

    @cached_property
    def worst(self) -> float:
        """An upper bound of |function - line| everywhere."""
        left, right = self.unit.lines
        near = Interval(ZERO, arb(NEAREST))
        sizes = [self.residual(near, right).magnitude.high, self.residual(-near, left).magnitude.high]
        return max(self._tail[1][0], *(_up(size) for size in sizes))


def ball(value: float, tolerance: float = 0.0) -> Interval:
    """The numbers within ``tolerance`` of ``value``."""
    return Interval((arb(value) - arb(tolerance)).lower(), (arb(value) + arb(tolerance)).upper())


def _joined(parts: Sequence[Interval]) -> Interval:
    found = parts[0]
    for other in parts[1:]:
        found = found.join(other)
    return found


def _up(size: arb) -> float:
    """A float that is no smaller."""
    return float(size.upper()) * (1 + 2.0**-50) + 2.0**-1070
