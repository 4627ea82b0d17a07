"""What a rule is: one file, one class, one fault, and a docstring that is its page."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

SECTIONS = ("What it detects", "Why it matters", "When it stays silent", "Example", "Remedies", "Source")


class Rule(ABC):
    """Names one fault. Subclasses are final, live in ``rules/gsNNN_name.py`` and hold no state.

    A rule says what is wrong and why, never what to do first: the order of the findings is the
    engine's. Its class docstring is the page that ``gainstage explain`` prints, with the
    sections of :data:`SECTIONS`.
    """

    code: ClassVar[str]
    name: ClassVar[str]  # the fault in kebab-case, "dead-units"
    summary: ClassVar[str]  # one line
    severity: ClassVar[Severity]  # the highest that the rule raises
    since: ClassVar[str] = "0.1.0"

    @abstractmethod
    def check(self, view: View) -> Iterator[Finding]:
        """Yield one finding per independent occurrence of the fault, nothing on a healthy run."""

    def finding(
        self,
        severity: Severity,
        text: str,
        *,
        sites: Iterable[Site | str] = (),
        steps: Iterable[int] = (),
        evidence: Mapping[str, Any] | None = None,
        cause: Cause | None = None,
        remedies: Iterable[Remedy] = (),
    ) -> Finding:
        """A finding under this rule's code and name.

        ``sites`` are sites (their names and source lines are taken over) or plain names, such as
        a parameter's; ``steps`` the steps at which the fault was seen (an array will do: the first
        and the last are kept); numpy numbers in ``evidence`` become plain ones, and what was not measured is left out.
        """
        places = tuple(sites)
        seen = [int(step) for step in steps]
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity,
            text=text,
            sites=tuple(place.name if isinstance(place, Site) else place for place in places),
            source_lines=tuple(place.source_line for place in places if isinstance(place, Site) and place.source_line),
            first_step=min(seen, default=0),
            last_step=max(seen, default=0),
            evidence={key: plain(value) for key, value in (evidence or {}).items() if not missing(value)},
            cause=cause,
            remedies=tuple(remedies),
        )

    @classmethod
    def page(cls) -> str:
        """The rule's documentation as Markdown: code, name, summary and the docstring."""
        return f"# {cls.code} {cls.name}\n\n{cleandoc(cls.__doc__ or cls.summary)}\n"


def missing(value: Any) -> bool:
    """Whether it says nothing: not a number, or an empty text."""
    return value == "" if isinstance(value, str) else isinstance(value, float | np.floating) and math.isnan(value)


def plain(value: Any) -> Any:
    """``value`` with numpy scalars, arrays and tuples turned into Python numbers and lists."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def number(value: float) -> str:
    """A number as people read it in a sentence: three significant digits, no trailing zeros."""
    if not math.isfinite(value):
        return str(value)
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:.3g}"
