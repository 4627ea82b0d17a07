"""What an activation makes of signal and offset: the part that depends on the input, and the part that does not.

A unit's pre-activation is offset + signal: the offset N(0, offset^2) over the units, the signal N(0, signal^2) over the
examples. Two examples correlate by offset^2 / (signal^2 + offset^2), so this is the correlation map of Poole et al.
(2016) in numbers that keep their digits when the correlation is nearly one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gainstage.functions.function import Array, Formula, Function
from gainstage.theory.gaussian import BENDS, moments
from gainstage.theory.quadrature import Rule, integrate, rule

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
INNER = np.array([-9.0, -7, -5, -3.5, -2, -1, 0, 1, 2, 3.5, 5, 7, 9])  # the tails beyond hold less than 3e-19
RULES = rule(16), rule(10)
EPSILON = float(np.finfo(float).eps)
TINY = 1e-8  # signals below go through the tangent
UNSEEN = 1e-13  # of the signal: an offset that is rounding


@dataclass(frozen=True, slots=True)
class Parts:
    """Mean over the offsets of the variance over the signal, and mean square of the mean over the signal."""

    signal: float
    offset: float


@lru_cache(maxsize=1 << 14)
def after(function: Function, signal: float, offset: float) -> Parts:
    """Powers of signal and offset after ``function``; before it their standard deviations are as given.

    Both to about 1e-12 of themselves, a signal below 1e-3 to 1e-16 of its inverse at best, below 1e-8 to first order.
    """
    if signal < TINY and offset and not _jumps(function):
        found = moments(function, 0.0, math.hypot(signal, offset))
        passed = signal**2 * found.transmission
        return Parts(passed, found.second - passed)
    return _parts(function.value, function.kinks, signal, offset)


@lru_cache(maxsize=1 << 12)
def slopes_after(function: Function, signal: float, offset: float) -> Parts:
    """The same of the derivative: ``offset`` is E f'(u) f'(v) of two inputs, which gradients keep in common."""
    return _parts(function.derivative, function.kinks, signal, offset)


def _parts(formula: Formula, kinks: tuple[float, ...], signal: float, offset: float) -> Parts:
    if offset <= UNSEEN * signal:
        (mean,), (variance,) = conditional(formula, kinks, np.zeros(1), signal)
        # Of an odd function only rounding is left of the mean.
        return Parts(float(variance), float(mean) ** 2 if abs(mean) > UNSEEN * math.sqrt(variance) else 0.0)

    def integrand(z: Array, half: Array, rule: Rule) -> tuple[Array, Array]:
        mean, variance = conditional(formula, kinks, offset * z.ravel(), signal)
        density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        values = np.stack([variance.reshape(z.shape), mean.reshape(z.shape) ** 2]) * density
        # The variance is made of differences, in which the last bits of the values stay; the mean of sums, likewise.
        last = EPSILON * np.sqrt(values.sum(axis=0) * density)
        blur = 2 * np.sqrt(values * density) * last + last**2
        return values, (blur / density * half * rule.weights).sum(axis=2)

    edges = np.unique([*INNER, *(kink / offset for kink in kinks)])
    found = integrate(integrand, edges[np.abs(edges) <= INNER[-1]], RULES)
    return Parts(float(found.values[0]), float(found.values[1]))


def opposed(formula: Formula, kinks: tuple[float, ...], signal: float, offset: float) -> float:
    """E formula(u) formula(v) for two inputs that share their offset with opposite signs: correlated negatively."""

    def integrand(z: Array, half: Array, rule: Rule) -> tuple[Array, float]:
        both = [conditional(formula, kinks, side * offset * z.ravel(), signal)[0].reshape(z.shape) for side in (1, -1)]
        density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        return (both[0] * both[1] * density)[None], 0.0

    bent = kinks if offset else ()
    edges = np.unique([*INNER, *(side * kink / offset for kink in bent for side in (1, -1))])
    return float(integrate(integrand, edges[np.abs(edges) <= INNER[-1]], RULES).values[0])


def conditional(formula: Formula, kinks: tuple[float, ...], centres: Array, std: float) -> tuple[Array, Array]:
    """Mean and variance of formula(centre + std w), w ~ N(0, 1), for each of the ``centres``."""
    at_centre = np.asarray(formula(centres), dtype=float)[:, None]
    if std == 0.0:
        return at_centre[:, 0], np.zeros(len(centres))
    points, weights = _panels(kinks, centres, std)
    away = np.asarray(formula(points.ravel()), dtype=float).reshape(points.shape) - at_centre
    mean = (weights * away).sum(axis=1)
    return at_centre[:, 0] + mean, (weights * (away - mean[:, None]) ** 2).sum(axis=1)


def _panels(kinks: tuple[float, ...], centres: Array, std: float) -> tuple[Array, Array]:
    """Points and weights (centres, points) of the normal distribution around each centre, split at kinks and bends."""
    bends = BENDS[np.abs(BENDS) < 4 * std] if std > 0.25 else BENDS[:0]  # elsewhere the panels are narrow enough
    fixed = np.concatenate([bends, np.array(kinks, dtype=float)])
    inside = np.clip((fixed - centres[:, None]) / std, INNER[0], INNER[-1])
    edges = np.sort(np.concatenate([np.broadcast_to(INNER, (len(centres), len(INNER))), inside], axis=1), axis=1)
    low, half = edges[:, :-1], np.diff(edges, axis=1) / 2
    w = (low[:, :, None] + half[:, :, None] * (1 + NODES)).reshape(len(centres), -1)
    weights = (half[:, :, None] * WEIGHTS).reshape(w.shape) * np.exp(-0.5 * w * w) / math.sqrt(2 * math.pi)
    return centres[:, None] + std * w, weights


def _jumps(function: Function) -> bool:
    kinks = np.array(function.kinks, dtype=float)
    left, right = (function.value(np.nextafter(kinks, side)) for side in (-np.inf, np.inf))
    return bool((np.abs(right - left) > 1e-9 * (np.abs(left) + np.abs(right))).any())
