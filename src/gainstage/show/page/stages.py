"""The stages as a table: levels as meters, what each activation passes, dead units, updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from gainstage.diagnose.finding import Severity
from gainstage.diagnose.ladder import Fold, Rung, fold
from gainstage.show import numbers
from gainstage.show.chart import Axis
from gainstage.show.ladder import FAULTY_ROWS, MARKS, kept
from gainstage.show.page import words
from gainstage.show.page.figure import Numbers, folded, percent, table
from gainstage.show.page.markup import Markup, tag
from gainstage.show.report import Report

QUIETEST, LOUDEST = -40.0, 0.0
COLUMNS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("transmission", "transmission", numbers.percent),
    ("dead_share", "dead", numbers.percent),
    ("saturated_share", "saturated", numbers.percent),
    ("update_ratio", "update", numbers.ratio),
)


def stages(key: str, report: Report, severities: Mapping[int, Severity]) -> Markup:
    """The ladder, long chains folded; every number of every stage below it."""
    rungs = report.stages
    measured = [column for column in COLUMNS if any(not math.isnan(getattr(rung, column[0])) for rung in rungs)]
    known = [v for rung in rungs for v in (rung.signal_db, rung.gradient_db) if math.isfinite(v)]
    scale = Axis(min([QUIETEST, *known]), max([LOUDEST, *known]), 0.0, 100.0)
    header = ("", "", "stage", "function", "signal", "gradient", *(title for _, title, _ in measured))
    rows = [
        _rung(row, severities.get(row.number), scale, measured)
        if isinstance(row, Rung)
        else _fold(row, severities.get(row.first), len(header))
        for row in fold(rungs, kept(report), severities, FAULTY_ROWS)
    ]
    head = tag("tr", (tag("th", name, scope="col") if name else tag("td") for name in header))
    ladder = tag(
        "table",
        tag("caption", "The stages, in the order in which they run", class_="unseen"),
        tag("thead", head),
        tag("tbody", rows),
        class_="ladder",
    )
    return tag(
        "figure",
        tag("figcaption", tag("h3", "Stage by stage", id=f"{key}-title")),
        tag("div", ladder, class_="scroll", tabindex=0, role="group", aria_labelledby=f"{key}-title"),
        folded("How to read this", words.STAGES, key=f"{key}-reading"),
        folded("The numbers", table(key, "Stage by stage", _numbers(rungs)), key=f"{key}-numbers"),
        class_="chart",
        id=key,
    )


def _rung(
    rung: Rung,
    severity: Severity | None,
    scale: Axis,
    measured: Sequence[tuple[str, str, Callable[[float], str]]],
) -> Markup:
    return tag(
        "tr",
        _mark(severity),
        tag("td", rung.number, class_="number"),
        tag("th", rung.place, scope="row", class_="name"),
        tag("td", rung.function or rung.operation, class_="function"),
        _meter(rung.signal_db, scale, "signal", rung.expected_signal_db),
        _meter(rung.gradient_db, scale, "gradient"),
        (tag("td", spell(getattr(rung, name)), class_="number") for name, _, spell in measured),
        class_=severity,
    )


def _mark(severity: Severity | None) -> Markup:
    if not severity:
        return tag("td")
    return tag(
        "td",
        tag("span", MARKS[severity], aria_hidden="true"),
        tag("span", severity, class_="unseen"),
        class_=f"mark {severity}",
    )


def _meter(value: float, scale: Axis, kind: str, expected: float = math.nan) -> Markup:
    full = (
        0.0
        if math.isnan(value)
        else min(100.0, max(0.0, scale.pixel(value)))
        if math.isfinite(value)
        else 100.0 * (value > 0)
    )
    at = scale.pixel(expected) if math.isfinite(expected) else None
    bar = tag(
        "svg",
        tag("rect", width="100%", height=10, rx=2, class_="track"),
        tag("rect", width=percent(full), height=10, rx=2, class_=kind),
        tag("line", x1=percent(at), x2=percent(at), y1=-2, y2=12, class_="expected")
        if at is not None and 0 <= at <= 100
        else None,
        width="100%",
        height=10,
        class_="plot meter",
        aria_hidden="true",
    )
    return tag("td", tag("span", f"{numbers.decibels(value)} dB"), bar, class_="level")


def _fold(row: Fold, severity: Severity | None, columns: int) -> Markup:
    signal, gradient = numbers.span(*row.forward_db), numbers.span(*row.backward_db)
    which = f"… {row.count} more, {row.first}–{row.last} {', '.join(row.functions)}"
    told = f"{which}: signal {signal} dB, gradient {gradient} dB each"
    return tag("tr", _mark(severity), tag("td", told, colspan=columns - 1), class_=f"fold {severity or ''}".strip())


def _numbers(rungs: Sequence[Rung]) -> Numbers:
    header = ("stage", "name", "function", "forward dB", "expected dB", "backward dB", "signal dB", "gradient dB")
    return Numbers(
        (*header, *(title for _, title, _ in COLUMNS), "source"),
        [
            (
                str(rung.number),
                rung.place,
                rung.function or rung.operation,
                *(
                    numbers.decibels(v, signed=True)
                    for v in (rung.forward_db, rung.expected_forward_db, rung.backward_db)
                ),
                *(numbers.decibels(v, signed=True) for v in (rung.signal_db, rung.gradient_db)),
                *(spell(getattr(rung, name)) for name, _, spell in COLUMNS),
                rung.source_line,
            )
            for rung in rungs
        ],
    )
