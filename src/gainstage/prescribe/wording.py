"""Numbers as one would type them into a script."""

from __future__ import annotations


def short(value: float) -> str:
    """Two digits, or all of a number that has up to five: ``0.064``, ``3e-05``, ``12``, ``65536``, ``3.4e+10``."""
    return f"{value:.0f}" if 100 <= abs(value) < 1e5 else f"{value:.2g}"


def counted(number: int, what: str) -> str:
    """``1 layer``, ``3 layers``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
