"""Decisions over whole pieces by branch and bound: the sign of a derivative, its extremes, where it is small.

Every claim rests on enclosures (Moore, Kearfott & Cloud 2009): a box is settled by its own enclosure, by the sign of
the next derivative (then its ends decide), or by an interval Newton step; else it is cut in two. When the budget ends
before the boxes do, the answer is "unknown" or incomplete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flint import arb

from gainstage.functions.exact.curve import Piece
from gainstage.functions.exact.intervals import Interval

Sign = Literal["+", "-", "0", "mixed", "unknown"]
BUDGET = 3000  # boxes of one search
TINY = arb(2) ** -90
CLOSE = arb(2) ** -50  # relative; enclosures this tight are not cut any further


@dataclass(frozen=True, slots=True)
class Extremes:
    """Enclosures of infimum and supremum and where they were found; ``complete`` when nothing was left undecided."""

    low: Interval
    high: Interval
    low_at: Interval
    high_at: Interval
    complete: bool


def sign(piece: Piece, order: int, budget: int = BUDGET) -> Sign:
    """The sign of the derivative of ``order`` over the whole piece; "+" is >= 0, "mixed" has two witnesses."""
    if piece.formula(order) == "0":
        return "0"
    seen = {_strict(piece.at(order, point)) for point in piece.points}
    if {"+", "-"} <= seen:
        return "mixed"
    left = list(piece.boxes)
    wanted: Sign = "-" if "-" in seen else "+"
    while left:
        budget -= 1
        box = left.pop()
        if _has(piece(order, box), wanted) or _has(piece.enclose(order, box), wanted):
            continue
        if budget < 0 or box.width < CLOSE:
            return "unknown"
        if {_strict(piece.at(order, box.middle)), wanted} == {"+", "-"}:
            return "mixed"
        left.extend(box.split())
    return wanted


def _strict(value: Interval) -> Sign:
    return "+" if value.low > 0 else "-" if value.high < 0 else "0"


def _has(value: Interval, wanted: Sign) -> bool:
    return bool(value.low >= 0 if wanted == "+" else value.high <= 0)


class _Best:
    """The best points so far, and the ceiling of what was set aside as no better than they by more than rounding."""

    def __init__(self, piece: Piece, order: int) -> None:
        self.piece, self.order = piece, order
        first = piece.box.low
        self.low = self.high = piece.at(order, first)
        self.low_at = self.high_at = Interval(first, first)
        self.floor, self.ceiling = self.low.low, self.high.high

    def consider(self, at: Interval) -> None:
        value = self.piece.at(self.order, at)
        if value.low < self.low.low:
            self.low, self.low_at = value, at
        if value.high > self.high.high:
            self.high, self.high_at = value, at

    def beats(self, values: Interval) -> bool:
        """Whether no value in ``values`` could change the result by more than rounding."""
        slack = CLOSE * (1 + self.low.magnitude.high), CLOSE * (1 + self.high.magnitude.high)
        if not (values.low >= self.low.high - slack[0] and values.high <= self.high.low + slack[1]):
            return False
        self.set_aside(values)
        return True

    def set_aside(self, values: Interval) -> None:
        self.floor = values.low if values.low < self.floor else self.floor
        self.ceiling = values.high if values.high > self.ceiling else self.ceiling

    def result(self, complete: bool) -> Extremes:
        low = Interval(self.floor if self.floor < self.low.low else self.low.low, self.low.high)
        high = Interval(self.high.low, self.ceiling if self.ceiling > self.high.high else self.high.high)
        return Extremes(low, high, self.low_at, self.high_at, complete)


def extremes(piece: Piece, order: int, budget: int = BUDGET) -> Extremes:
    """Infimum and supremum of the derivative of ``order`` over the piece."""
    best = _Best(piece, order)
    for point in piece.points:
        best.consider(Interval(point, point))
    left = list(piece.boxes)
    while left and budget > 0:
        budget -= 1
        box = left.pop()
        slope = piece.enclose(order + 1, box, depth=1)
        if slope.low >= 0 or slope.high <= 0:
            best.consider(Interval(box.low, box.low))
            best.consider(Interval(box.high, box.high))
            continue
        middle = box.middle
        values = piece(order, box).meet(piece.at(order, middle) + slope * (box - Interval(middle, middle)))
        if best.beats(values):
            continue
        if not _settled(best, piece, order, box):
            left.extend(box.split())
    for box in left:
        best.set_aside(piece(order, box))
    return best.result(not left)


def _settled(best: _Best, piece: Piece, order: int, box: Interval) -> bool:
    """Whether the slope's own monotony settles a box: one stationary point inside, or none but at an end."""
    bend = piece(order + 2, box)
    if not (bend.low > 0 or bend.high < 0):
        return False
    ends = Interval(box.low, box.low), Interval(box.high, box.high)
    found = root(piece, order + 1, box)
    slope = piece.at(order + 1, ends[0]).join(piece.at(order + 1, ends[1]))
    if found is None and not (slope.low > -TINY or slope.high < TINY):
        return False
    for at in (*ends, *([found] if found else [])):
        best.consider(at)
    if found is None:  # the slope vanishes at an end up to rounding, so between the ends nothing exceeds them by more
        more = Interval(-TINY * box.width, TINY * box.width)
        best.set_aside((piece.at(order, ends[0]) + more).join(piece.at(order, ends[1]) + more))
    return True


def root(piece: Piece, order: int, box: Interval, level: Interval | None = None) -> Interval | None:
    """The one point of ``box`` where the derivative of ``order`` is ``level`` (default 0); None when not proved.

    Proved by opposite signs at the ends and a slope without zero between them.
    """
    level = level or Interval(arb(0), arb(0))
    slope = piece(order + 1, box)
    ends = {_strict(piece.at(order, end) - level) for end in (box.low, box.high)}
    if not (slope.low > 0 or slope.high < 0) or ends != {"+", "-"}:
        return None
    for _ in range(200):
        middle = Interval(box.middle, box.middle)
        newton = middle - (piece.at(order, middle) - level) / piece(order + 1, box)
        closer = box.meet(newton)
        if closer.width * 2 > box.width:
            break
        box = closer
    return box
