"""The loss over the run, with the findings under it at the steps where they were seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gainstage.diagnose.finding import Finding
from gainstage.diagnose.rule import number
from gainstage.record.course import Course
from gainstage.show.chart import Axis, decades, ticks
from gainstage.show.ladder import MARKS
from gainstage.show.page import words
from gainstage.show.page.figure import Numbers, figure, grid, legend, percent, stretched, svg, ticks_across
from gainstage.show.page.markup import Markup, join, tag

TOP, HEIGHT = 24.0, 230.0
LANE = 24
MOST_LANES = 10
MANY_DECADES = 20.0  # a loss that falls or rises by more than this factor is drawn on a logarithmic axis


def loss(key: str, courses: Sequence[Course], findings: Sequence[Finding]) -> Markup:
    """The loss of each optimizer, and a bar for each finding."""
    if not courses:
        return Markup("")
    last = max(step for course in courses for step, _ in course.points)
    across = Axis(0.0, float(max(1, last)), 0.6, 99.4)
    up = axis([value for course in courses for _, value in course.points], TOP, HEIGHT)
    lanes = list(findings[:MOST_LANES])
    bottom = HEIGHT + 8 + LANE * len(lanes)
    drawing = svg(
        bottom + 36,
        grid(up, marks(up)),
        [line(course, across, up, number) for number, course in enumerate(courses)],
        [_lane(finding, across, HEIGHT + 10 + LANE * n) for n, finding in enumerate(lanes)],
        ticks_across(((across.pixel(v), f"{v:,.0f}") for v in ticks(0, last, 5)), bottom + 14),
        tag("text", "step", x="50%", y=bottom + 32, class_="axis middle"),
    )
    names = [(sample(n), course.optimizer or "no optimizer") for n, course in enumerate(courses)]
    return figure(
        key,
        "The loss, and where the findings were seen",
        drawing,
        says=_says(courses, findings),
        reading=words.LOSS,
        legend=legend(names) if len(courses) > 1 else None,
        numbers=_numbers(courses, across),
    )


def axis(values: Sequence[float], top: float, bottom: float) -> Axis:
    """An axis for losses: logarithmic where they span much and are positive. Infinite ones lie at its upper end."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if low > 0 and high / low > MANY_DECADES:
        return Axis(math.log10(low), math.log10(high), bottom, top, logarithmic=True)
    if low == high:
        low, high = low - 0.5, high + 0.5
    low = 0.0 if 0 < low < 0.5 * high else low
    return Axis(low, high + 0.05 * (high - low), bottom, top)


def marks(up: Axis) -> list[tuple[float, str]]:
    """Places and texts of the round values on a loss's axis."""
    if up.logarithmic:
        return [(up.pixel(math.log10(value)), f"{value:g}") for value in decades(up.low, up.high, 6)]
    return [(up.pixel(value), f"{value:g}") for value in ticks(up.low, up.high, 4)]


def line(course: Course, across: Axis, up: Axis, number: int) -> Markup:
    """A course as a line, and a mark at the top where the loss was infinite."""
    points = " ".join(f"{10 * across.pixel(step):.1f},{place(value, up) - up.end:.1f}" for step, value in course.points)
    beyond = [step for step, value in course.points if math.isinf(value)]
    single = course.points[0] if len(course.points) == 1 else None
    return join(
        stretched(up.start, tag("polyline", points=points, class_=f"course c{number % 5}"), top=up.end),
        tag("circle", cx=percent(across.pixel(single[0])), cy=place(single[1], up), r=4, class_=f"dot c{number % 5}")
        if single
        else None,
        (tag("text", "∞", x=percent(across.pixel(step)), y=up.end - 4, class_="mark error") for step in beyond[:50]),
    )


def place(value: float, up: Axis) -> float:
    """Where a loss lies, infinite ones at the edge."""
    if math.isinf(value):
        return up.end if value > 0 else up.start
    return up.pixel(math.log10(value) if up.logarithmic else value)


def sample(number: int) -> Markup:
    """A line's sign in a legend."""
    return tag("path", d="M0 7h26", class_=f"course c{number % 5}")


def _lane(finding: Finding, across: Axis, y: float) -> Markup:
    first, last = (min(99.4, across.pixel(step)) for step in (finding.first_step, finding.last_step))
    label = f"{MARKS[finding.severity]} {finding.code} {finding.name}"
    right = first > 55
    return join(
        tag(
            "line",
            x1=percent(first),
            x2=percent(max(last, first + 0.3)),
            y1=y + 17,
            y2=y + 17,
            class_=f"bar {finding.severity}",
        ),
        tag(
            "text",
            label,
            x=percent(min(max(last, first + 0.3), 99.4) if right else first),
            y=y + 11,
            class_=f"tick {finding.severity} " + ("last" if right else "first"),
        ),
    )


def _says(courses: Sequence[Course], findings: Sequence[Finding]) -> str:
    told = []
    for course in courses:
        (_, start), (step, end) = course.points[0], course.points[-1]
        name = f" of {course.optimizer}" if len(courses) > 1 else ""
        told.append(f"The loss{name} goes from {number(start)} to {number(end)} at step {step:,}.")
    seen = "; ".join(
        f"{finding.code} {finding.name} at steps {finding.first_step:,} to {finding.last_step:,}"
        for finding in findings[:MOST_LANES]
    )
    return " ".join([*told, f"Findings: {seen}." if seen else "No findings."])


def _numbers(courses: Sequence[Course], across: Axis) -> Numbers:
    rows = sorted((step, value, course.optimizer) for course in courses for step, value in course.points)
    several = len(courses) > 1
    return Numbers(
        ("step", "loss", "optimizer") if several else ("step", "loss"),
        [(f"{step:,}", f"{value:.6g}", *([name] if several else [])) for step, value, name in rows],
        [across.pixel(step) for step, _, _ in rows],
    )
