"""What a panel is: controls, what is computed from them at once, and what takes longer and follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gainstage.lab.controls import Control, State
from gainstage.show.page.markup import Markup

Query = Mapping[str, str]
Values = Mapping[str, Any]
Found = Mapping[str, Any]  # results of jobs by name; those that are not there yet are missing
Parts = dict[str, Markup]


@dataclass(frozen=True, slots=True)
class Job:
    """Something that may take longer than a slider waits: ``call`` runs in another process with ``arguments``."""

    name: str
    call: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A setting worth seeing: what the link says, and the address's query."""

    text: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the explorer.

    Attributes:
        name: in the address.
        title: its heading.
        lead: what one can find out here.
        controls: what there is to set, which may depend on what has been set.
        draw: the parts by key, from the values and from what jobs have found; quick enough for a slider.
        jobs: what takes longer; the page is drawn without it first.
        lessons: settings to begin with.
        script: the name of a script of its own, "" where the shared one does.
        stage: what such a script fills, below the parts.
    """

    name: str
    title: str
    lead: str
    controls: Callable[[Query], tuple[Control, ...]]
    draw: Callable[[Values, Found], Parts]
    jobs: Callable[[Values], tuple[Job, ...]] = lambda values: ()
    lessons: tuple[Lesson, ...] = ()
    script: str = ""
    stage: Callable[[], Markup] | None = None


__all__ = ["Found", "Job", "Lesson", "Panel", "Parts", "Query", "State", "Values"]
