"""The activations known by name, with their parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gainstage.functions.definition import Definition
from gainstage.functions.entries import DEFINITIONS, VECTORS
from gainstage.functions.function import Function
from gainstage.functions.numeric import derivative_of, edges_at, value_of
from gainstage.functions.table import derivative_formula

NOT_ELEMENTWISE = frozenset({*VECTORS, "softmax2d"})


def known(name: str) -> bool:
    """Whether ``name`` is an elementwise activation of the catalogue."""
    return name in DEFINITIONS


def names() -> tuple[str, ...]:
    """All elementwise activations, in order of their entry."""
    return tuple(DEFINITIONS)


def get(name: str, parameters: Mapping[str, Any] | None = None) -> Function:
    """The activation ``name`` with the given parameters; those it does not have or that are no numbers are ignored.

    Raises:
        KeyError: when the catalogue has no such elementwise activation.
    """
    accepted = {parameter.name for parameter in DEFINITIONS[name].parameters}
    given = (parameters or {}).items()
    return _made(name, tuple(sorted((k, float(v)) for k, v in given if k in accepted and isinstance(v, int | float))))


@lru_cache(maxsize=256)
def _made(name: str, parameters: tuple[tuple[str, float], ...]) -> Function:
    """One object per function and parameters, so that results cached per function are found again."""
    return numeric(DEFINITIONS[name], parameters)


def numeric(definition: Definition, parameters: tuple[tuple[str, float], ...] = ()) -> Function:
    """A definition as a NumPy function; parameters that are not given have their defaults."""
    constants = {name: float(text) for name, text in definition.constants.items()}
    defaults = {parameter.name: parameter.default for parameter in definition.parameters}
    values = {**constants, **defaults, **dict(parameters)}
    value = value_of(definition.name, definition.formula, values)
    derivative = derivative_of(definition.name, derivative_formula(definition), values)
    return Function(definition.name, value, derivative, edges_at(definition.formula, values), parameters)
