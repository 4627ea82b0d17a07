"""Formulas as NumPy functions, piece by piece; and the few that need another form to stay exact in floating point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from gainstage.functions.arrays import ARRAYS, sech, sigmoid, softplus
from gainstage.functions.function import Array, Formula
from gainstage.functions.language import evaluate, pieces

Values = Mapping[str, float]


def edges_at(formula: str, values: Values) -> tuple[float, ...]:
    """Where the pieces of ``formula`` meet for these parameters."""
    return tuple(float(evaluate(edge.at, ARRAYS, values)) for edge in pieces(formula)[1])


def on_arrays(formula: str, values: Values) -> Formula:
    """``formula`` as a function of float64 arrays of any shape; NaN gives NaN, infinities follow IEEE arithmetic.

    Each piece sees only inputs of its own interval, so that no piece overflows where another one holds.
    """
    expressions, edges = pieces(formula)
    at = edges_at(formula, values)
    bounds = (-math.inf, *at, math.inf)

    def part(number: int, x: Array) -> Array:
        inside = np.clip(x, bounds[number], bounds[number + 1]) if at else x
        return np.asarray(evaluate(expressions[number], ARRAYS, {**values, "x": inside}), dtype=float)

    def call(x: Array) -> Array:
        x = np.asarray(x, dtype=float)
        with np.errstate(all="ignore"):
            result = part(len(at), x)
            for number in reversed(range(len(at))):
                left = x <= at[number] if edges[number].closed else x < at[number]
                result = np.where(left, part(number, x), result)
        return np.where(np.isnan(x), x, result)

    return call


def _quietly(formula: Formula) -> Formula:
    def call(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return formula(np.asarray(x, dtype=float))

    return call


def _tanhshrink(values: Values) -> Formula:
    def value(x: Array) -> Array:
        # Taylor's series up to x^17 where x - tanh x would cancel; the next term is below 1e-16 of the sum there.
        series = (1 / 3, -2 / 15, 17 / 315, -62 / 2835, 1382 / 155925, -21844 / 6081075, 929569 / 638512875)
        square, total = np.minimum(x * x, 0.09), np.zeros_like(x)
        for coefficient in reversed((*series, -6404582 / 10854718875)):
            total = total * square + coefficient
        return np.where(np.abs(x) < 0.25, x * square * total, x - np.tanh(x))

    return value


def _squareplus(values: Values) -> Formula:
    def value(x: Array) -> Array:
        root = np.hypot(x, math.sqrt(values["b"]))
        return np.where(x <= 0, values["b"] / (2 * (root + np.abs(x))), (x + root) / 2)

    return value


def _squareplus_derivative(values: Values) -> Formula:
    value = _squareplus(values)
    return lambda x: value(x) / np.hypot(x, math.sqrt(values["b"]))


def _soft_clipping(values: Values) -> Formula:
    alpha = values["alpha"]

    def left(x: Array) -> Array:
        return (softplus(alpha * x) - softplus(alpha * (x - 1))) / alpha

    return lambda x: np.where(x > 0.5, 1 - left(1 - np.maximum(x, 0.5)), left(np.minimum(x, 0.5)))


def _soft_clipping_derivative(values: Values) -> Formula:
    alpha = values["alpha"]
    # sigmoid(u) - sigmoid(v) = sigmoid(u) sigmoid(-v) (1 - e^(v - u))
    return lambda x: sigmoid(alpha * x) * sigmoid(-alpha * (x - 1)) * -math.expm1(-alpha)


def _cloglog_derivative(values: Values) -> Formula:
    def derivative(x: Array) -> Array:
        grown = np.exp(np.minimum(x, 700.0))  # its own exponential is 0 long before it would overflow
        return grown * np.exp(-grown)

    return derivative


def _tanhexp_derivative(values: Values) -> Formula:
    def derivative(x: Array) -> Array:
        grown = np.exp(np.minimum(x, 20.0))  # beyond, sech is 0 and e^x would overflow
        return x * grown * sech(grown) ** 2 + np.tanh(grown)

    return derivative


Form = Callable[[Values], Formula]
# Beside the formula: what is computed in floating point where the formula itself would cancel or overflow.
SOUND_VALUES: dict[str, Form] = {
    "tanhshrink": _tanhshrink,
    "squareplus": _squareplus,
    "soft_clipping": _soft_clipping,
}
SOUND_DERIVATIVES: dict[str, Form] = {
    "squareplus": _squareplus_derivative,
    "soft_clipping": _soft_clipping_derivative,
    "cloglog": _cloglog_derivative,
    "tanhexp": _tanhexp_derivative,
}


def value_of(name: str, formula: str, values: Values) -> Formula:
    """The function's values; ``name`` chooses the sound form if there is one."""
    return _quietly(SOUND_VALUES[name](values)) if name in SOUND_VALUES else on_arrays(formula, values)


def derivative_of(name: str, formula: str, values: Values) -> Formula:
    """The derivative's values from the ``formula`` of the derivative."""
    return _quietly(SOUND_DERIVATIVES[name](values)) if name in SOUND_DERIVATIVES else on_arrays(formula, values)
