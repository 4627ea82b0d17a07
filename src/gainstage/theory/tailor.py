"""Shift and scale before and after an activation, so that a deep chain keeps both variance and angles.

Martens et al. 2021 (deep kernel shaping), for chains without residual paths: f is replaced by
``output_scale * (f(input_scale * x + input_shift) + output_shift)``, which in a network is absorbed by weights and
biases. What remains is a function that is nearly straight where its inputs lie, as much as the depth asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Array, Function
from gainstage.theory.gaussian import moments
from gainstage.theory.resolve import Activation, resolve

STEEPNESS = 1.5  # of the whole network's correlation map at 1, Martens et al.'s choice
SCALES = tuple(2.0**k for k in range(-7, 3))
SHIFTS = (0.0, 0.25, -0.25, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0)
CLOSE, ROUNDS = 1e-11, 60


@dataclass(frozen=True, slots=True)
class Tailored:
    """An activation with its four numbers, and the slope of its own correlation map at 1."""

    function: Function
    input_scale: float
    input_shift: float
    output_scale: float
    output_shift: float
    slope: float

    def tailored(self) -> Function:
        """The whole as one function: mean 0 and variance 1 from inputs of N(0, 1)."""
        scale, shift, plain = self.input_scale, self.input_shift, self.function

        def value(x: Array) -> Array:
            return self.output_scale * (plain.value(scale * x + shift) + self.output_shift)

        def derivative(x: Array) -> Array:
            return self.output_scale * scale * plain.derivative(scale * x + shift)

        kinks = tuple((kink - shift) / scale for kink in plain.kinks)
        return Function(f"tailored {plain.name}", value, derivative, kinks)


def tailor(
    activation: Activation, *, depth: int = 50, slope: float | None = None, variance_slope: float = 1.0
) -> Tailored:
    """The scales and shifts with which a chain of ``depth`` layers keeps variance, mean 0 and angles.

    Under N(0, 1): E f^2 = 1, E f = 0, E f'^2 = slope, and the variance map's slope ``variance_slope`` (weights of gain
    1, biases 0). The fixed point of the variance no longer repels, for any activation that bends.

    Args:
        activation: what to tailor.
        depth: layers of the chain; together their correlation maps then have slope 1.5 at 1.
        slope: of one layer, in place of ``depth``; above 1, the nearer the straighter.
        variance_slope: 1 keeps deviations as they are, below 1 they die out.

    Raises:
        GainstageError: ``slope`` is not above 1, or no scale and shift meets it (a straight line, a parabola).
    """
    function = resolve(activation)
    wanted = STEEPNESS ** (1 / depth) if slope is None else slope
    if not 1 < wanted < math.inf:
        raise GainstageError(f"slope={wanted:g}: expected a number above 1, which only a straight line has")
    return _tailored(function, float(wanted), float(variance_slope))


@lru_cache(maxsize=64)
def _tailored(function: Function, slope: float, variance_slope: float) -> Tailored:
    fixed = function.homogeneous  # its scale says nothing: the shift alone is chosen, and the scale against it

    def misfit(place: Array) -> Array:
        scale, shift = math.exp(place[0]), 1.0 if fixed else float(place[1])
        has, varies = _slopes(function, scale, shift)
        # Slopes near 1 differ by their distance from it.
        return np.array([(has - slope) / (slope - 1), 0.0 if fixed else (varies - variance_slope) / (slope - 1)])

    for guess in _guesses(misfit, fixed):
        found = _newton(misfit, guess, 1 if fixed else 2)
        if found is not None:
            scale, shift = math.exp(found[0]), 1.0 if fixed else float(found[1])
            about = moments(function, shift, scale)
            return Tailored(
                function, scale, shift, 1 / math.sqrt(_variance(function, scale, shift)), -about.mean, slope
            )
    raise GainstageError(
        f"{function.name}: no input scale and shift gives it the slope {slope:g} with a variance map of slope "
        f"{variance_slope:g}; it bends too little or not smoothly enough"
    )


def _slopes(function: Function, scale: float, shift: float) -> tuple[float, float]:
    """Slopes of correlation and variance map at 1, of f(scale x + shift) brought to mean 0 and variance 1."""
    centred = _centred(function, moments(function, shift, scale).mean)
    found = moments(centred, shift, scale)
    if not 0 < found.second < math.inf:
        return math.inf, math.inf
    return scale**2 * found.transmission / found.second, scale**2 * found.slope / found.second


def _variance(function: Function, scale: float, shift: float) -> float:
    return moments(_centred(function, moments(function, shift, scale).mean), shift, scale).second


def _centred(function: Function, mean: float) -> Function:
    return replace(function, name=f"{function.name} - {mean!r}", value=lambda x: function.value(x) - mean)


def _guesses(misfit: Callable[[Array], Array], fixed: bool) -> Iterator[Array]:
    """Places from which to start, the most promising first."""
    places = [np.array([math.log(scale), shift]) for scale in SCALES for shift in ((1.0,) if fixed else SHIFTS)]
    known = [(float(np.abs(misfit(place)).max()), number) for number, place in enumerate(places)]
    # Odd functions have pairs of solutions: of two places that are equally good the one with the positive shift.
    ranked = sorted((round(size, 6), number) for size, number in known if math.isfinite(size))
    yield from (places[number] for _, number in ranked[:6])


def _newton(misfit: Callable[[Array], Array], place: Array, unknowns: int) -> Array | None:
    """Newton's method with a halved step wherever a whole one makes it worse."""
    height = misfit(place)
    for _ in range(ROUNDS):
        if float(np.abs(height).max()) < CLOSE:
            return place
        step = _step(misfit, place, height, unknowns)
        if step is None:
            return None
        for _ in range(30):
            there = misfit(place + step)
            if np.abs(there).max() < np.abs(height).max():
                break
            step = step / 2
        else:
            return place if float(np.abs(height).max()) < 1e3 * CLOSE else None
        place, height = place + step, there
    return None


def _step(misfit: Callable[[Array], Array], place: Array, height: Array, unknowns: int) -> Array | None:
    reach = 1e-6
    columns = [
        (misfit(place + reach * row) - misfit(place - reach * row)) / (2 * reach) for row in np.eye(2)[:unknowns]
    ]
    matrix = np.array(columns).T[:unknowns]
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:
        return None
    step = np.zeros(2)
    step[:unknowns] = np.clip(-np.linalg.solve(matrix, height[:unknowns]), -1.0, 1.0)
    return step
