"""The sentences of a report that every face says in the same words."""

from __future__ import annotations

import math
import re

from gainstage.diagnose.finding import SEVERITIES, Finding
from gainstage.show import numbers
from gainstage.show.report import Report

OUTCOMES = {
    "running": "still running",
    "finished": "ended normally",
    "exited": "left by sys.exit",
    "exception": "ended by an exception",
    "interrupted": "was interrupted",
    "killed": "was killed",
}


def headline(report: Report) -> Finding | None:
    """The finding whose sentence is the verdict: the first that costs something, or the only thing there is to say."""
    first = next((finding for finding in report.findings if finding.severity == report.worst), None)
    root = report.findings[0] if report.findings else None
    chosen = root if root and root.severity != "info" else first
    return chosen if chosen and (chosen.severity != "info" or not report.stages) else None


def healthy(report: Report) -> str:
    """The verdict where nothing costs anything."""
    if not report.stages:
        return "Nothing wrong was seen, and no stage of a network was observed."
    top, bottom = report.stages[0], report.stages[-1]
    size = f"{len(report.stages)} stages" if len(report.stages) > 1 else "one stage"
    if top.root != bottom.root or math.isnan(bottom.signal_db) or math.isnan(top.gradient_db):
        return f"Nothing wrong inside the network ({size} looked at)."
    signal, gradient = (numbers.decibels(level, signed=True) for level in (bottom.signal_db, top.gradient_db))
    levels = f"over {size} the signal changes by {signal} dB, the gradient by {gradient} dB"
    return f"Nothing wrong inside the network: {levels}."


def counts(report: Report) -> str:
    """``1 error, 3 warnings``."""
    found = [(severity, report.count(severity)) for severity in SEVERITIES]
    told = [f"{n} {severity}{'s' if n > 1 and severity != 'info' else ''}" for severity, n in found if n]
    return ", ".join(told) or "no findings"


def loss(report: Report) -> str:
    """`` · loss 2.31 → 0.40, falling``; nothing where none was seen."""
    seen = report.observed
    if math.isnan(seen.loss_start):
        return ""
    start, end = (numbers.number(value).replace("-", numbers.MINUS, 1) for value in (seen.loss_start, seen.loss_end))
    if seen.sampled < 2:
        return f" · loss {start}"
    return f" · loss {start} → {end}, {'falling' if seen.loss_decreasing else 'not falling'}"


def split(share_db: dict[str, float]) -> str:
    """Decibels and what they are made of, the largest part first: ``−336 dB = −245 activation −91.0 weights``."""
    parts = sorted(share_db.items(), key=lambda part: -abs(part[1]))
    told = [f"{numbers.decibels(value, signed=True)} {words}" for words, value in parts if not abs(value) < 0.05]
    total = math.fsum(share_db.values()) if all(map(math.isfinite, share_db.values())) else sum(share_db.values())
    return f"{numbers.decibels(total, signed=True)} dB = {' '.join(told)}" if told else "0.0 dB"


def typeset(text: str) -> str:
    """A sentence with the minus of its decibels written as in the ladder."""
    return re.sub(r"-(?=[\d.]+ dB)", numbers.MINUS, text)
