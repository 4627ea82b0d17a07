"""The verdict on the terminal: headline, ladder, findings, what was looked at, one next command."""

from __future__ import annotations

import math
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
NAMES_SHOWN = 3
EVIDENCE_SHOWN = 6
REMEDIES_SHOWN = 3
DETAILED = 5  # findings told in full; further ones get their sentence alone
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
    for number, finding in enumerate(report.findings):
        page.blank()
        _add_finding(page, finding, headline=finding is _headline(report), full=number < DETAILED)
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
    page.labelled(mark, [(finding.text if finding else _healthy(report), "strong")], width=1)
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


def _add_finding(page: Page, finding: Finding, *, headline: bool, full: bool) -> None:
    title: list[Span] = [
        (f"{finding.code} {finding.name} ", "strong"),
        (f"[{finding.severity}]", finding.severity),
        (f" {_where(finding)}" if _where(finding) else "", "dim"),
    ]
    page.labelled((MARKS[finding.severity], finding.severity), title, width=1)
    if not headline:
        page.paragraph((finding.text, ""), indent=2)
    if not full or (finding.severity == "info" and not headline):
        return
    _add_labelled(page, "evidence", _evidence(finding))
    if finding.cause:
        _add_labelled(page, "cause", _cause(finding.cause))
    for number, remedy in enumerate(finding.remedies[:REMEDIES_SHOWN]):
        _add_labelled(page, "try" if number == 0 else "or", _remedy(remedy))


def _add_labelled(page: Page, label: str, text: str) -> None:
    if text:
        page.labelled((label, "dim"), [(text, "")], width=LABEL, indent=2)


def _where(finding: Finding) -> str:
    names = ", ".join(finding.sites[:NAMES_SHOWN])
    more = len(finding.sites) - NAMES_SHOWN
    lines = list(dict.fromkeys(finding.source_lines))
    at = f" → {lines[0]}" + (f" … {lines[-1]}" if len(lines) > 1 else "") if lines else ""
    return names + (f" and {more} more" if more > 0 else "") + at


def _evidence(finding: Finding) -> str:
    told = {key: value for key, value in finding.evidence.items() if value is not None and value != []}
    explained = told.pop("consequences", [])
    parts = [numbers.evidence(key, value) for key, value in list(told.items())[:EVIDENCE_SHOWN]]
    if explained:
        parts.append(f"explains {', '.join(map(str, explained))}")
    if finding.last_step > finding.first_step:
        parts.append(f"steps {finding.first_step:,}–{finding.last_step:,}")
    elif finding.first_step:
        parts.append(f"step {finding.first_step:,}")
    return " · ".join(parts)


def _cause(cause: Cause) -> str:
    told = numbers.words(cause.name.replace("-", " ")) + (f": {cause.text}" if cause.text else "")
    return f"{told} ({split(cause.share_db)})" if cause.share_db else told


def split(share_db: dict[str, float]) -> str:
    """Decibels and what they are made of, the largest part first: ``−336 dB = −245 activation −91.0 weights``."""
    parts = sorted(share_db.items(), key=lambda part: -abs(part[1]))
    told = [f"{numbers.decibels(value, signed=True)} {words}" for words, value in parts if not abs(value) < 0.05]
    total = math.fsum(share_db.values()) if all(map(math.isfinite, share_db.values())) else sum(share_db.values())
    return f"{numbers.decibels(total, signed=True)} dB = {' '.join(told)}" if told else "0.0 dB"


def _remedy(remedy: Remedy) -> str:
    where = f" in {remedy.where}" if remedy.where else ""
    return f"{remedy.name} [{remedy.safety}]{where}: {remedy.predicted}"


def _add_footer(page: Page, report: Report) -> None:
    seen = report.observed
    looked = f"looked at {seen.sampled:,} of {seen.steps:,} steps, {seen.sites:,} sites"
    if not math.isnan(seen.overhead):
        looked += f"; cost {numbers.percent(seen.overhead)} of {numbers.seconds(seen.seconds)}"
    page.paragraph((". ".join([looked, *seen.unseen]), "dim"))
    page.paragraph(("next: ", "dim"), (report.next_command, "command"))
