"""Whether an activation is a polynomial, which is what the theorem excludes (Leshno et al. 1993)."""

from __future__ import annotations

import sympy

from gainstage.functions.card import Card
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact.symbols import X, symbolic


def degree_of(card: Card) -> int | None:
    """The degree of ``card``'s function when it is one polynomial, else None."""
    definition = DEFINITIONS[card.name]
    values = {**definition.constants, **card.parameters}
    expressions = {sympy.expand(symbolic(piece, values)) for piece in definition.pieces}
    if len(expressions) > 1:
        return None
    (expression,) = expressions
    return int(sympy.Poly(expression, X).degree()) if expression.is_polynomial(X) else None
