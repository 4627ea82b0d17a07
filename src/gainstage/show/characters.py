"""Characters that are safe to print: nothing that a terminal would obey, and ASCII where it knows no more."""

from __future__ import annotations

import unicodedata

# Control, format (zero width, writing direction), surrogate, private, unassigned; line and paragraph separators.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ASCII = dict(
    pair.split("=", 1)
    for pair in (
        "−=- –=- —=- ·=; …=.. ×=x ✗=x ✓=+ →=-> ←=<- ≤=<= ≥=>= ≈=~ ≪=<< ≫=>> ∞=inf ±=+- ½=1/2 ²=^2 √=sqrt "
        "‖=|| Δ=d σ=s µ=u ′=' ’=' ‘=' “=\" ”=\" ⋮=:"
    ).split()
)


def visible(text: str) -> str:
    """``text`` with everything that a terminal would obey, hide or choke on written as an escape sequence."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in UNPRINTABLE else c for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def plain_ascii(text: str) -> str:
    """``text`` for a stream without Unicode: known symbols by their ASCII spelling, all else escaped."""
    return "".join(ASCII.get(c, c) for c in text).encode("ascii", "backslashreplace").decode("ascii")
