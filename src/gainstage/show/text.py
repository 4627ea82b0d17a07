"""The verdict on the terminal: headline, ladder, findings, what was looked at, one next command."""

from __future__ import annotations

import math
import os
import re
import shlex
from typing import TextIO

from gainstage.diagnose.finding import SEVERITIES, Cause, Finding, Remedy
from gainstage.show import numbers
from gainstage.show.console import Choice, Page, Span, Terminal, terminal
from gainstage.show.ladder import MARKS, add_ladder
from gainstage.show.report import Report, near

OUTCOMES = {
    "running": "still running",
    "finished": "ended normally",
    "exited": "left by sys.exit",
    "exception": "ended by an exception",
    "interrupted": "was interrupted",
    "killed": "was killed",
}
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
    folder = os.path.dirname(report.script.name)
    for number, finding in enumerate(report.findings):
        page.blank()
        _add_finding(page, finding, folder, headline=finding is _headline(report), full=number < DETAILED)
    page.blank()
    _add_footer(page, report)
    return page.render()


def write(report: Report, stream: TextIO, color: Choice = "auto") -> None:
    """Print the report to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(render(report, able.width, able.color, able.unicode))


def _headline(report: Report) -> Finding | None:
    """The finding whose sentence is the verdict: the first that costs something, or the only thing there is to say."""
    first = next((finding for finding in report.findings if finding.severity == report.worst), None)
    root = report.findings[0] if report.findings else None
    chosen = root if root and root.severity != "info" else first
    return chosen if chosen and (chosen.severity != "info" or not report.stages) else None


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
    finding = _headline(report)
    mark: Span = (MARKS[finding.severity], finding.severity) if finding else ("✓", "good")
    page.labelled(mark, [(typeset(finding.text) if finding else _healthy(report), "strong")], width=1)
    page.paragraph((f"{_counts(report)}{_loss(report)}", ""), indent=2)


def _healthy(report: Report) -> str:
    if not report.stages:
        return "Nothing wrong was seen, and no stage of a network was observed."
    top, bottom = report.stages[0], report.stages[-1]
    size = f"{len(report.stages)} stages" if len(report.stages) > 1 else "one stage"
    if top.root != bottom.root or math.isnan(bottom.signal_db) or math.isnan(top.gradient_db):
        return f"Nothing wrong inside the network ({size} looked at)."
    signal, gradient = (numbers.decibels(level, signed=True) for level in (bottom.signal_db, top.gradient_db))
    levels = f"over {size} the signal changes by {signal} dB, the gradient by {gradient} dB"
    return f"Nothing wrong inside the network: {levels}."


def _counts(report: Report) -> str:
    counts = [(severity, report.count(severity)) for severity in SEVERITIES]
    told = [f"{n} {severity}{'s' if n > 1 and severity != 'info' else ''}" for severity, n in counts if n]
    return ", ".join(told) or "no findings"


def _loss(report: Report) -> str:
    seen = report.observed
    if math.isnan(seen.loss_start):
        return ""
    start, end = (numbers.number(value).replace("-", numbers.MINUS, 1) for value in (seen.loss_start, seen.loss_end))
    if seen.sampled < 2:
        return f" · loss {start}"
    return f" · loss {start} → {end}, {'falling' if seen.loss_decreasing else 'not falling'}"


def _add_finding(page: Page, finding: Finding, folder: str, *, headline: bool, full: bool) -> None:
    where = _where(finding, folder)
    title: list[Span] = [
        (f"{finding.code} {finding.name} ", "strong"),
        (f"[{finding.severity}]", finding.severity),
        (f" {where}" if where else "", "dim"),
    ]
    page.labelled((MARKS[finding.severity], finding.severity), title, width=1)
    if not headline:
        page.paragraph((typeset(finding.text), ""), indent=2)
    if not full or (finding.severity == "info" and not headline):
        return
    pieces, remedies = ROOT if headline else OTHERS
    cause, evidence = _cause(finding.cause) if finding.cause else "", _evidence(finding, pieces)
    if headline:
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


def split(share_db: dict[str, float]) -> str:
    """Decibels and what they are made of, the largest part first: ``−336 dB = −245 activation −91.0 weights``."""
    parts = sorted(share_db.items(), key=lambda part: -abs(part[1]))
    told = [f"{numbers.decibels(value, signed=True)} {words}" for words, value in parts if not abs(value) < 0.05]
    total = math.fsum(share_db.values()) if all(map(math.isfinite, share_db.values())) else sum(share_db.values())
    return f"{numbers.decibels(total, signed=True)} dB = {' '.join(told)}" if told else "0.0 dB"


def _remedy(remedy: Remedy) -> str:
    where = f" in {remedy.where}" if remedy.where and len(remedy.where) <= SHORT else ""
    return f"{remedy.name} [{remedy.safety}]{where}: {typeset(remedy.predicted)}"


def typeset(text: str) -> str:
    """A sentence with the minus of its decibels written as in the ladder."""
    return re.sub(r"-(?=[\d.]+ dB)", numbers.MINUS, text)


def _add_footer(page: Page, report: Report) -> None:
    seen = report.observed
    looked = f"looked at {seen.sampled:,} of {seen.steps:,} steps, {seen.sites:,} sites"
    if not math.isnan(seen.overhead):
        looked += f"; cost {numbers.percent(seen.overhead)} of {numbers.seconds(seen.seconds)}"
    page.paragraph((". ".join([looked, *seen.unseen]), "dim"))
    page.paragraph(("next: ", "dim"), (report.next_command, "command"))
