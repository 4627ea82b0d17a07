"""The edge of chaos: weights and biases for which chi_1 = 1, so that neither signal nor gradient has a depth scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Function
from gainstage.theory.gaussian import moments
from gainstage.theory.maps import FixedPoint, VarianceMap
from gainstage.theory.resolve import Activation, resolve
from gainstage.theory.roots import zeros

GRID = [10.0 ** (k / 8) for k in range(-32, 33)]  # variances from 1e-4 to 1e4
NEAR_ZERO = 1e-4


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """Weights and biases on the edge of chaos, the variance ``q`` that they fix, and the variance map's slope there."""

    sigma_w: float
    sigma_b: float
    q: float
    slope: float

    @property
    def attracting(self) -> bool:
        """Whether a chain runs into this variance by itself; otherwise the point holds on paper only."""
        return self.slope < 1


def critical_at(activation: Activation, q: float) -> CriticalPoint | None:
    """The point of the edge of chaos whose fixed variance is ``q``.

    sigma_w^2 = 1 / E f'^2 and sigma_b^2 = q - sigma_w^2 E f^2; None where that asks for a negative sigma_b^2.

    Example:
        >>> critical_at("tanh", 0.570048).sigma_w ** 2
        1.76095...
    """
    function = resolve(activation)
    found = moments(function, 0.0, math.sqrt(q))
    square_w = 1 / found.transmission
    square_b = q - square_w * found.second
    if square_b < -1e-12 * q:
        return None
    return CriticalPoint(math.sqrt(square_w), math.sqrt(max(square_b, 0.0)), q, square_w * found.slope)


def critical_points(activation: Activation, sigma_b: float = 0.0) -> tuple[CriticalPoint, ...]:
    """Every point of the edge of chaos with this ``sigma_b``, the fixed variance from 1e-4 to 1e4 ascending.

    With ``sigma_b`` 0 the limit q -> 0 counts too: sigma_w = 1 / |f'(0)| where f(0) = 0; its slope is q'/q at 1e-4,
    which tells on which side of 1 it comes near. Of a homogeneous function, which is critical at every variance, q = 1
    stands for all. Empty where there is none (softplus).
    """
    return _critical_points(resolve(activation), float(sigma_b))


@lru_cache(maxsize=256)
def _critical_points(function: Function, sigma_b: float) -> tuple[CriticalPoint, ...]:
    square_b = {q: _square_b(function, q) for q in GRID}
    if max(abs(value) / q for q, value in square_b.items()) < 1e-12:
        point = critical_at(function, 1.0)
        return (point,) if point and sigma_b == 0 else ()
    found = [critical_at(function, q) for q in zeros(lambda q: (_square_b(function, q) - sigma_b**2) / q, GRID)]
    points = [CriticalPoint(p.sigma_w, sigma_b, p.q, p.slope) for p in found if p]
    beside = np.array([-1e-300, 1e-300])
    slope = math.sqrt(float((function.derivative(beside) ** 2).mean()))  # leaky on a scale on which nothing bends
    if sigma_b == 0 and slope and float(np.abs(function.value(beside)).max()) < 1e-299:
        near = VarianceMap(function, 1 / slope)
        points.insert(0, CriticalPoint(1 / slope, 0.0, 0.0, near(NEAR_ZERO) / NEAR_ZERO))
    return tuple(points)


def _square_b(function: Function, q: float) -> float:
    found = moments(function, 0.0, math.sqrt(q))
    return q - found.second / found.transmission if found.transmission > 0 else -math.inf


def critical(activation: Activation, sigma_b: float | None = None) -> CriticalPoint:
    """The point of the edge of chaos to start a deep chain at.

    Without ``sigma_b``, sigma_b = 0 if that is attracting or neutral; else the smallest of 0.05, 0.1 ... 5 whose
    point attracts; with none, the one whose slope is smallest.

    Raises:
        GainstageError: the activation has no edge of chaos there.
    """
    function = resolve(activation)
    tried: Sequence[float] = [sigma_b] if sigma_b is not None else [0.0, *(0.05 * k for k in range(1, 101))]
    found = [point for given in tried for point in critical_points(function, given)]
    if not found:
        biases = "any sigma_b up to 5" if sigma_b is None else f"sigma_b = {sigma_b:g}"
        why = "chi_1 = 1 asks for a negative sigma_b^2"
        raise GainstageError(f"{function.name} has no edge of chaos for {biases}: {why}")
    holding = [point for point in found if FixedPoint(point.q, point.slope).kind != "repelling"]
    return holding[0] if holding else min(found, key=lambda point: point.slope)
