"""Numbers as people read them: a fixed, short spelling for each unit."""

from __future__ import annotations

import math
from typing import Any

from gainstage.diagnose.rule import number

MISSING = "–"
MINUS = "−"
SHOWN = 4  # items of a list before "…"


def decibels(value: float, *, signed: bool = False) -> str:
    """A level without its unit: ``−17.1``, ``−336``, ``−∞``, ``–`` when it was not measured."""
    if math.isnan(value):
        return MISSING
    sign = MINUS if value < 0 else "+" if signed else ""
    if math.isinf(value):
        return f"{sign}∞"
    size = abs(value)
    text = f"{size:.0f}" if size >= 99.95 else f"{size:.1f}"
    return text if float(text) == 0 else sign + text


def percent(share: float) -> str:
    """A share in 0...1 as percent: ``25 %``, ``0.3 %``, ``<0.01 %``, exact 0 and 100 only when they are."""
    if math.isnan(share):
        return MISSING
    value = 100 * share
    if value == 0 or value == 100:
        return f"{value:.0f} %"
    if 0 < value < 0.01:
        return "<0.01 %"
    if 99.5 <= value < 100:
        return ">99 %"
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.2g} %"


def ratio(value: float) -> str:
    """An update ratio on one scale for all sizes: ``1.2e-3``, ``0``, ``–``."""
    if math.isnan(value):
        return MISSING
    if value == 0 or math.isinf(value):
        return "0" if value == 0 else "∞"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}"


def factor(value: float) -> str:
    """How many times as much: ``1.6``, ``2,867``, ``1.1e15``."""
    if not value < 1e6:
        return ratio(value)
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def span(low: float, high: float) -> str:
    """A range of levels: ``−17.1`` when both ends read the same, else ``−17.1…−3.0``."""
    first, last = decibels(low), decibels(high)
    return first if first == last else f"{first}…{last}"


def seconds(value: float) -> str:
    """A duration: ``0.42 s``, ``12.3 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if math.isnan(value):
        return MISSING
    if value < 60:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def evidence(key: str, value: Any) -> str:
    """One piece of evidence: its key in words, its value in the unit that the key's ending names."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if key.endswith("_db"):
            return f"{words(key.removesuffix('_db'))} {decibels(value)} dB"
        if key.endswith("_share"):
            return f"{words(key)} {percent(value)}"
        if key.endswith("_seconds"):
            return f"{words(key.removesuffix('_seconds'))} {seconds(value)}"
    if key.endswith("_db") and isinstance(value, list | tuple):
        return f"{words(key.removesuffix('_db'))} {_plain(value)} dB"
    return f"{words(key)} {_plain(value)}"


def words(key: str) -> str:
    """A key as words: ``update_ratio`` reads "update ratio", ``gain_db_at_start`` "gain dB at start"."""
    return " ".join("dB" if word == "db" else word for word in key.split("_"))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value).replace("-", MINUS, 1) if value < 0 else number(value)
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value[:SHOWN]]
        return ", ".join([*items, "…"] if len(value) > SHOWN else items)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in list(value.items())[:SHOWN])
    return "not measured" if value is None else str(value)
