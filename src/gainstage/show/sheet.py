"""All that a page shows of one run, as plain data: the report, its charts' numbers, the rules' pages, source lines."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gainstage.diagnose.engine import RULES, Diagnosis
from gainstage.diagnose.finding import Finding
from gainstage.diagnose.history import Map, Summary, maps, summary
from gainstage.record.course import Course, courses
from gainstage.record.run import Run
from gainstage.show.pages import sections
from gainstage.show.proofs import Trial
from gainstage.show.report import Report, build

LONGEST_SOURCE = 1_000_000  # bytes of a file that a line is taken from
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """One run, ready to be drawn; ``pages`` are the sections of the rules' pages by code, ``excerpts`` the text of
    source lines by ``file:line``, ``trials`` what ``gainstage fix`` has tried."""

    report: Report
    summary: Summary = field(default_factory=Summary)
    maps: tuple[Map, ...] = ()
    courses: tuple[Course, ...] = ()
    pages: dict[str, dict[str, str]] = field(default_factory=dict)
    excerpts: dict[str, str] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()


def sheet(diagnosis: Diagnosis, *, source: bool = True, trials: tuple[Trial, ...] = ()) -> Sheet:
    """The sheet of a diagnosis.

    ``source`` includes the text of the lines that findings point at, where the file is a Python file below the
    current folder and has not been changed since the run began: a stranger's run file cannot make a page quote others.
    """
    report, run = build(diagnosis), diagnosis.run
    lines = [line for finding in report.findings for line in finding.source_lines]
    return Sheet(
        report=report,
        summary=summary(report.stages),
        maps=maps(diagnosis.view),
        courses=courses(run),
        pages=_pages(report.findings),
        excerpts=_excerpts(lines, run) if source else {},
        trials=trials,
    )


def _pages(findings: Iterable[Finding]) -> dict[str, dict[str, str]]:
    return {finding.code: sections(RULES[finding.code]) for finding in findings if finding.code in RULES}


def _excerpts(lines: Iterable[str], run: Run) -> dict[str, str]:
    found: dict[str, str] = {}
    for place in dict.fromkeys(lines):
        name, _, number = place.rpartition(":")
        with suppress(OSError, ValueError):
            text = _line(Path(name).resolve(), int(number), run.info.started)
            if text:
                found[place] = text
    return found


def _line(file: Path, number: int, started: float) -> str:
    about = file.stat()
    ours = file.suffix == ".py" and file.is_relative_to(Path.cwd())
    unchanged = about.st_mtime <= started or math.isnan(started)
    if not ours or not unchanged or about.st_size > LONGEST_SOURCE:
        return ""
    text = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return text[number - 1].strip()[:LONGEST_LINE] if 0 < number <= len(text) else ""
