"""The activations known by name, with their parameters filled in."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gainstage.functions.formulas import ENTRIES
from gainstage.functions.function import Function

NOT_ELEMENTWISE = frozenset({"softmax", "log_softmax", "softmin", "softmax2d", "glu"})


def known(name: str) -> bool:
    """Whether ``name`` is an elementwise activation of the catalogue."""
    return name in ENTRIES


def names() -> tuple[str, ...]:
    """All elementwise activations, in order of their entry."""
    return tuple(ENTRIES)


def get(name: str, parameters: Mapping[str, Any] | None = None) -> Function:
    """The activation ``name`` with the given parameters; those it does not have or that are no numbers are ignored.

    Raises:
        KeyError: when the catalogue has no such elementwise activation.
    """
    accepted = inspect.signature(ENTRIES[name]).parameters
    given = (parameters or {}).items()
    return _made(name, tuple(sorted((k, float(v)) for k, v in given if k in accepted and isinstance(v, int | float))))


@lru_cache(maxsize=256)
def _made(name: str, parameters: tuple[tuple[str, float], ...]) -> Function:
    """One object per function and parameters, so that results cached per function are found again."""
    value, derivative, kinks = ENTRIES[name](**dict(parameters))
    return Function(name, value, derivative, kinks, parameters)
