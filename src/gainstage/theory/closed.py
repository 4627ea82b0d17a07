"""Closed forms: moments of functions whose pieces are polynomials times exponentials, sines and cosines.

The formula of the catalogue is read with such sums as numbers, so nothing is written twice. A piece between two edges
needs truncated normal moments (Horrace 2015), times e^(kx) after completing the square.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.function import Function
from gainstage.functions.language import evaluate
from gainstage.functions.numeric import edges_at
from gainstage.theory.sums import Sum, algebra

CATALOGUE = "gainstage.functions.numeric"  # where functions that are made from a definition have their values from


@dataclass(frozen=True, slots=True)
class Piece:
    """f and f' between two edges."""

    low: float
    high: float
    value: Sum
    slope: Sum


@dataclass(frozen=True, slots=True)
class Exact:
    """A sum of terms, and the sum of their sizes: how far apart they are tells how many digits have cancelled."""

    value: float
    size: float

    def __add__(self, other: Exact) -> Exact:
        return Exact(self.value + other.value, self.size + other.size)


@lru_cache(maxsize=256)
def pieces(function: Function) -> tuple[Piece, ...]:
    """The function's pieces as sums; empty where it is not one of the catalogue, or one piece has no such form."""
    definition = DEFINITIONS.get(function.name)
    if definition is None or getattr(function.value, "__module__", "") != CATALOGUE:
        return ()
    constants = {name: float(text) for name, text in definition.constants.items()}
    values: Mapping[str, Any] = {**constants, **definition.settings(dict(function.parameters))}
    try:
        sums = [_sum(evaluate(text, algebra(), {**values, "x": Sum.x()})) for text in definition.pieces]
    except (NameError, TypeError, ValueError):
        return ()
    edges = [-math.inf, *edges_at(definition.formula, values), math.inf]
    found = [Piece(low, high, s, s.derivative()) for (low, high), s in zip(pairwise(edges), sums, strict=True)]
    whole = len(found) == 1
    return tuple(found) if whole or all(piece.value.real for piece in found) else ()


def _sum(value: Any) -> Sum:
    return value if isinstance(value, Sum) else Sum.constant(value)


def moments_of(function: Function, mean: float, std: float) -> tuple[Exact, Exact, Exact, Exact] | None:
    """E f, E f^2, E f'^2 and E f f' (x - mean) / std^2 for x ~ N(mean, std^2); None where there is no closed form."""
    found = pieces(function)
    if not found:
        return None
    away = (Sum.x() - mean) * (1 / std**2)
    nothing = Exact(0.0, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            tuple(
                expected(each, piece.low, piece.high, mean, std)
                for each in (p, p * p, piece.slope * piece.slope, p * piece.slope * away)
            )
            for piece in found
            for p in [piece.value]
        ]
    first, second, transmission, turned = (sum(column, nothing) for column in zip(*parts, strict=True))
    return first, second, transmission, turned


def expected(terms: Sum, low: float, high: float, mean: float, std: float) -> Exact:
    """E of a sum over the part of N(mean, std^2) between ``low`` and ``high``."""
    total = Exact(0.0, 0.0)
    for rate, coefficients in terms.terms.items():
        shifted = mean + rate * std**2
        ends = (math.inf if math.isinf(end) else (end - shifted.real) / std for end in (-low, high))
        above, below = ends
        inside = _truncated(len(coefficients) + 1, -above if math.isinf(low) else (low - shifted.real) / std, below)
        factor = np.exp(rate * mean + rate * rate * std**2 / 2)
        for power, coefficient in enumerate(coefficients):
            for order in range(power + 1):
                part = math.comb(power, order) * shifted ** (power - order) * std**order * inside[order].value
                size = math.comb(power, order) * abs(shifted) ** (power - order) * std**order * inside[order].size
                total = total + Exact(
                    float((coefficient * factor * part).real), float(abs(coefficient * factor) * size)
                )
    return total


def _truncated(count: int, low: float, high: float) -> list[Exact]:
    """E z^j for z ~ N(0, 1) between ``low`` and ``high``, j = 0 ... count - 1."""
    below, above = _density(low), _density(high)
    found = [_share(low, high), Exact(below - above, below + above)]
    for order in range(2, count):
        left = low ** (order - 1) * below if below else 0.0
        right = high ** (order - 1) * above if above else 0.0
        before = found[order - 2]
        value = (order - 1) * before.value + left - right
        found.append(Exact(value, (order - 1) * before.size + abs(left) + abs(right)))
    return found


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) if math.isfinite(z) else 0.0


def _share(low: float, high: float) -> Exact:
    """The probability between two points, from whichever side of the distribution it does not cancel."""
    if low > 0:
        low, high = -high, -low
    upper, lower = 0.5 * math.erfc(-high / math.sqrt(2)), 0.5 * math.erfc(-low / math.sqrt(2))
    return Exact(upper - lower, upper + lower)
