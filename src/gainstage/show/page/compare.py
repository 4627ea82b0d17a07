"""Several runs side by side: their numbers in one table, their losses and chains on the same axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gainstage.diagnose.ladder import Rung
from gainstage.record.course import Course
from gainstage.show import numbers
from gainstage.show.chart import Axis, ticks
from gainstage.show.page import words
from gainstage.show.page.chain import runs
from gainstage.show.page.figure import Numbers, figure, grid, legend, stretched, svg, ticks_across
from gainstage.show.page.loss import axis, line, marks, sample
from gainstage.show.page.markup import Markup, tag
from gainstage.show.page.verdict import change
from gainstage.show.sentences import OUTCOMES, counts, headline
from gainstage.show.sheet import Sheet

TOP, HEIGHT = 24.0, 220.0


def comparison(key: str, sheets: Sequence[Sheet]) -> Markup:
    """What differs between the runs."""
    names = [f"{number} {name(sheet)}" for number, sheet in enumerate(sheets, start=1)]
    return tag(
        "section",
        tag("h2", f"{len(sheets)} runs compared", id=f"{key}-title"),
        _table(names, sheets),
        _losses(f"{key}-loss", names, sheets),
        _levels(f"{key}-gradient", "Gradient along the chain", names, sheets, lambda rung: rung.gradient_db),
        _levels(f"{key}-signal", "Signal along the chain", names, sheets, lambda rung: rung.signal_db),
        class_="compare",
        data_part=key,
    )


def name(sheet: Sheet) -> str:
    """The run's folder, or its script."""
    script = sheet.report.script
    parts = script.path.replace("\\", "/").split("/")
    folder = parts[-2] if len(parts) > 1 else parts[-1]
    return folder or script.name or "run"


def _table(names: Sequence[str], sheets: Sequence[Sheet]) -> Markup:
    lines: list[tuple[str, Callable[[Sheet], str]]] = [
        ("outcome", lambda s: OUTCOMES.get(s.report.script.outcome, s.report.script.outcome)),
        ("verdict", lambda s: f"{found.code} {found.name}" if (found := headline(s.report)) else "nothing wrong"),
        ("findings", lambda s: counts(s.report)),
        ("loss", lambda s: change(s.report.observed.loss_start, s.report.observed.loss_end)),
        ("steps", lambda s: f"{s.report.observed.steps:,}"),
        ("signal at the last stage", lambda s: f"{numbers.decibels(s.summary.signal_db, signed=True)} dB"),
        ("gradient at the first stage", lambda s: f"{numbers.decibels(s.summary.gradient_db, signed=True)} dB"),
        ("slowest update", lambda s: numbers.ratio(s.summary.slowest_update)),
        ("dead units, at most", lambda s: numbers.percent(s.summary.dead_share)),
    ]
    head = tag("tr", tag("td"), (tag("th", each, scope="col") for each in names))
    rows = (tag("tr", tag("th", title, scope="row"), (tag("td", tell(s)) for s in sheets)) for title, tell in lines)
    whole = tag(
        "table",
        tag("caption", "The runs in numbers", class_="unseen"),
        tag("thead", head),
        tag("tbody", rows),
        class_="compared",
    )
    return tag("div", whole, class_="scroll", tabindex=0, role="group", aria_label="The runs in numbers")


def _losses(key: str, names: Sequence[str], sheets: Sequence[Sheet]) -> Markup:
    courses = [Course("", sheet.courses[0].points if sheet.courses else ()) for sheet in sheets]
    drawn = [(n, course) for n, course in enumerate(courses) if course.points]
    if not drawn:
        return Markup("")
    up = axis([value for _, course in drawn for _, value in course.points], TOP, HEIGHT)
    last = max(course.points[-1][0] for _, course in drawn)
    across = Axis(0.0, float(max(1, last)), 0.6, 99.4)
    picture = svg(
        HEIGHT + 36,
        grid(up, marks(up)),
        [line(course, across, up, n) for n, course in drawn],
        ticks_across(((across.pixel(v), f"{v:,.0f}") for v in ticks(0, last, 5)), HEIGHT + 16),
        tag("text", "step", x="50%", y=HEIGHT + 32, class_="axis middle"),
    )
    rows = sorted((step, n, value) for n, course in drawn for step, value in course.points)
    return figure(
        key,
        "Loss",
        picture,
        says="; ".join(f"{names[n]}: loss at the end {course.points[-1][1]:.4g}" for n, course in drawn) + ".",
        reading=words.COMPARED,
        legend=legend([(sample(n), names[n]) for n, _ in drawn]),
        numbers=Numbers(
            ("step", "run", "loss"),
            [(f"{step:,}", names[n], f"{value:.6g}") for step, n, value in rows],
            [across.pixel(step) for step, _, _ in rows],
        ),
    )


def _levels(
    key: str, title: str, names: Sequence[str], sheets: Sequence[Sheet], level: Callable[[Rung], float]
) -> Markup:
    chains = [[level(each) for each in sheet.report.stages] for sheet in sheets]
    known = [value for chain in chains for value in chain if math.isfinite(value)]
    if not known:
        return Markup("")
    low, high = min([-40.0, *known]), max([0.0, *known])
    up = Axis(low, high, HEIGHT, TOP)
    picture = svg(
        HEIGHT + 36,
        grid(up, ((up.pixel(v), f"{numbers.decibels(v)} dB") for v in ticks(low, high, 4))),
        [
            _chain(sheet.report.stages, chain, up, n)
            for n, (sheet, chain) in enumerate(zip(sheets, chains, strict=True))
        ],
        tag("text", "input", x="0", y=HEIGHT + 18, class_="tick first"),
        tag("text", "output", x="100%", y=HEIGHT + 18, class_="tick last"),
        tag("text", "depth, as a share of each run's own chain", x="50%", y=HEIGHT + 32, class_="axis middle"),
    )
    cells = sorted(
        ((n + 0.5) / len(chain) * 100, n + 1, k, value)
        for k, chain in enumerate(chains)
        for n, value in enumerate(chain)
    )
    return figure(
        key,
        title,
        picture,
        says="; ".join(f"{names[k]}: {len(chain)} stages" for k, chain in enumerate(chains)) + ".",
        reading=words.LEVELS,
        legend=legend([(sample(n), each) for n, each in enumerate(names)]),
        numbers=Numbers(
            ("stage", "run", "dB"),
            [(str(number), names[k], numbers.decibels(value)) for _, number, k, value in cells],
            [x for x, *_ in cells],
        ),
    )


def _chain(levels: Sequence[Rung], values: Sequence[float], up: Axis, number: int) -> Markup:
    pieces = runs(levels, [max(value, up.low) for value in values])
    drawn = (
        " ".join(f"{1000 * (n + 0.5) / len(values):.1f},{up.pixel(v) - TOP:.1f}" for n, v in piece) for piece in pieces
    )
    return stretched(HEIGHT, [tag("polyline", points=each, class_=f"course c{number % 5}") for each in drawn], top=TOP)
