"""Mean-field maps of a wide random layer: what becomes of the variance of one input, the correlation of two.

A layer is ``z' = W f(z) + b`` with independent weights of variance sigma_w^2 / fan_in and biases of variance sigma_b^2;
then pre-activations are normal and only their variance q and correlation c matter (Poole et al. 2016, Schoenholz et
al. 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gainstage.functions.function import Function
from gainstage.theory.conditional import after, opposed, slopes_after
from gainstage.theory.gaussian import moments
from gainstage.theory.roots import zeros

SMALLEST, LARGEST, PER_DECADE = -8, 6, 4  # the variances among which fixed points are looked for, as powers of ten
NEUTRAL = 1e-7
DISTANCES = [*(10.0**k for k in range(-8, -1)), 0.03, 0.1, 0.3, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0]

Kind = Literal["attracting", "neutral", "repelling"]


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A value that a map leaves as it is, and the map's slope there."""

    at: float
    slope: float

    @property
    def kind(self) -> Kind:
        """Whether neighbouring values come nearer, stay, or leave."""
        if abs(abs(self.slope) - 1) <= NEUTRAL:
            return "neutral"
        return "attracting" if abs(self.slope) < 1 else "repelling"


@dataclass(frozen=True, slots=True)
class VarianceMap:
    """q -> sigma_w^2 E f(sqrt(q) z)^2 + sigma_b^2 (Poole et al. 2016, eq. 3).

    Example:
        >>> from gainstage.theory.resolve import resolve
        >>> round(VarianceMap(resolve("relu"), sigma_w=2**0.5)(3.0), 12)
        3.0
    """

    function: Function
    sigma_w: float
    sigma_b: float = 0.0

    def __call__(self, q: float) -> float:
        """The variance of the next layer's pre-activations."""
        return self.sigma_w**2 * moments(self.function, 0.0, math.sqrt(q)).second + self.sigma_b**2

    def slope(self, q: float) -> float:
        """dq'/dq: chi_1 + sigma_w^2 E f f'' (Schoenholz et al. 2017, eq. 8), with what kinks and jumps add."""
        return self.sigma_w**2 * moments(self.function, 0.0, math.sqrt(q)).slope

    def chi(self, q: float) -> float:
        """chi_1 = sigma_w^2 E f'^2: the factor of the gradient's power, and the correlation map's slope at 1."""
        return self.sigma_w**2 * moments(self.function, 0.0, math.sqrt(q)).transmission

    @property
    def fixed_points(self) -> tuple[FixedPoint, ...]:
        """All fixed points between 1e-8 and 1e6, and 0 where it is one, ascending.

        Where every variance is fixed (ReLU with He's weights) the one at 1 stands for all; its kind is neutral.
        """
        return _fixed_points(self)

    @property
    def resting(self) -> FixedPoint | None:
        """The attracting fixed point that a signal of variance 1 runs into; the neutral one at 1; None if it leaves."""
        points = self.fixed_points
        at_one = [point for point in points if point.at == 1.0 and point.kind == "neutral"]
        if at_one:
            return at_one[0]
        upward = self(1.0) > 1.0
        ahead = [point for point in points if (point.at >= 1.0) == upward or point.at == 1.0]
        return (ahead[0] if upward else ahead[-1]) if ahead else None


@lru_cache(maxsize=256)
def _fixed_points(variance: VarianceMap) -> tuple[FixedPoint, ...]:
    grid = [10.0 ** (k / PER_DECADE) for k in range(SMALLEST * PER_DECADE, LARGEST * PER_DECADE + 1)]
    changes = [variance(q) / q - 1 for q in grid]
    if max(abs(change) for change in changes) < 1e-12:
        return (FixedPoint(1.0, 1.0),)
    found = [FixedPoint(q, variance.slope(q)) for q in zeros(lambda q: variance(q) / q - 1, grid)]
    if variance(0.0) == 0.0:
        found.insert(0, FixedPoint(0.0, variance.slope(0.0)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CorrelationMap:
    """c -> (sigma_w^2 E f(u) f(v) + sigma_b^2) / q', u and v of variance ``q`` and correlation c (Poole, eq. 5).

    ``q`` is any variance; q' is what the variance map makes of it, and at a fixed point the same.
    """

    function: Function
    sigma_w: float
    sigma_b: float = 0.0
    q: float = 1.0

    def __call__(self, c: float) -> float:
        """The correlation one layer on, for c in [-1, 1]."""
        return 1.0 - self.distance(1.0 - c)

    def distance(self, d: float) -> float:
        """1 - c' from d = 1 - c, which keeps its digits when the two inputs are nearly the same."""
        after_layer = VarianceMap(self.function, self.sigma_w, self.sigma_b)(self.q)
        if d <= 1:
            apart = after(self.function, math.sqrt(self.q * d), math.sqrt(self.q * (1 - d))).signal
            return self.sigma_w**2 * apart / after_layer
        shared = opposed(self.function.value, self.function.kinks, *self._spread(d - 1))
        return 1 - (self.sigma_w**2 * shared + self.sigma_b**2) / after_layer

    def slope(self, c: float = 1.0) -> float:
        """dc'/dc = sigma_w^2 q / q' E f'(u) f'(v); at c = 1 and a fixed point this is chi_1."""
        signal, offset = self._spread(abs(c))
        if c < 0:
            shared = opposed(self.function.derivative, self.function.kinks, signal, offset)
        elif c == 1:
            shared = moments(self.function, 0.0, offset).transmission
        else:
            shared = slopes_after(self.function, signal, offset).offset
        return self.sigma_w**2 * shared * self.q / VarianceMap(self.function, self.sigma_w, self.sigma_b)(self.q)

    def _spread(self, c: float) -> tuple[float, float]:
        return math.sqrt(self.q * (1 - c)), math.sqrt(self.q * c)

    @property
    def fixed_points(self) -> tuple[FixedPoint, ...]:
        """All fixed points, ascending; 1 is one where ``q`` is a fixed point of the variance."""
        return _correlations(self)

    @property
    def resting(self) -> FixedPoint:
        """Where the correlation of two different inputs ends: the fixed point that attracts most."""
        return min(self.fixed_points, key=lambda point: abs(point.slope))


@lru_cache(maxsize=256)
def _correlations(correlation: CorrelationMap) -> tuple[FixedPoint, ...]:
    found = [1 - d for d in zeros(lambda d: correlation.distance(d) / d - 1, DISTANCES)]
    return tuple(FixedPoint(c, correlation.slope(c)) for c in sorted([*found, 1.0]))
