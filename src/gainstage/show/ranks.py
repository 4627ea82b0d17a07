"""The ranks of a distributed run: a line for each, or for those that differ, in the words of every face."""

from __future__ import annotations

from collections.abc import Sequence

from gainstage.diagnose.ranks import RankState
from gainstage.show import numbers
from gainstage.show.console import Column, Page
from gainstage.show.report import Report
from gainstage.show.sentences import OUTCOMES

ALL = 8  # ranks that are all shown; of more, the first, the last, and those that something happened to
HEADERS = ("rank", "steps", "data rms", "own loss", "NaN from", "ended")
NUMBERS = HEADERS[:3]
LOST = ("killed", "exception", "interrupted", "exited")


def add_ranks(page: Page, report: Report) -> None:
    """A table of the ranks: what each was fed, its own loss, where NaN began, how it ended."""
    columns = [Column(header, right=header in NUMBERS, flexible=header == HEADERS[-1]) for header in HEADERS]
    named = pointed(report)
    rows = [[[(cell, "warning-row" if s.rank in named else "")] for cell in words(s)] for s in told(report)]
    page.table(columns, rows, indent=2)
    if left_out(report):
        page.paragraph((left_out(report), "dim"), indent=2)


def left_out(report: Report) -> str:
    """How many ranks have no line; "" where all have one."""
    rest = len(report.ranks) - len(told(report))
    return f"{rest} more ranks without anything of note" if rest else ""


def told(report: Report) -> Sequence[RankState]:
    """The ranks worth a line."""
    if len(report.ranks) <= ALL:
        return report.ranks
    ends = (report.ranks[0].rank, report.ranks[-1].rank)
    noted = pointed(report)
    return [s for s in report.ranks if s.rank in ends or s.rank in noted or s.broke_in or s.outcome in LOST]


def pointed(report: Report) -> set[int]:
    """Ranks that a finding names."""
    found: set[int] = set()
    for finding in report.findings:
        named = finding.evidence.get("first_ranks") or [finding.evidence.get("rank")]
        found.update(rank for rank in named if isinstance(rank, int))
    return found


def words(state: RankState) -> tuple[str, ...]:
    """One rank's line, a text under each of :data:`HEADERS`."""
    code = f" (exit code {state.exit_code})" if state.exit_code else ""
    return (
        str(state.rank),
        f"{state.steps:,}",
        numbers.number(state.data_rms),
        f"{numbers.number(state.loss_start)} → {numbers.number(state.loss_end)}",
        _broke(state),
        f"{OUTCOMES.get(state.outcome, state.outcome)}{code}{', not watched to the end' if state.stopped else ''}",
    )


def _broke(state: RankState) -> str:
    if state.broke_at < 0:
        return "–"
    return f"step {state.broke_at:,}" + (f", {state.broke_in}" if state.broke_in else ", other ranks")
