"""What an activation is to the rest of the package: a formula, its derivative and where it is not smooth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Formula = Callable[[Array], Array]
FAR = 40.0  # every catalogued function has reached its asymptote here to double precision
GRID = np.linspace(-FAR, FAR, 16_001)  # spacing 1/200; holds every integer


@dataclass(frozen=True, slots=True)
class Function:
    """An elementwise activation with its parameters filled in.

    ``value`` and ``derivative`` map float64 arrays of any shape to arrays of that shape. ``kinks`` are the points
    where the function or its derivative jumps; quadrature splits there.
    """

    name: str
    value: Formula = field(repr=False)
    derivative: Formula = field(repr=False)
    kinks: tuple[float, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()

    @property
    def range(self) -> tuple[float, float]:
        """Infimum and supremum of the values, infinite where they keep growing; found numerically."""
        near, far = self.value(_points(self)), self.value(np.array([-4 * FAR, 4 * FAR]))
        low, high = float(near.min()), float(near.max())
        return (-np.inf if far.min() < low - 0.1 else low, np.inf if far.max() > high + 0.1 else high)

    @property
    def best_transmission(self) -> float:
        """The supremum of f'(x)^2, the most of a gradient's power that one unit can pass; may be infinite."""
        return _best_transmission(self)

    @property
    def homogeneous(self) -> bool:
        """Whether f(c x) = c f(x) for every c > 0: then the input's scale passes straight through."""
        return bool(np.allclose(self.value(3.0 * GRID), 3.0 * self.value(GRID), rtol=1e-12, atol=0.0))

    @property
    def zero_centred(self) -> bool:
        """Whether f is odd, so that inputs around zero give outputs around zero."""
        inside = GRID[~np.isin(GRID, self.kinks)]
        return bool(np.allclose(self.value(-inside), -self.value(inside), rtol=1e-12, atol=1e-12))

    @property
    def squashing(self) -> bool:
        """Whether the function goes flat on both sides, so that units saturate rather than die."""
        ends = self.derivative(np.array([-FAR, FAR])) ** 2
        return bool((ends < 1e-5 * self.best_transmission).all())

    @property
    def linear(self) -> bool:
        """Whether the function neither bends nor jumps."""
        ends = self.value(np.array([-FAR, FAR]))
        slope = float(self.derivative(np.zeros(1))[0])
        return bool(np.ptp(self.derivative(GRID)) == 0.0 and np.isclose(ends[1] - ends[0], 2 * FAR * slope))


def _points(function: Function) -> Array:
    """The grid and both sides of every kink."""
    kinks = np.array(function.kinks, dtype=float)
    return np.concatenate([GRID, kinks, kinks - 1e-9, kinks + 1e-9])


@lru_cache(maxsize=256)
def _best_transmission(function: Function) -> float:
    points = _points(function)
    power = function.derivative(points) ** 2
    if np.max(function.derivative(np.array([-2 * FAR, 2 * FAR])) ** 2) > 1.5 * power.max():
        return float("inf")
    width = float(GRID[1] - GRID[0])
    around = points[int(np.argmax(power))]
    for _ in range(3):  # each round narrows the neighbourhood of the maximum a hundredfold
        near = np.concatenate([[around], np.linspace(around - width, around + width, 401)])
        near = near[~np.isin(near, function.kinks)]
        around = near[int(np.argmax(function.derivative(near) ** 2))]
        width /= 100
    return float(max(power.max(), function.derivative(np.array([around]))[0] ** 2))
