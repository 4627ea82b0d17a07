"""Rigorous values of activations and their derivatives at points, by ball arithmetic (Arb: Johansson 2017).

A counterexample found in double precision becomes a proof when the balls around its values do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gainstage.functions.function import Function

if TYPE_CHECKING:
    from flint import arb

Series = Any  # flint's arb_series: a power series whose coefficients are balls


def _sigmoid(x: Series) -> Series:
    return 1 / (1 + (-x).exp())


FORMULAS: Mapping[str, Callable[..., Series]] = {
    "linear": lambda x: x,
    "sigmoid": _sigmoid,
    "tanh": lambda x: 2 * _sigmoid(2 * x) - 1,
    "softplus": lambda x: (1 + x.exp()).log(),
    "silu": lambda x: x * _sigmoid(x),
    "swish": lambda x, beta: x * _sigmoid(beta * x),
    "eswish": lambda x, beta: 2 * x * _sigmoid(beta * x),
    "exp": lambda x: x.exp(),
}


def ball(function: Function, point: float, order: int = 0) -> arb | None:
    """A ball that holds the ``order``-th derivative of ``function`` at ``point``; None for one without a formula."""
    from flint import arb, arb_series

    if function.name not in FORMULAS:
        return None
    x = arb_series([arb(point), arb(1)], order + 1)
    taylor = FORMULAS[function.name](x, **dict(function.parameters))
    return taylor[order] * arb(order).fac()


def below(function: Function, lower: float, higher: float, order: int = 0) -> bool:
    """Whether it is certain that the ``order``-th derivative at ``lower`` is smaller than at ``higher``."""
    first, second = ball(function, lower, order), ball(function, higher, order)
    return first is not None and second is not None and bool(first < second)
