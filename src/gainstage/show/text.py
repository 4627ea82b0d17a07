"""The verdict on the terminal: headline, ladder, findings, what was looked at, one next command."""

from __future__ import annotations

import math
import os
import shlex
from typing import TextIO

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.show import numbers
from gainstage.show.console import Choice, Page, Span, Terminal, terminal
from gainstage.show.ladder import MARKS, add_ladder
from gainstage.show.ranks import add_ranks
from gainstage.show.report import Report, near
from gainstage.show.sentences import OUTCOMES, counts, headline, healthy, loss, split, typeset

DETAILED = 3  # findings told with evidence and remedies; further ones get their sentence alone
ROOT, OTHERS = (5, 3), (2, 1)  # pieces of evidence and remedies that are shown: all are in the JSON
SHORT = 32  # cells of a text that may stand inside a line
LABEL = 9


def render(report: Report, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """The report as text for a terminal ``width`` cells wide, lines ended by newlines.

    ``color`` adds ANSI colours; without ``unicode`` the text is pure ASCII.
    """
    page = Page(Terminal(width, color, unicode))
    _add_header(page, report)
    if report.stages:
        page.blank()
        add_ladder(page, report)
    if report.ranks:
        page.blank()
        add_ranks(page, report)
    folder = os.path.dirname(report.script.name)
    for number, finding in enumerate(report.findings):
        page.blank()
        _add_finding(page, finding, folder, root=finding is headline(report), full=number < DETAILED)
    page.blank()
    _add_footer(page, report)
    return page.render()


def write(report: Report, stream: TextIO, color: Choice = "auto") -> None:
    """Print the report to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(render(report, able.width, able.color, able.unicode))


def _add_header(page: Page, report: Report) -> None:
    script = report.script
    command = shlex.join(script.argv) or script.name
    ending = OUTCOMES.get(script.outcome, script.outcome)
    code = f" (exit code {script.exit_code})" if script.exit_code else ""
    facts = [f"{ending}{code}", *([f"run file {near(script.path)}"] if script.path else [])]
    page.paragraph(("gainstage", "strong"), (f"  {command} · " if command else "  ", ""), (" · ".join(facts), "dim"))
    if script.error:
        page.paragraph((script.error, "dim"), indent=2)
    page.blank()
    finding = headline(report)
    mark: Span = (MARKS[finding.severity], finding.severity) if finding else ("✓", "good")
    page.labelled(mark, [(typeset(finding.text) if finding else healthy(report), "strong")], width=1)
    page.paragraph((f"{counts(report)}{loss(report)}", ""), indent=2)


def _add_finding(page: Page, finding: Finding, folder: str, *, root: bool, full: bool) -> None:
    where = _where(finding, folder)
    title: list[Span] = [
        (f"{finding.code} {finding.name} ", "strong"),
        (f"[{finding.severity}]", finding.severity),
        (f" {where}" if where else "", "dim"),
    ]
    page.labelled((MARKS[finding.severity], finding.severity), title, width=1)
    if not root:
        page.paragraph((typeset(finding.text), ""), indent=2)
    if not full or (finding.severity == "info" and not root):
        return
    pieces, remedies = ROOT if root else OTHERS
    cause, evidence = _cause(finding.cause) if finding.cause else "", _evidence(finding, pieces)
    if root:
        _add_labelled(page, "evidence", evidence)
        _add_labelled(page, "cause", cause)
    else:
        _add_labelled(page, "because", " · ".join(part for part in (cause, evidence) if part))
    for number, remedy in enumerate(finding.remedies[:remedies]):
        _add_labelled(page, "try" if number == 0 else "or", _remedy(remedy))


def _add_labelled(page: Page, label: str, text: str) -> None:
    if text:
        page.labelled((label, "dim"), [(text, "")], width=LABEL, indent=2)


def _where(finding: Finding, folder: str) -> str:
    sites = finding.sites
    names = ", ".join(sites) if len(sites) < 3 else f"{sites[0]} … {sites[-1]}, {len(sites)} in all"
    # Lines of the script's own folder go without it, as the script's author knows them.
    lines = list(dict.fromkeys(line.removeprefix(folder).lstrip("/\\") for line in finding.source_lines))
    if not lines:
        return names
    return f"{names} → {lines[0]}" + (f" … {lines[-1]}" if len(lines) > 1 else "")


def _evidence(finding: Finding, pieces: int) -> str:
    told = {key: value for key, value in finding.evidence.items() if _tells(value)}
    explained = told.pop("consequences", [])
    parts = [numbers.evidence(key, value) for key, value in list(told.items())[:pieces]]
    if explained:
        parts.append(f"explains {', '.join(map(str, explained))}")
    if finding.last_step:
        first, last = finding.first_step, finding.last_step
        parts.append(f"steps {first:,}–{last:,}" if last > first else f"step {first:,}")
    return " · ".join(parts)


def _tells(value: object) -> bool:
    return value is not None and value != [] and not (isinstance(value, str) and len(value) > SHORT)


def _cause(cause: Cause) -> str:
    name = cause.name.replace("-", " ")
    if cause.share_db:
        return f"{name} ({split(cause.share_db)})"
    return f"{name}: {typeset(cause.text)}" if cause.text else name


def _remedy(remedy: Remedy) -> str:
    where = f" in {remedy.where}" if remedy.where and len(remedy.where) <= SHORT else ""
    return f"{remedy.name} [{remedy.safety}]{where}: {typeset(remedy.predicted)}"


def _add_footer(page: Page, report: Report) -> None:
    seen = report.observed
    looked = f"looked at {seen.sampled:,} of {seen.steps:,} steps, {seen.sites:,} sites"
    if not math.isnan(seen.overhead):
        looked += f"; cost {numbers.percent(seen.overhead)} of {numbers.seconds(seen.seconds)}"
    page.paragraph((". ".join([looked, *seen.unseen]), "dim"))
    page.paragraph(("next: ", "dim"), (report.next_command, "command"))
