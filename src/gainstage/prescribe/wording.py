"""Numbers as one would type them into a script."""

from __future__ import annotations


def short(value: float) -> str:
    """Two digits: ``0.064``, ``3e-05``, ``12``."""
    return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"


def counted(number: int, what: str) -> str:
    """``1 layer``, ``3 layers``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
