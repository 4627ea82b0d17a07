"""Cards by name: from the shipped table for default parameters, proved on the spot for others."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gainstage.functions.card import Card, Property
from gainstage.functions.catalogue import numeric
from gainstage.functions.definition import Definition, UnknownFunction, VectorDefinition
from gainstage.functions.entries import ALIASES, DEFINITIONS, VECTORS
from gainstage.functions.table import derivative_formula, properties

CLOSE = 3  # nearest names that an error offers


def names() -> tuple[str, ...]:
    """Every function that has a card, elementwise or not."""
    return (*DEFINITIONS, *VECTORS)


def find(name: str) -> str:
    """The catalogue's name for ``name``, which may be an alias or written in capitals.

    Raises:
        UnknownFunction: with the nearest names.
    """
    plain = str(name).strip().lower().replace("-", "_").replace(" ", "_")
    plain = ALIASES.get(plain, plain)
    if plain in names():
        return plain
    near = difflib.get_close_matches(plain, [*names(), *ALIASES], n=CLOSE)
    hint = f"; did you mean {', '.join(dict.fromkeys(ALIASES.get(text, text) for text in near))}?" if near else ""
    raise UnknownFunction(f"no function {name!r} in the catalogue{hint} (all names: gainstage functions)")


def card(name: str, parameters: Mapping[str, Any] | None = None) -> Card:
    """The card of the function ``name``.

    ``parameters`` that are not given have their defaults, whose proofs are shipped; others are proved now, which takes
    about a second.

    Raises:
        UnknownFunction: with the nearest names.
        OutsideDomain: for a parameter that the function has not, or a value outside its domain.

    Example:
        >>> card("leaky_relu", {"negative_slope": 0.1})["lipschitz"]
        1.0
    """
    definition = {**DEFINITIONS, **VECTORS}[find(name)]
    return _card(definition, tuple(definition.settings(parameters or {}).items()))


@lru_cache(maxsize=128)
def _card(definition: Definition, settings: tuple[tuple[str, float], ...]) -> Card:
    values = dict(settings)
    vector = definition if isinstance(definition, VectorDefinition) else None
    function = None if vector else numeric(definition, settings)
    proved = properties(definition) if values == definition.settings({}) else None
    return Card(
        name=definition.name,
        title=definition.title,
        formula=definition.formula,
        derivative=vector.jacobian if vector else derivative_formula(definition),
        parameters=values,
        properties=proved or _proved(definition, values),
        torch=definition.torch,
        module=definition.module,
        reference=definition.reference,
        note=definition.note,
        where=definition.where,
        meanings={parameter.name: parameter.meaning for parameter in definition.parameters},
        function=function,
        line=numeric(vector.drawn) if vector else function,
        line_says=vector.line_says if vector else "",
    )


def _proved(definition: Definition, values: Mapping[str, float]) -> dict[str, Property]:
    from gainstage.functions.exact.prove import prove

    return prove(definition, values)
