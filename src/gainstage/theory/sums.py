"""Sums of polynomials times exponentials, as numbers that the language of formulas computes with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Coefficients = tuple[complex, ...]  # of 1, x, x^2 ...


@dataclass(frozen=True, eq=False)
class Sum:
    """sum over k of P_k(x) e^(kx); ``terms`` maps each rate k, which is complex for sines and cosines, to P_k."""

    terms: Mapping[complex, Coefficients]

    @classmethod
    def constant(cls, value: float) -> Sum:
        """A number."""
        return cls({0j: (complex(value),)})

    @classmethod
    def x(cls) -> Sum:
        """The variable itself."""
        return cls({0j: (0j, 1 + 0j)})

    @property
    def real(self) -> bool:
        """Whether there are no sines and cosines, which have no closed form between two edges."""
        return all(rate.imag == 0 for rate in self.terms)

    def derivative(self) -> Sum:
        """(P' + k P) e^(kx), summed."""
        total = Sum({})
        for rate, coefficients in self.terms.items():
            lowered = tuple(n * c for n, c in enumerate(coefficients))[1:] or (0j,)
            total = total + Sum({rate: lowered}) + Sum({rate: tuple(rate * c for c in coefficients)})
        return total

    def __add__(self, other: Any) -> Sum:
        terms = dict(self.terms)
        for rate, coefficients in _of(other).terms.items():
            added = np.polynomial.polynomial.polyadd(terms.get(rate, (0j,)), coefficients)
            terms[rate] = tuple(complex(c) for c in np.atleast_1d(added))
        return Sum(terms)

    def __mul__(self, other: Any) -> Sum:
        total = Sum({})
        for rate, coefficients in self.terms.items():
            for also, others in _of(other).terms.items():
                product = np.polynomial.polynomial.polymul(coefficients, others)
                total = total + Sum({rate + also: tuple(complex(c) for c in np.atleast_1d(product))})
        return total

    def __neg__(self) -> Sum:
        return self * -1.0

    def __sub__(self, other: Any) -> Sum:
        return self + -_of(other)

    def __rsub__(self, other: Any) -> Sum:
        return _of(other) - self

    def __truediv__(self, other: Any) -> Sum:
        if isinstance(other, Sum):
            raise ValueError("a quotient is no sum of polynomials times exponentials")
        return self * (1.0 / other)

    __radd__ = __add__
    __rmul__ = __mul__


def _of(value: Any) -> Sum:
    return value if isinstance(value, Sum) else Sum.constant(value)


def _exp(u: Any, turn: complex = 1 + 0j) -> Any:
    """e^(turn u), for numbers and straight lines."""
    if not isinstance(u, Sum):
        return np.exp(turn * u)
    if set(u.terms) != {0j} or len(u.terms[0j]) > 2:
        raise ValueError("the exponential of a straight line only")
    start, slope = (*u.terms[0j], 0j)[:2]
    return Sum({turn * slope: (complex(np.exp(turn * start)),)})


def _plain(function: Callable[[float], float]) -> Callable[[Any], float]:
    """Of numbers only: a Sum raises TypeError."""
    return lambda u: function(u)


def _power(base: Any, numerator: int, denominator: int) -> Any:
    if not isinstance(base, Sum):
        return base ** (numerator / denominator)
    if denominator != 1 or numerator < 0:
        raise ValueError("no roots, no quotients")
    product: Any = 1.0
    for _ in range(numerator):
        product = base * product
    return product


def algebra() -> dict[str, Any]:
    """The language of formulas on sums; what they cannot express is missing, or raises ValueError or TypeError."""
    return {
        "number": float,
        "power": _power,
        "pi": math.pi,
        "sqrt": _plain(math.sqrt),
        "exp": _exp,
        "expm1": lambda u: _exp(u) - 1.0,
        "sin": lambda u: (_exp(u, 1j) - _exp(u, -1j)) * -0.5j,
        "cos": lambda u: (_exp(u, 1j) + _exp(u, -1j)) * 0.5,
    }
