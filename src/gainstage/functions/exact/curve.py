"""A function as pieces that are smooth inside, each with its derivatives as interval functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from flint import arb, ctx

from gainstage.functions.definition import Definition, OutsideDomain
from gainstage.functions.exact.intervals import INTERVALS, Interval, interval
from gainstage.functions.exact.symbols import derivative
from gainstage.functions.language import evaluate

LARGEST = arb(2) ** 128 - arb(2) ** 104  # of float32
CANCELLED = arb(2) ** -60  # relative width of a value from which on more digits are asked for
DIGITS = 800  # bits: x + sqrt(x^2 + 4) at float32's smallest number needs 650
# Where searches first cut the line: functions bend on a scale of one.
CUTS = tuple(sorted(sign * arb(2) ** k for k in (*range(-3, 9), 16, 32, 64) for sign in (-1, 1)))


@dataclass(frozen=True)
class Piece:
    """One smooth piece over ``box``: order 0 is the function, order k its k-th derivative."""

    expression: str
    box: Interval
    values: Mapping[str, Interval]

    def formula(self, order: int) -> str:
        """The expression of the derivative of that order."""
        return derivative(self.expression, order) if order else self.expression

    def __call__(self, order: int, x: Interval) -> Interval:
        """An enclosure of all values of the derivative of ``order`` over ``x``."""
        return interval(evaluate(self.formula(order), INTERVALS, {**self.values, "x": x}))

    def at(self, order: int, x: arb | Interval) -> Interval:
        """The value at one point, or at the one that a tiny interval encloses; with more digits if they cancel."""
        point = x if isinstance(x, Interval) else Interval(x, x)
        value = self(order, point)
        if value.width > CANCELLED * value.magnitude.high and point.low == point.high:
            with ctx.workprec(DIGITS):
                value = self(order, point)
        return value

    def enclose(self, order: int, box: Interval, depth: int = 2) -> Interval:
        """The same as a call, by the ends or the centred form where the next derivative makes those tighter."""
        values = self(order, box)
        if depth == 0 or values.low == values.high:
            return values
        slope = self.enclose(order + 1, box, depth - 1)
        if slope.low >= 0 or slope.high <= 0:
            return values.meet(self.at(order, box.low).join(self.at(order, box.high)))
        middle = box.middle
        return values.meet(self.at(order, middle) + slope * (box - Interval(middle, middle)))

    @cached_property
    def boxes(self) -> list[Interval]:
        """The piece cut at powers of two, from the far ends to the middle."""
        inner = [cut for cut in (*CUTS, arb(0)) if self.box.low < cut < self.box.high]
        ends = [self.box.low, *sorted(inner), self.box.high]
        found = [Interval(low, high) for low, high in pairwise(ends)]
        return sorted(found, key=lambda box: -float(box.magnitude.low))

    @property
    def points(self) -> list[arb]:
        """Ends and middles of the boxes: where a search looks before it proves."""
        return [point for box in reversed(self.boxes) for point in (box.low, box.middle, box.high)]

    def constant(self, order: int) -> bool:
        """Whether the derivative of ``order`` does not depend on x."""
        return self.formula(order + 1) == "0"


@dataclass(frozen=True)
class Curve:
    """A definition with its parameters filled in, over the whole range of float32."""

    definition: Definition
    settings: Mapping[str, float]

    @cached_property
    def decimals(self) -> dict[str, str]:
        """Every parameter and constant as a decimal number, exactly what was asked for."""
        return {**self.definition.constants, **{name: repr(value) for name, value in self.settings.items()}}

    @cached_property
    def values(self) -> dict[str, Interval]:
        """The same as intervals."""
        with ctx.workprec(DIGITS):
            return {name: interval(text) for name, text in self.decimals.items()}

    @cached_property
    def edges(self) -> tuple[Interval, ...]:
        """Where the pieces meet, ascending.

        Raises:
            OutsideDomain: when the parameters put them in another order.
        """
        found = tuple(interval(evaluate(edge.at, INTERVALS, self.values)) for edge in self.definition.edges)
        for left, right in pairwise(found):
            if not left.low <= right.low:
                at = ", ".join(edge.at for edge in self.definition.edges)
                raise OutsideDomain(f"{self.definition.name}: its pieces meet at {at}, which must ascend")
        return found

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces from left to right; those of width zero are left out."""
        ends = [Interval(-LARGEST, -LARGEST), *self.edges, Interval(LARGEST, LARGEST)]
        spans = zip(self.definition.pieces, ends, ends[1:], strict=False)
        return tuple(
            Piece(expression, Interval(left.low, right.high), self.values)
            for expression, left, right in spans
            if left.low < right.high
        )
