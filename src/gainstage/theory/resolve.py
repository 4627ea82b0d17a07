"""Whatever names an activation, as the function that the theory computes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gainstage.errors import GainstageError
from gainstage.functions.card import Card
from gainstage.functions.cards import card
from gainstage.functions.custom import function as examined
from gainstage.functions.function import Function

Activation = str | Function | Card | Callable[[Any], Any]


def resolve(
    activation: Activation, parameters: Mapping[str, Any] | None = None, kinks: tuple[float, ...] = ()
) -> Function:
    """The elementwise function that ``activation`` stands for.

    Args:
        activation: a name of the catalogue or an alias, a function or card of it, or any elementwise callable of
            NumPy arrays or torch tensors (a module too).
        parameters: for names: parameters other than the defaults.
        kinks: for callables: where it bends or jumps, if known; otherwise quadrature finds such points by itself.

    Raises:
        UnknownFunction: a name that the catalogue has not, with the nearest names.
        OutsideDomain: a parameter that the function has not, or a value outside its domain.
        UnfitCallable: a callable that is no elementwise function, saying which check failed.
        GainstageError: a function of a whole vector, such as softmax.

    Example:
        >>> resolve("leaky_relu", {"negative_slope": 0.2}).parameters
        (('negative_slope', 0.2),)
    """
    if isinstance(activation, Function):
        return activation
    if isinstance(activation, str):
        activation = card(activation, parameters)
    if isinstance(activation, Card):
        if activation.function is None:
            raise GainstageError(
                f"{activation.name} is a function of a whole vector; the theory of gains needs an elementwise one, "
                "such as gelu (all names: gainstage functions)"
            )
        return activation.function
    return _examined(activation, tuple(kinks))


@lru_cache(maxsize=64)
def _examined(candidate: Callable[[Any], Any], kinks: tuple[float, ...]) -> Function:
    """One object per callable, so that results cached per function are found again."""
    found = examined(candidate).function
    assert found is not None
    return replace(found, kinks=kinks)
