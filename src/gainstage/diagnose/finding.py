"""A finding: a fault's name, where and when it was seen, the numbers that show it, its cause, its cures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gainstage.display import as_html

Severity = Literal["error", "warning", "info"]
Safety = Literal["safe", "unsafe"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why: ``name`` says it in a few kebab-case words, ``share_db`` splits the decibels exactly.

    Examples: ``Cause("activation", {"activation": -245.1, "weights": -91.0})``,
    ``Cause("learning-rate")``, ``Cause("bias")``, ``Cause("input-scale")``.
    """

    name: str
    share_db: dict[str, float] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would help: ``predicted`` is a sentence with a number, ``value`` that number."""

    name: str
    safety: Safety
    where: str
    predicted: str
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One fault. ``text`` is the sentence for people; ``evidence`` holds only numbers, strings and lists of them."""

    code: str
    name: str
    severity: Severity
    text: str
    sites: tuple[str, ...] = ()
    source_lines: tuple[str, ...] = ()
    first_step: int = 0
    last_step: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)
    cause: Cause | None = None
    remedies: tuple[Remedy, ...] = ()

    def __repr__(self) -> str:
        place = f" at {self.sites[0]}" if self.sites else ""
        more = f" and {len(self.sites) - 1} more" if len(self.sites) > 1 else ""
        return f"Finding({self.code} {self.name} [{self.severity}]{place}{more})"

    _repr_html_ = as_html
