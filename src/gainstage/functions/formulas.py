"""The activations themselves: one entry each gives formula, derivative and kinks, in NumPy.

Entries are named as in ``torch.nn.functional``; their arguments are torch's, with torch's defaults.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gainstage.functions.function import Array, Formula

SELU_ALPHA = 1.6732632423543772  # Klambauer et al. 2017: the fixed point (0, 1) of mean and variance
SELU_SCALE = 1.0507009873554805
erf: Formula = np.vectorize(math.erf, otypes=[float])

Made = tuple[Formula, Formula, tuple[float, ...]]
ENTRIES: dict[str, Callable[..., Made]] = {}


def _entry(factory: Callable[..., Made]) -> Callable[..., Made]:
    ENTRIES[factory.__name__] = factory
    return factory


def _logistic(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def _log1p_exp(x: Array) -> Array:
    return np.logaddexp(0.0, x)


def _normal_density(x: Array) -> Array:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _step(condition: NDArray[np.bool_]) -> Array:
    return np.where(condition, 1.0, 0.0)


@_entry
def linear() -> Made:
    return lambda x: x * 1.0, np.ones_like, ()


@_entry
def relu() -> Made:
    return lambda x: np.maximum(x, 0.0), lambda x: _step(x > 0), (0.0,)


@_entry
def leaky_relu(negative_slope: float = 0.01) -> Made:
    return lambda x: np.where(x > 0, x, negative_slope * x), lambda x: np.where(x > 0, 1.0, negative_slope), (0.0,)


@_entry
def prelu(weight: float = 0.25) -> Made:
    return leaky_relu(weight)


@_entry
def rrelu(lower: float = 1 / 8, upper: float = 1 / 3) -> Made:
    return leaky_relu((lower + upper) / 2)  # the mean slope, as in evaluation


@_entry
def relu6() -> Made:
    return hardtanh(0.0, 6.0)


@_entry
def elu(alpha: float = 1.0) -> Made:
    def value(x: Array) -> Array:
        return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))

    return value, lambda x: np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0.0))), (0.0,)


@_entry
def selu() -> Made:
    value, derivative, kinks = elu(SELU_ALPHA)
    return lambda x: SELU_SCALE * value(x), lambda x: SELU_SCALE * derivative(x), kinks


@_entry
def celu(alpha: float = 1.0) -> Made:
    def value(x: Array) -> Array:
        return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0) / alpha))

    return value, lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0.0) / alpha)), (0.0,)


@_entry
def gelu() -> Made:
    def share(x: Array) -> Array:
        return 0.5 * (1.0 + erf(x / math.sqrt(2)))

    return lambda x: x * share(x), lambda x: share(x) + x * _normal_density(x), ()


@_entry
def gelu_tanh() -> Made:
    root = math.sqrt(2 / math.pi)

    def bend(x: Array) -> Array:
        return np.tanh(root * (x + 0.044715 * x**3))

    def derivative(x: Array) -> Array:
        return 0.5 * (1 + bend(x)) + 0.5 * x * (1 - bend(x) ** 2) * root * (1 + 3 * 0.044715 * x * x)

    return lambda x: 0.5 * x * (1 + bend(x)), derivative, ()


@_entry
def silu() -> Made:
    return lambda x: x * _logistic(x), lambda x: _logistic(x) * (1 + x * (1 - _logistic(x))), ()


@_entry
def mish() -> Made:
    def derivative(x: Array) -> Array:
        bend = np.tanh(_log1p_exp(x))
        return bend + x * (1 - bend * bend) * _logistic(x)

    return lambda x: x * np.tanh(_log1p_exp(x)), derivative, ()


@_entry
def hardswish() -> Made:
    def derivative(x: Array) -> Array:
        return np.where(x >= 3, 1.0, np.where(x > -3, (2 * x + 3) / 6, 0.0))

    return lambda x: x * np.clip(x + 3, 0.0, 6.0) / 6, derivative, (-3.0, 3.0)


@_entry
def hardsigmoid() -> Made:
    return lambda x: np.clip(x + 3, 0.0, 6.0) / 6, lambda x: _step(np.abs(x) < 3) / 6, (-3.0, 3.0)


@_entry
def hardtanh(min_val: float = -1.0, max_val: float = 1.0) -> Made:
    def derivative(x: Array) -> Array:
        return _step((x > min_val) & (x < max_val))

    return lambda x: np.clip(x, min_val, max_val), derivative, (min_val, max_val)


@_entry
def sigmoid() -> Made:
    return _logistic, lambda x: _logistic(x) * _logistic(-x), ()


@_entry
def tanh() -> Made:
    return np.tanh, lambda x: 1 / np.cosh(np.clip(x, -350, 350)) ** 2, ()


@_entry
def softplus(beta: float = 1.0) -> Made:
    return lambda x: _log1p_exp(beta * x) / beta, lambda x: _logistic(beta * x), ()


@_entry
def softsign() -> Made:
    return lambda x: x / (1 + np.abs(x)), lambda x: (1 + np.abs(x)) ** -2, (0.0,)


@_entry
def logsigmoid() -> Made:
    return lambda x: -_log1p_exp(-x), lambda x: _logistic(-x), ()


@_entry
def tanhshrink() -> Made:
    return lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2, ()


@_entry
def softshrink(lambd: float = 0.5) -> Made:
    def value(x: Array) -> Array:
        return np.sign(x) * np.maximum(np.abs(x) - lambd, 0.0)

    return value, lambda x: _step(np.abs(x) > lambd), (-lambd, lambd)


@_entry
def hardshrink(lambd: float = 0.5) -> Made:
    return lambda x: np.where(np.abs(x) > lambd, x, 0.0), lambda x: _step(np.abs(x) > lambd), (-lambd, lambd)


@_entry
def threshold(threshold: float = 0.0, value: float = 0.0) -> Made:
    return lambda x: np.where(x > threshold, x, value), lambda x: _step(x > threshold), (threshold,)


@_entry
def sin() -> Made:
    return np.sin, np.cos, ()


def _error_function() -> Made:
    return erf, lambda x: 2 / math.sqrt(math.pi) * np.exp(-np.minimum(x * x, 700.0)), ()


ENTRIES["erf"] = _error_function


@_entry
def relu_squared() -> Made:
    return lambda x: np.maximum(x, 0.0) ** 2, lambda x: 2 * np.maximum(x, 0.0), (0.0,)


@_entry
def exp() -> Made:
    return np.exp, np.exp, ()
