"""The ladder on the terminal: one row per stage, a level meter for the signal and one for the gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gainstage.diagnose.finding import SEVERITIES, Severity
from gainstage.diagnose.ladder import Fold, Rung, fold
from gainstage.show import numbers
from gainstage.show.console import Column, Page, Span, Spans
from gainstage.show.report import Report

ENDS = 3  # rungs always shown at either end of the chain
FAULTY_ROWS, HEALTHY_ROWS = 20, 10
POINTED = 4  # a finding that points at more stages than this speaks of the chain, and its stages may be folded
QUIETEST_DB, LOUDEST_DB = -40.0, 0.0  # the meter's range unless the network needs more
METERED = 72  # narrower terminals show the levels' numbers alone
SHORTEST_METER, LONGEST_METER = 4, 16
THEORY = 7  # cells of the column of what theory expects
NAMES = 24  # cells of a stage's name that take precedence over longer meters
MARKS = {"error": "✗", "warning": "!", "info": "i"}


def add_ladder(page: Page, report: Report) -> None:
    """Put the chain of stages on the page, long chains folded."""
    rungs = report.stages
    severities = severities_of(report)
    limit = FAULTY_ROWS if report.worst in ("error", "warning") else HEALTHY_ROWS
    rows = fold(rungs, kept(report), severities, limit)
    optional = [name for name in ("transmission", "dead_share", "update_ratio") if _measured(rungs, name)]
    theory = _has_room(rungs, page, optional)
    meter = _meter(rungs, page, optional, theory)
    several = len({rung.root for rung in rungs}) > 1
    lines: list[Sequence[Spans]] = []
    root = None
    for row in rows:
        if several and row.root != root:
            lines.append([[(f"  {row.root or '(no module)'}", "dim")]])
        root = row.root
        severity = severities.get(row.number if isinstance(row, Rung) else row.first)
        rung = isinstance(row, Rung)
        lines.append(_rung(row, severity, meter, optional, theory) if rung else [_fold(row, severity)])
    page.table(_columns(optional, theory, wide=meter.cells > 0), lines)
    page.paragraph((_legend(optional, theory), "dim"), indent=2)


def _columns(optional: Sequence[str], theory: bool, wide: bool) -> list[Column]:
    titles = {"transmission": "transm.", "dead_share": "dead", "update_ratio": "update"}
    first = [Column(""), Column("", right=True), Column("stage", flexible=True), Column("function", flexible=True)]
    signal, gradient = (Column(f"{name} dB" if wide else name) for name in ("signal", "gradient"))
    levels = [signal, *([Column("theory", right=True)] if theory else []), gradient]
    return [*first, *levels, *(Column(titles[name], right=True) for name in optional)]


def _legend(optional: Sequence[str], theory: bool) -> str:
    told = {"transmission": "transm. E[f′²]", "update_ratio": "update ‖Δw‖/‖w‖"}
    levels = ["0 dB: signal at input, gradient at output", *(["theory: signal expected"] if theory else [])]
    return " · ".join([*levels, *(told[name] for name in optional if name in told)])


def _rung(
    rung: Rung, severity: Severity | None, meter: Meter, optional: Sequence[str], theory: bool
) -> Sequence[Spans]:
    role = f"{severity}-row" if severity else ""
    spell = {"transmission": numbers.percent, "dead_share": numbers.percent, "update_ratio": numbers.ratio}
    return [
        [_mark(severity)],
        [(str(rung.number), "dim")],
        [(rung.place, role)],
        [(rung.function or rung.operation, role)],
        meter.cell(rung.signal_db, role),
        *([[(numbers.decibels(rung.expected_signal_db), "dim")]] if theory else []),
        meter.cell(rung.gradient_db, role),
        *([(spell[name](getattr(rung, name)), role)] for name in optional),
    ]


def _fold(row: Fold, severity: Severity | None) -> Spans:
    signal, gradient = numbers.span(*row.forward_db), numbers.span(*row.backward_db)
    functions = ", ".join(row.functions)
    told = f"  … {row.count} more, {row.first}–{row.last} {functions}: signal {signal} dB, gradient {gradient} dB each"
    return [_mark(severity), (told, f"{severity}-row" if severity else "dim")]


def _mark(severity: Severity | None) -> Span:
    return (MARKS[severity], severity) if severity else (" ", "")


def severities_of(report: Report) -> dict[int, Severity]:
    """Number of a rung -> the highest severity among the findings that point at it."""
    pointed: dict[int, Severity] = {}
    for severity in reversed(SEVERITIES):
        names = {name for finding in report.findings if finding.severity == severity for name in finding.sites}
        pointed.update({rung.number: severity for rung in report.stages if names.intersection(rung.members)})
    return pointed


def kept(report: Report) -> set[int]:
    """Numbers of the rungs that stay visible when a long chain is folded."""
    rungs = report.stages
    shown = {rung.number for rung in (*rungs[:ENDS], *rungs[-ENDS:])}
    for finding in report.findings:
        touched = [rung.number for rung in rungs if set(finding.sites).intersection(rung.members)]
        if len(touched) <= POINTED and finding.severity != "info":
            shown.update(touched)
    return shown


def _measured(rungs: Sequence[Rung], name: str) -> bool:
    return any(not math.isnan(getattr(rung, name)) for rung in rungs)


class Meter:
    """Draws levels between ``low`` and ``high`` dB as a bar of ``cells`` characters, half a cell exact."""

    def __init__(self, low: float, high: float, cells: int, unicode: bool) -> None:
        self.low, self.high, self.cells, self.unicode = low, high, cells, unicode

    def cell(self, level: float, role: str) -> Spans:
        """The level as a number and as a bar."""
        return [(f"{numbers.decibels(level):>6} ", role), (self.bar(level), role or "meter")]

    def bar(self, level: float) -> str:
        """The bar alone, padded to its full width; empty for a level that was not measured."""
        if math.isnan(level):
            return " " * self.cells
        part = min(1.0, max(0.0, (level - self.low) / (self.high - self.low)))
        if not self.unicode:
            return ("#" * round(part * self.cells)).ljust(self.cells)
        full, half = divmod(round(part * self.cells * 2), 2)
        return ("━" * full + "╸" * half).ljust(self.cells)


def _meter(rungs: Sequence[Rung], page: Page, optional: Sequence[str], theory: bool) -> Meter:
    levels = [level for rung in rungs for level in (rung.signal_db, rung.gradient_db) if math.isfinite(level)]
    scale = min([QUIETEST_DB, *levels]), max([LOUDEST_DB, *levels])
    if page.terminal.width < METERED:
        return Meter(*scale, 0, page.terminal.unicode)
    room = _room(rungs, page, optional) - (THEORY if theory else 0)
    return Meter(*scale, min(LONGEST_METER, max(SHORTEST_METER, room // 2)), page.terminal.unicode)


def _room(rungs: Sequence[Rung], page: Page, optional: Sequence[str]) -> int:
    """Cells that are left for both meters."""
    names = min(NAMES, max(len(rung.place) for rung in rungs))
    functions = max(len(rung.function or rung.operation) for rung in rungs)
    return page.terminal.width - names - max(functions, 8) - 8 * len(optional) - 24  # levels, numbers, gaps


def _has_room(rungs: Sequence[Rung], page: Page, optional: Sequence[str]) -> bool:
    """Whether theory says something, and its column leaves both meters at their shortest and the names whole."""
    said = any(math.isfinite(rung.expected_signal_db) for rung in rungs)
    return said and page.terminal.width >= METERED and _room(rungs, page, optional) - THEORY >= 2 * SHORTEST_METER
