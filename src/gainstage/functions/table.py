"""What was derived and proved once: derivatives and properties of all entries, shipped as ``proved.json``.

Proving everything takes half a minute, reading it a few milliseconds. A row counts only while the digest of its
definition is the one it was made from; otherwise it is derived again. `make proofs` writes the file, and a test
proves it again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from gainstage.functions.card import Property
from gainstage.functions.definition import Definition, VectorDefinition
from gainstage.functions.entries import DEFINITIONS, VECTORS

PATH = Path(__file__).with_name("proved.json")


@lru_cache(maxsize=1)
def _rows() -> dict[str, dict[str, Any]]:
    return json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}


def row(definition: Definition) -> dict[str, Any] | None:
    """The shipped row of ``definition``; None when there is none or its definition has changed since."""
    found = _rows().get(definition.name)
    return found if found is not None and found["digest"] == definition.digest else None


@lru_cache(maxsize=256)
def derivative_formula(definition: Definition) -> str:
    """The derivative as a formula with the same pieces: from the table, or by sympy when it is not there."""
    found = row(definition)
    if found is not None:
        return found["derivative"]
    return _derived(definition)


def with_pieces(expressions: list[str], definition: Definition) -> str:
    """One formula from an expression for each piece of ``definition``."""
    text = expressions[-1]
    for expression, edge in zip(reversed(expressions[:-1]), reversed(definition.edges), strict=True):
        text = f"{expression} if x {'<=' if edge.closed else '<'} {edge.at} else {text}"
    return text


def properties(definition: Definition) -> dict[str, Property] | None:
    """The shipped properties for the default parameters; None when the row is not there."""
    found = row(definition)
    return {name: Property(**entry) for name, entry in found["properties"].items()} if found else None


def made(definition: Definition) -> dict[str, Any]:
    """The row of ``definition``, derived and proved now."""
    from gainstage.functions.exact.prove import prove

    proved = prove(definition, definition.settings({}))
    told = {name: asdict(entry) for name, entry in proved.items()}
    formula = definition.jacobian if isinstance(definition, VectorDefinition) else _derived(definition)
    return {"digest": definition.digest, "derivative": formula, "properties": told}


def _derived(definition: Definition) -> str:
    from gainstage.functions.exact.symbols import derivative

    return with_pieces([derivative(piece) for piece in definition.pieces], definition)


def write(path: Path = PATH) -> None:
    """Derive and prove everything, and write the table; of the lines drawn for vectors only the derivatives."""
    rows = {name: made(definition) for name, definition in {**DEFINITIONS, **VECTORS}.items()}
    for drawn in (definition.drawn for definition in VECTORS.values()):
        rows[drawn.name] = {"digest": drawn.digest, "derivative": _derived(drawn), "properties": {}}
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
