"""Characters that are safe to print: nothing that a terminal would obey, and ASCII where it knows no more."""

from __future__ import annotations

ONE_FOR_ONE = dict(zip("−–—─▷◁·×✗✓≈Δσµδ′’‘“”", "----><;xx+~dsud'''\"\"", strict=True))
LONGER = {"…": "..", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≪": "<<", "≫": ">>", "∞": "inf", "±": "+-"}
FORMULAS = {"‖": "||", "²": "^2", "√": "sqrt", "½": "1/2", "α": "alpha", "β": "beta", "Σ": "sum "}
POWERS = {"ˣ": "^x", "⁻": "^-", "ᵏ": "^k", "ᴷ": "^K", "ᵢ": "_i", "₀": "_0", "₁": "_1", "₄": "_4"}
ASCII = str.maketrans({**ONE_FOR_ONE, **LONGER, **FORMULAS, **POWERS})


def visible(text: str) -> str:
    """``text`` with everything that a terminal would obey, hide or choke on written as an escape sequence.

    That is every control, format (zero width, writing direction), surrogate, private and unassigned character and
    every separator but the plain space.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def plain_ascii(text: str) -> str:
    """``text`` for a stream without Unicode: known symbols by their ASCII spelling, all else escaped."""
    return text.translate(ASCII).encode("ascii", "backslashreplace").decode("ascii")
