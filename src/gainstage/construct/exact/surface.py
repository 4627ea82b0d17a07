"""The target as a function of boxes: enclosures of its values and derivatives, in one to three variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from gainstage.construct.exact.symbols import derivative
from gainstage.construct.expression import BENT, JUMPING
from gainstage.construct.target import Target
from gainstage.functions.exact.intervals import INTERVALS, ONE, WHOLE, ZERO, Interval, increasing, interval
from gainstage.functions.language import evaluate, names

Box = Sequence[Interval]
ROUNDED = 1e-12  # relative: what is granted to the user's own arithmetic


def _greater(u: Interval, v: Interval) -> Interval:
    return Interval(u.low if u.low >= v.low else v.low, u.high if u.high >= v.high else v.high)


def _fold(pick: Callable[[Interval, Interval], Interval]) -> Callable[..., Interval]:
    def call(*many: Any) -> Interval:
        found = interval(many[0])
        for other in many[1:]:
            found = pick(found, interval(other))
        return found

    return call


def _step(below: arb) -> Callable[[Interval], Interval]:
    """A step from ``below`` to 1 at zero, where it may have any value between."""
    return lambda u: Interval(ONE if u.low > 0 else below, below if u.high < 0 else ONE)


def _floor(u: Interval) -> Interval:
    return Interval(u.low.floor().lower(), u.high.floor().upper())


def _power(base: Interval, above: int, below: int) -> Interval:
    """Roots of any order, of what is not negative; else as the catalogue has it."""
    if below <= 2:
        return INTERVALS["power"](base, above, below)
    if not base.low >= 0:
        return WHOLE
    root = Interval(base.low.root(below).lower(), base.high.root(below).upper())
    return INTERVALS["power"](root, above, 1)


def _inside_one(u: Interval, values: Callable[[Interval], Interval]) -> Interval:
    return values(u) if u.low >= -1 and u.high <= 1 else WHOLE


BALLS: dict[str, Any] = {
    **INTERVALS,
    "power": _power,
    "abs": lambda u: u.magnitude,
    "sign": _step(-ONE),
    "heaviside": _step(ZERO),
    "floor": _floor,
    "max": _fold(_greater),
    "min": _fold(lambda u, v: -_greater(-u, -v)),
    "asin": lambda u: _inside_one(u, increasing("asin")),
    "acos": lambda u: _inside_one(u, lambda v: Interval(v.high.acos().lower(), v.low.acos().upper())),
    "e": interval(ONE.exp()),
}


@dataclass(frozen=True)
class Surface:
    """A formula in canonical form and the names of its variables, one for each axis."""

    expression: str
    variables: tuple[str, ...]

    @cached_property
    def order(self) -> int:
        """How many derivatives may enclose the function: 0 where it may jump, 1 where it may bend, else 2."""
        used = names(self.expression)
        return 0 if used & JUMPING else 1 if used & BENT else 2

    def values(self, box: Box) -> Interval:
        """All values over ``box``, by the formula as it stands."""
        return self._evaluate(self.expression, box)

    def slope(self, axis: int, box: Box) -> Interval:
        """All values of the first derivative along ``axis``."""
        return self._evaluate(derivative(self.expression, self.variables[axis]), box)

    def curvature(self, axis: int, other: int, box: Box) -> Interval:
        """All values of the second derivative along the two axes."""
        return self._evaluate(derivative(self.expression, self.variables[axis], self.variables[other]), box)

    def range(self, box: Box) -> Interval:
        """All values over ``box``, as tight as the formula, its slopes' signs and the mean value theorem make them."""
        values = self.values(box)
        if self.order == 0 or values.low == values.high:
            return values
        slopes = [self.slope(axis, box) for axis in range(len(box))]
        ends, steady = [list(box), list(box)], True
        for axis, (side, slope) in enumerate(zip(box, slopes, strict=True)):
            if slope.low >= 0 or slope.high <= 0:
                rising = bool(slope.low >= 0)
                ends[0][axis], ends[1][axis] = (_point(end) for end in _ordered(side, rising))
            else:
                steady = False
        values = values.meet(Interval(self.values(ends[0]).low, self.values(ends[1]).high))
        if steady:
            return values
        middle = [_point(side.middle) for side in box]
        centred = self.values(middle)
        for side, slope, at in zip(box, slopes, middle, strict=True):
            centred = centred + slope * (side - at)
        return values.meet(centred)

    def _evaluate(self, expression: str, box: Box) -> Interval:
        return interval(evaluate(expression, BALLS, dict(zip(self.variables, box, strict=True))))


@dataclass(frozen=True)
class Continuous:
    """A function of which only values at points and a modulus of continuity are known."""

    target: Target
    order = 0

    def range(self, box: Box) -> Interval:
        """All values over ``box``: the value at its middle, give or take what the modulus allows."""
        middle = [float(side.middle) for side in box]
        reach = max(
            float(max(side.high - at, at - side.low, key=float).upper()) for side, at in zip(box, middle, strict=True)
        )
        assert self.target.modulus is not None
        value = float(self.target.value(*(np.array([at]) for at in middle))[0])
        change = self.target.modulus(reach * (1 + ROUNDED)) * (1 + ROUNDED) + ROUNDED * abs(value)
        return Interval((arb(value) - change).lower(), (arb(value) + change).upper())


def surface(target: Target) -> Surface | Continuous:
    """The target on boxes, from its formula or else from its modulus of continuity."""
    return Surface(target.expression, target.variables) if target.expression else Continuous(target)


def _point(at: arb) -> Interval:
    return Interval(at, at)


def _ordered(side: Interval, rising: bool) -> tuple[arb, arb]:
    return (side.low, side.high) if rising else (side.high, side.low)
