"""Infimum and supremum of a function or its derivative over all pieces, and whether they are attained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from flint import arb

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.exact.curve import LARGEST, Curve, Piece
from gainstage.functions.exact.intervals import Interval
from gainstage.functions.exact.numbers import number
from gainstage.functions.exact.search import Extremes, extremes
from gainstage.functions.exact.symbols import period
from gainstage.functions.exact.tails import limit, unbounded


@dataclass(frozen=True)
class Bounds:
    """What ``bounds`` found; ``below`` and ``above`` are infinite or nan (finite, see the intervals)."""

    curve: Curve
    order: int
    parts: tuple[Extremes, ...]
    below: float
    above: float

    @property
    def complete(self) -> bool:
        """Whether the search left nothing undecided."""
        return all(part.complete for part in self.parts)

    @cached_property
    def low(self) -> tuple[Interval, int]:
        """Enclosure of the infimum, and the piece that has it; a constant piece first."""
        best = min(range(len(self.parts)), key=lambda k: (float(self.parts[k].low.high), not self._flat(k)))
        return _all(self.parts, best, "low"), best

    @cached_property
    def high(self) -> tuple[Interval, int]:
        """Enclosure of the supremum, and the piece that has it; a constant piece first."""
        best = min(range(len(self.parts)), key=lambda k: (-float(self.parts[k].high.low), not self._flat(k)))
        return _all(self.parts, best, "high"), best

    def _flat(self, number: int) -> bool:
        return self.curve.pieces[number].constant(self.order)

    @property
    def steepest(self) -> Interval:
        """Enclosure of the largest absolute value."""
        low, high = self.low[0].magnitude, self.high[0].magnitude
        return low if low.low >= high.low else high

    def as_property(self) -> Property:
        """Both ends, and whether each is attained."""
        if not self.complete and not (math.isinf(self.below) and math.isinf(self.above)):
            return UNKNOWN
        (low, error), (high, other) = self._number(self.below, self.low[0]), self._number(self.above, self.high[0])
        value = {"low": low, "high": high, "low_attained": False, "high_attained": False}
        value["low_attained"] = False if math.isinf(self.below) else self.attained("low")
        value["high_attained"] = False if math.isinf(self.above) else self.attained("high")
        return Property(value, "certified", max(error, other))

    def minimum(self) -> Property:
        """The smallest value and where it is taken; None when the infimum is not attained."""
        return self._extreme(self.below, self.low, "low")

    def maximum(self) -> Property:
        """The largest value and where it is taken; None when the supremum is not attained."""
        return self._extreme(self.above, self.high, "high")

    def _extreme(self, infinite: float, found: tuple[Interval, int], end: str) -> Property:
        if math.isinf(infinite):
            return Property(None)
        attained = self.attained(end)
        if not attained or not self.complete:
            return Property(None) if attained is False else UNKNOWN
        piece = self.curve.pieces[found[1]]
        value, error = number(found[0])
        if self._flat(found[1]):
            return Property({"value": value, "at": [_end(piece.box.low), _end(piece.box.high)]}, "certified", error)
        at, other = number(getattr(self.parts[found[1]], f"{end}_at"))
        return Property({"value": value, "at": at}, "certified", max(error, other))

    @staticmethod
    def _number(infinite: float, finite: Interval) -> tuple[float, float]:
        return (infinite, 0.0) if math.isinf(infinite) else number(finite)

    def attained(self, end: str) -> bool | None:
        """Whether infimum ("low") or supremum ("high") is a value of the function; None when neither is proved.

        It is when no tail comes near it: then a continuous function takes it on what is left; so does a periodic one.
        It is not when nothing is equal to it, or when all that comes near it are tails along which the function moves
        strictly towards it.
        """
        best, number = getattr(self, end)
        if self._flat(number):
            return True
        near = [
            (piece, [box for box in piece.boxes if _reaches(piece.enclose(self.order, box), best, end)])
            for piece in self.curve.pieces
        ]
        tails = [box for _, boxes in near for box in boxes if box.magnitude.high >= LARGEST]
        at = getattr(self.parts[number], f"{end}_at")
        value = self.curve.pieces[number].at(self.order, at)
        if not tails or (value.low >= best.high if end == "high" else value.high <= best.low):
            return self._inside(number, at)
        if _periodic(self.curve, self.order):
            return True
        told = Interval(arb(number_of(best)), arb(number_of(best)))
        apart = [piece.enclose(self.order, box) - told for piece, boxes in near for box in boxes]
        if all(step.low > 0 or step.high < 0 for step in apart):
            return False
        steady = all(_steady(piece, self.order, box) for piece, boxes in near for box in boxes)
        far = all(box.magnitude.low >= 1 for _, boxes in near for box in boxes)
        return False if steady and far else None

    def _inside(self, number: int, at: Interval) -> bool:
        """Whether the piece takes the value at ``at``: not at an edge that it leaves out, where the function jumps."""
        edges = self.curve.edges
        for edge, left in ((number - 1, False), (number, True)):
            if 0 <= edge < len(edges) and at.high >= edges[edge].low and at.low <= edges[edge].high:
                closed = self.order == 0 and self.curve.definition.edges[edge].closed == left
                return closed or self._joined(edge)
        return True

    def _joined(self, number: int) -> bool:
        """Whether the function is continuous, to rounding, at the edge behind piece ``number``."""
        left, right = self.curve.pieces[number], self.curve.pieces[number + 1]
        step = left.at(self.order, left.box.high) - right.at(self.order, right.box.low)
        return bool(step.low <= 0 <= step.high)


def _reaches(values: Interval, best: Interval, end: str) -> bool:
    return not (values.low > best.high if end == "low" else values.high < best.low)


def number_of(value: Interval) -> float:
    """The number that is told of ``value``."""
    return number(value)[0]


def _periodic(curve: Curve, order: int) -> bool:
    return len(curve.pieces) == 1 and period(curve.pieces[0].formula(order), curve.decimals)


def _steady(piece: Piece, order: int, box: Interval) -> bool:
    """Whether the function is strictly monotone over ``box``: analytic, not constant, and of a slope of one sign."""
    slope = piece.enclose(order + 1, box, depth=1)
    return bool(slope.low >= 0 or slope.high <= 0)


def _all(parts: tuple[Extremes, ...], best: int, end: str) -> Interval:
    """The best piece's enclosure, widened by what other pieces could not exclude."""
    value: Interval = getattr(parts[best], end)
    for part in parts:
        other: Interval = getattr(part, end)
        if end == "low" and other.low < value.low:
            value = Interval(other.low, value.high)
        if end == "high" and other.high > value.high:
            value = Interval(value.low, other.high)
    return value


def _end(at: arb) -> float:
    value = float(at)
    return value if abs(value) < float(LARGEST) else math.copysign(math.inf, value)


def bounds(curve: Curve, order: int) -> Bounds:
    """Bounds of the derivative of ``order``; infinite ones by the limits at both ends."""
    below, above = math.nan, math.nan
    for piece, side in ((curve.pieces[0], -1), (curve.pieces[-1], 1)):
        end = limit(piece, order, side, curve.decimals)
        swings = end.kind == "oscillates" and unbounded(piece, order, side, curve.decimals)
        below = -math.inf if swings or end.kind == "-infinity" else below
        above = math.inf if swings or end.kind == "+infinity" else above
    # A search cannot end where the function grows without bound on both sides in ever new turns.
    budget = 300 if math.isinf(below) and math.isinf(above) else 3000
    return Bounds(curve, order, tuple(extremes(piece, order, budget) for piece in curve.pieces), below, above)
