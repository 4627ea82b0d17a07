"""Interval arithmetic with Arb's outward rounding: ``[low, high]`` encloses every value, or nothing is claimed.

Moore 1966; Johansson 2017 for Arb. Intervals are kept by their ends, not by middle and radius, so that signs survive:
the square of [0, 1] is [0, 1]. Monotone functions are evaluated at the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, ctx

INFINITY = arb.pos_inf()
ZERO, ONE = arb(0), arb(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from ``low`` to ``high``, both exact; unbounded when nothing better is known."""

    low: arb
    high: arb

    def __add__(self, other: Any) -> Interval:
        other = interval(other)
        return _outward(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Any) -> Interval:
        other = interval(other)
        return _outward(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Any) -> Interval:
        other = interval(other)
        if self.low >= 0 and other.low >= 0:
            return _outward(self.low * other.low, self.high * other.high)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _outward(_least([end.lower() for end in ends]), -_least([-end.upper() for end in ends]))

    def __truediv__(self, other: Any) -> Interval:
        other = interval(other)
        if not (other.low > 0 or other.high < 0):
            return WHOLE
        return self * _outward(1 / other.high, 1 / other.low)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Interval:
        return interval(other) - self

    def __rtruediv__(self, other: Any) -> Interval:
        return interval(other) / self

    @property
    def middle(self) -> arb:
        """A point inside."""
        return ((self.low + self.high) / 2).mid()

    @property
    def width(self) -> arb:
        """Upper bound of the distance between the ends."""
        return (self.high - self.low).upper()

    @property
    def magnitude(self) -> Interval:
        """All absolute values."""
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Interval(ZERO, self.high if self.high > -self.low else -self.low)

    def meet(self, other: Interval) -> Interval:
        """What two enclosures of the same values have in common."""
        low = self.low if self.low >= other.low else other.low
        high = self.high if self.high <= other.high else other.high
        return Interval(low, high) if low <= high else self

    def join(self, other: Interval) -> Interval:
        """The smallest interval around both."""
        low = self.low if self.low <= other.low else other.low
        return Interval(low, self.high if self.high >= other.high else other.high)

    def split(self) -> tuple[Interval, Interval]:
        """Two halves; of an interval that spans several powers of two, by the geometric mean of its ends."""
        size = self.magnitude
        at = self.middle
        if size.low > 0 and size.high > 4 * size.low:
            at = (size.low * size.high).sqrt().mid() * (1 if self.low > 0 else -1)
        return Interval(self.low, at), Interval(at, self.high)


WHOLE = Interval(-INFINITY, INFINITY)


def interval(value: Any) -> Interval:
    """A number or its decimal text as the smallest enclosure."""
    return value if isinstance(value, Interval) else _outward(arb(value), arb(value))


def between(low: Any, high: Any) -> Interval:
    """The interval around both ends, each a number, an ``arb`` or an interval."""
    return interval(low).join(interval(high))


def _outward(low: arb, high: arb) -> Interval:
    low, high = low.lower(), high.upper()
    if low.is_nan() or high.is_nan():
        return WHOLE
    return Interval(low, high)


def _least(values: list[arb]) -> arb:
    if any(value.is_nan() for value in values):
        return -INFINITY
    least = values[0]
    for value in values[1:]:
        least = value if value < least else least
    return least


def increasing(name: str, floor: arb | None = None, ceiling: arb | None = None) -> Any:
    """Arb's increasing function ``name`` on intervals; its values lie between ``floor`` and ``ceiling``."""
    function = getattr(arb, name)

    def call(u: Interval) -> Interval:
        return _clipped(_outward(function(u.low), function(u.high)), floor, ceiling)

    return call


def _clipped(u: Interval, floor: arb | None, ceiling: arb | None) -> Interval:
    low = floor if floor is not None and not u.low >= floor else u.low
    high = ceiling if ceiling is not None and not u.high <= ceiling else u.high
    return Interval(low, high)


def _falling_from_zero(function: Any) -> Any:
    """An even function that decreases in |u| towards zero."""

    def call(u: Interval) -> Interval:
        size = u.magnitude
        return _clipped(_outward(function(size.high), function(size.low)), ZERO, None)

    return call


def _wave(function: Any) -> Any:
    """Sine and cosine: Arb's ball function, and never outside [-1, 1]."""

    def call(u: Interval) -> Interval:
        value = function(u.low.union(u.high))
        return _clipped(_outward(value, value), -ONE, ONE)

    return call


def _positive_only(name: str) -> Any:
    """A function that is increasing where it is defined; nothing is claimed of intervals that reach outside."""
    inside = increasing(name)
    edge = -ONE if name == "log1p" else ZERO
    return lambda u: inside(u) if u.low > edge or (name == "sqrt" and u.low >= 0) else WHOLE


def sigmoid(u: arb) -> arb:
    """1 / (1 + e^-u), by the side on which the exponential is small."""
    return 1 / (1 + (-u).exp()) if u >= 0 else u.exp() / (1 + u.exp())


def softplus(u: arb) -> arb:
    """log(1 + e^u), by the side on which the exponential is small."""
    return u + (-u).exp().log1p() if u >= 0 else u.exp().log1p()


def normal_cdf(u: arb) -> arb:
    """The standard normal distribution function."""
    return (-u / arb(2).sqrt()).erfc() / 2


def normal_pdf(u: arb) -> arb:
    """The standard normal density."""
    return (-u * u / 2).exp() / (2 * arb.pi()).sqrt()


def _monotone(function: Any, floor: arb | None = None, ceiling: arb | None = None) -> Any:
    return lambda u: _clipped(_outward(function(u.low), function(u.high)), floor, ceiling)


def power(base: Interval, above: int, below: int) -> Interval:
    """``base`` to the fraction ``above / below``; ``below`` is 1 or 2, roots only of what is not negative."""
    if below == 2:
        return power(INTERVALS["sqrt"](base), above, 1)
    if below != 1:
        raise ValueError(f"no power {above}/{below} of an interval: whole and half powers only")
    if above < 0:
        return 1 / power(base, -above, 1)
    if above % 2 == 0:
        size = base.magnitude
        return _outward(size.low**above, size.high**above)
    return _outward(base.low**above, base.high**above)


with ctx.workprec(2048):  # more digits than any search asks for
    PI = between(arb.pi().lower(), arb.pi().upper())

INTERVALS: dict[str, Any] = {
    "number": interval,
    "power": power,
    "pi": PI,
    "exp": increasing("exp", ZERO),
    "expm1": increasing("expm1", -ONE),
    "log": _positive_only("log"),
    "log1p": _positive_only("log1p"),
    "sqrt": _positive_only("sqrt"),
    "sin": _wave(arb.sin),
    "cos": _wave(arb.cos),
    "tanh": increasing("tanh", -ONE, ONE),
    "atan": increasing("atan"),
    "asinh": increasing("asinh"),
    "erf": increasing("erf", -ONE, ONE),
    "sech": _falling_from_zero(arb.sech),
    "sigmoid": _monotone(sigmoid, ZERO, ONE),
    "softplus": _monotone(softplus, ZERO),
    "normal_cdf": _monotone(normal_cdf, ZERO, ONE),
    "normal_pdf": _falling_from_zero(normal_pdf),
}
