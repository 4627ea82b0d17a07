"""The language of formulas on NumPy arrays: every function in the form that neither overflows nor cancels."""

from __future__ import annotations

import math

import numpy as np

from gainstage.functions.function import Array

_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def sigmoid(u: Array) -> Array:
    """1 / (1 + e^-u), to full relative accuracy on both sides."""
    small = np.exp(-np.abs(u))
    return np.where(u >= 0, 1.0, small) / (1.0 + small)


def sech(u: Array) -> Array:
    """1 / cosh u without overflow."""
    small = np.exp(-np.abs(u))
    return 2.0 * small / (1.0 + small * small)


def softplus(u: Array) -> Array:
    """log(1 + e^u)."""
    return np.logaddexp(0.0, u)


def erf(u: Array) -> Array:
    """The error function."""
    return np.asarray(_erf(u), dtype=float)


def normal_cdf(u: Array) -> Array:
    """The standard normal distribution function, to full relative accuracy on the left."""
    return 0.5 * np.asarray(_erfc(-u / math.sqrt(2.0)), dtype=float)


def normal_pdf(u: Array) -> Array:
    """The standard normal density."""
    return np.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)


def power(base: Array, numerator: int, denominator: int) -> Array:
    """``base`` to a fraction; roots of negative numbers are nan."""
    return base**numerator if denominator == 1 else base ** (numerator / denominator)


ARRAYS = {
    "number": float,
    "power": power,
    "pi": math.pi,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sech": sech,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "erf": erf,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "normal_cdf": normal_cdf,
    "normal_pdf": normal_pdf,
}
