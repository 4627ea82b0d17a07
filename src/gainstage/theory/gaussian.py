"""Moments of activations under a normal distribution: closed forms where they are as exact, else quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gainstage.functions.custom import Differences
from gainstage.functions.function import Array, Formula, Function
from gainstage.theory.closed import moments_of
from gainstage.theory.quadrature import Rule, integrate
from gainstage.theory.resolve import Activation, resolve

# Standard deviations at which panels start: as far as the normal density is a number.
SPREAD = np.array([0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 14.0, 20.0, 28.0, 38.0])
# Activations bend near zero on a scale of one: panels that double in width follow them for any standard deviation.
BENDS = np.array([sign * 2.0**k for k in range(-2, 7) for sign in (-1, 1)] + [0.0])

ROUNDING = float(np.finfo(float).eps) / 4  # times nodes^2 / width: what differentiation makes of a value's last bit
WIDE = 0.1  # standard deviations from which on nothing cancels in the slope
CANCELLED = 50.0  # sizes of terms over their sum: beyond, more than a digit and a half is lost
CONTINUOUS = 1e-12  # of a value: what two neighbouring numbers may differ by without a jump


@dataclass(frozen=True, slots=True)
class Moments:
    """E f, E f^2, E f'^2 and the slope d E f^2 / d std^2 for x ~ N(mean, std^2).

    ``slope`` is the variance map's: E f'^2 + E f f'' for smooth f (what jumps and kinks add is counted).
    """

    mean: float
    second: float
    transmission: float
    slope: float

    @property
    def variance(self) -> float:
        """The part of E f^2 that depends on the input."""
        return max(self.second - self.mean**2, 0.0)


def moments(activation: Activation, mean: float = 0.0, std: float = 1.0, *, kinks: tuple[float, ...] = ()) -> Moments:
    """Gaussian moments of any activation, cached.

    Relative accuracy 1e-12 for every elementwise function of the catalogue and std 1e-6...1e3 (the mean: relative to
    sqrt(E f^2), the slope at small std: 1e-16/std), and for callables that are piecewise smooth. A ``std`` of zero
    gives the values at ``mean`` itself. Moments that overflow are ``inf``.

    Args:
        activation: name, function or card of the catalogue, or any elementwise callable.
        mean: of the normal distribution.
        std: its standard deviation.
        kinks: where a callable bends or jumps, if known; it is faster than having them found.

    Raises:
        ValueError: ``mean`` or ``std`` is not finite, or ``std`` negative.
        Unresolved: the function oscillates too fast for this ``std``, or is not a number somewhere.
        UnknownFunction, UnfitCallable: nothing that the theory knows, see ``resolve``.

    Example:
        >>> moments("relu")
        Moments(mean=0.3989422804014327, second=0.5, transmission=0.5, slope=0.5)
    """
    if not (math.isfinite(mean) and math.isfinite(std)) or std < 0:
        raise ValueError(f"a normal distribution needs a finite mean and std >= 0, not mean={mean}, std={std}")
    return _moments(resolve(activation, kinks=tuple(kinks)), float(mean), float(std))


@lru_cache(maxsize=1 << 15)
def _moments(function: Function, mean: float, std: float) -> Moments:
    if std == 0.0:
        at = np.array([mean])
        value, slope = float(function.value(at)[0]), float(function.derivative(at)[0])
        return Moments(value, value**2, slope**2, slope**2)
    return _in_closed_form(function, mean, std) or _by_quadrature(function, mean, std)


def _in_closed_form(function: Function, mean: float, std: float) -> Moments | None:
    """None where there is no closed form, or its terms cancel: quadrature is more exact then."""
    exact = moments_of(function, mean, std)
    if exact is None:
        return None
    first, second, transmission, turned = exact
    if not math.isfinite(second.size):  # between edges the overflow is that of a factor, and the product may be small
        return None if function.kinks else Moments(first.value, math.inf, math.inf, math.inf)
    if first.size > CANCELLED * math.sqrt(abs(second.value)) or turned.size > CANCELLED * abs(transmission.value):
        return None
    if any(part.size > CANCELLED * abs(part.value) for part in (second, transmission)):
        return None
    kinks = np.array(function.kinks, dtype=float)
    slope = turned.value + _jumps(function, kinks, np.empty((0, 2)), mean, std)
    return Moments(first.value, second.value, transmission.value, slope)


def expectation(formula: Formula, mean: float = 0.0, std: float = 1.0, kinks: tuple[float, ...] = ()) -> float:
    """E formula(x) for x ~ N(mean, std^2), to 1e-13 of E |formula(x)|; panels start at ``kinks``."""

    def integrand(x: Array, half: Array, rule: Rule) -> tuple[Array, float]:
        return _root_density(x, mean, std) ** 2 * np.asarray(formula(x))[None], 0.0

    return float(integrate(integrand, panels(kinks, mean, std)).values[0])


def panels(kinks: tuple[float, ...], mean: float, std: float) -> Array:
    """Where panels start under N(mean, std^2): ascending, from end to end."""
    spread = np.concatenate([mean - std * SPREAD[::-1], mean + std * SPREAD])
    edges = np.unique(np.concatenate([spread, BENDS, np.array(kinks, dtype=float)]))
    return edges[(edges >= spread[0]) & (edges <= spread[-1])]


def _by_quadrature(function: Function, mean: float, std: float) -> Moments:
    if _still_growing(function, mean, std):
        return Moments(math.inf, math.inf, math.inf, math.inf)
    spectral = isinstance(function.derivative, Differences)
    middle = _product(function, mean) if std < WIDE else 0.0

    def integrand(x: Array, half: Array, rule: Rule) -> tuple[Array, Array | float]:
        root, away = _root_density(x, mean, std), (x - mean) / std**2
        with np.errstate(over="ignore", invalid="ignore"):
            value = np.asarray(function.value(x), dtype=float)
            # Where there is no formula of the derivative, that of the polynomial through the panel's nodes.
            slope = _slopes(value, half, rule) if spectral else function.derivative(x)
            # Stein's lemma; what it subtracts integrates to zero, and leaves the rest without cancellation.
            turned = (value * root * slope - middle * root) * root * away
            values = np.stack([value * root * root, (value * root) ** 2, (slope * root) ** 2, turned])
        if not spectral:
            return values, 0.0
        blur = ROUNDING * len(rule.nodes) ** 2 * np.abs(value).max(axis=1, keepdims=True) / half
        with np.errstate(over="ignore", invalid="ignore"):
            moved = root**2 * blur * half * rule.weights
            noise = np.stack([0 * x, 0 * x, 2 * np.abs(slope) * moved, np.abs(value * away) * moved]).sum(axis=2)
        return values, noise

    edges = panels(function.kinks, mean, std)
    found = integrate(integrand, edges)
    first, second, transmission, turned = (float(value) for value in found.values)
    met = edges[1:-1] if spectral else np.array(function.kinks, dtype=float)
    return Moments(first, second, transmission, turned + _jumps(function, met, found.jumps, mean, std))


def _still_growing(function: Function, mean: float, std: float) -> bool:
    """Whether f^2 grows faster than the density falls as far out as this is a number: then its integral diverges."""
    x = mean + std * np.array([[-SPREAD[-1], 1 - SPREAD[-1]], [SPREAD[-1], SPREAD[-1] - 1]])
    with np.errstate(over="ignore", invalid="ignore"):
        (far_left, left), (far_right, right) = np.abs(function.value(x)) * _root_density(x, mean, std)
    return bool(far_left > left > 0 or far_right > right > 0)


def _product(function: Function, at: float) -> float:
    point = np.array([at])
    with np.errstate(all="ignore"):
        found = float(function.value(point)[0]) * float(function.derivative(point)[0])
    return found if math.isfinite(found) else 0.0


def _slopes(value: Array, half: Array, rule: Rule) -> Array:
    slope = value @ rule.differentiation.T / half
    return np.where(np.isfinite(slope), slope, np.inf)  # differences of values that have overflown


def _jumps(function: Function, kinks: Array, found: Array, mean: float, std: float) -> float:
    """What jumps of f^2 add to the slope: half of each times -density'. At ``kinks``, and inside what was ``found``."""
    sides = np.concatenate([np.stack([np.nextafter(kinks, -np.inf), np.nextafter(kinks, np.inf)], axis=1), found])
    with np.errstate(over="ignore", invalid="ignore"):
        power = np.asarray(function.value(sides)) ** 2
        height = np.diff(power, axis=1)[:, 0]
        height = np.where(np.abs(height) > CONTINUOUS * power.sum(axis=1), height, 0.0)
    z = (sides.mean(axis=1) - mean) / std
    density = np.exp(-0.5 * z * z) / (std * math.sqrt(2 * math.pi))
    return float((height * z * density / (2 * std)).sum())


def _root_density(x: Array, mean: float, std: float) -> Array:
    """Square root of the normal density: a value times it overflows only where its square's integral does."""
    return np.exp(-0.25 * ((x - mean) / std) ** 2) / math.sqrt(std * math.sqrt(2 * math.pi))
