"""The chain of stages: the levels of signal and gradient from one to the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from gainstage.diagnose.finding import Severity
from gainstage.diagnose.ladder import Rung
from gainstage.show import numbers
from gainstage.show.chart import Axis, ticks
from gainstage.show.ladder import MARKS
from gainstage.show.page import words
from gainstage.show.page.figure import Numbers, figure, grid, legend, percent, stretched, svg, ticks_across
from gainstage.show.page.markup import Markup, join, tag

TOP, HEIGHT = 26.0, 300.0
QUIETEST, LOUDEST = -40.0, 0.0  # dB: the range shown unless the network needs more
MOST_LABELS = 8
EXPECTED = Markup('<path d="M13 1l5 6l-5 6l-5 -6z" class="expected"/>')  # in a legend


def profile(key: str, rungs: Sequence[Rung], severities: Mapping[int, Severity]) -> Markup:
    """Signal and gradient in dB along the chain, with what theory expects of the signal, and findings' marks below."""
    known = [v for rung in rungs for v in (rung.signal_db, rung.gradient_db) if math.isfinite(v)]
    low, high = min([QUIETEST, *known]), max([LOUDEST, *known])
    up = Axis(low - 0.04 * (high - low), high + 0.04 * (high - low), HEIGHT, TOP)
    expected = [rung.expected_signal_db for rung in rungs]
    drawing = svg(
        HEIGHT + 62,
        grid(up, ((up.pixel(v), f"{numbers.decibels(v)} dB") for v in ticks(low, high, 4))),
        _networks(rungs),
        _line(rungs, [rung.signal_db for rung in rungs], up, "signal"),
        _line(rungs, [rung.gradient_db for rung in rungs], up, "gradient"),
        [diamond(across(n, len(rungs)), up.pixel(v)) for n, v in enumerate(expected) if math.isfinite(v)],
        _dots(rungs, up),
        _pointed(rungs, severities),
        ticks_across(stage_labels(len(rungs)), HEIGHT + 40),
        tag("text", "stage, from the input to the output", x="50%", y=HEIGHT + 58, class_="axis middle"),
        kind="profile",
    )
    return figure(
        key,
        "Signal and gradient from stage to stage",
        drawing,
        says=_says(rungs),
        reading=words.PROFILE,
        legend=_legend(any(map(math.isfinite, expected))),
        numbers=Numbers(
            ("stage", "name", "function", "signal dB", "expected dB", "gradient dB"),
            [
                (
                    str(rung.number),
                    rung.place,
                    rung.function or rung.operation,
                    numbers.decibels(rung.signal_db),
                    numbers.decibels(rung.expected_signal_db),
                    numbers.decibels(rung.gradient_db),
                )
                for rung in rungs
            ],
            [across(n, len(rungs)) for n in range(len(rungs))],
        ),
    )


def across(number: int, count: int) -> float:
    """Where the stage at position ``number`` (from 0) of ``count`` lies, in percent."""
    return 100 * (number + 0.5) / count


def stage_labels(count: int) -> list[tuple[float, str]]:
    """Places and numbers of the stages that get a label."""
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if count / n <= MOST_LABELS or n > count)
    return [(across(n, count), str(n + 1)) for n in range(count) if n == 0 or (n + 1) % every == 0]


def runs(rungs: Sequence[Rung], values: Sequence[float]) -> Iterable[list[tuple[int, float]]]:
    """Unbroken pieces of a line: neighbours of one network that were measured; nothing at all lies at the bottom."""
    piece: list[tuple[int, float]] = []
    for number, value in enumerate(values):
        if piece and (math.isnan(value) or rungs[number].root != rungs[number - 1].root):
            yield piece
            piece = []
        if not math.isnan(value):
            piece.append((number, value))
    if piece:
        yield piece


def _line(rungs: Sequence[Rung], values: Sequence[float], up: Axis, kind: str) -> Markup:
    points = (
        " ".join(f"{10 * across(n, len(rungs)):.1f},{_height(v, up) - TOP:.1f}" for n, v in piece)
        for piece in runs(rungs, values)
    )
    return stretched(HEIGHT, [tag("polyline", points=each, class_=kind) for each in points], top=TOP)


def _height(value: float, up: Axis) -> float:
    if math.isinf(value):
        return up.start if value < 0 else up.end
    return up.pixel(value)


def _dots(rungs: Sequence[Rung], up: Axis) -> Markup:
    if len(rungs) > 80:  # the lines alone are clearer
        return Markup("")
    count = len(rungs)
    levels_at = [(across(n, count), level) for n, level in enumerate(rungs)]
    dots = (
        tag("circle", cx=percent(x), cy=_height(level.signal_db, up), r=4, class_="signal")
        for x, level in levels_at
        if not math.isnan(level.signal_db)
    )
    squares = (_square(x, _height(v.gradient_db, up)) for x, v in levels_at if not math.isnan(v.gradient_db))
    return join(dots, squares)


def _square(x: float, y: float) -> Markup:
    return _symbol(x, tag("path", d=f"M-3.5 {y - 3.5:.1f}h7v7h-7z", class_="gradient"))


def diamond(x: float, y: float) -> Markup:
    """The sign of what theory expects, at ``x`` percent."""
    return _symbol(x, tag("path", d=f"M0 {y - 6:.1f}l5 6l-5 6l-5 -6z", class_="expected"))


def _symbol(x: float, shape: Markup) -> Markup:
    # A path has no percentages: a drawing of its own does, and moves what is in it.
    return tag("svg", shape, x=percent(x), y=0, overflow="visible", width=1, height=1)


def _networks(rungs: Sequence[Rung]) -> Markup:
    """Where one network ends and another begins."""
    starts = [n for n in range(len(rungs)) if n == 0 or rungs[n].root != rungs[n - 1].root]
    if len(starts) < 2:
        return Markup("")
    return join(
        (
            tag("line", x1=percent(x), x2=percent(x), y1=0, y2=HEIGHT, class_="border"),
            tag("text", rungs[n].root or "(no module)", x=percent(x + 0.6), y=12, class_="tick strong"),
        )
        for n in starts
        for x in [100 * n / len(rungs)]
    )


def _pointed(rungs: Sequence[Rung], severities: Mapping[int, Severity]) -> Markup:
    """Under the chain, a bar with a mark for each group of neighbours that findings point at."""
    count, groups = len(rungs), []
    for position, rung in enumerate(rungs):
        severity = severities.get(rung.number)
        if severity and groups and groups[-1][1] == position - 1 and groups[-1][2] == severity:
            groups[-1] = (groups[-1][0], position, severity)
        elif severity:
            groups.append((position, position, severity))
    y = HEIGHT + 14
    return join(
        (
            tag("line", x1=percent(start), x2=percent(end), y1=y, y2=y, class_=f"bar {severity}"),
            tag("circle", cx=percent((start + end) / 2), cy=y, r=9, class_="ground"),
            tag("text", MARKS[severity], x=percent((start + end) / 2), y=y + 5, class_=f"mark {severity}"),
        )
        for a, b, severity in groups
        for start, end in [(100 * (a + 0.12) / count, 100 * (b + 0.88) / count)]
    )


def _legend(expected: bool) -> Markup:
    line = '<path d="M0 7h26" class="{0}"/>'
    samples = [
        (
            Markup(line.format("signal") + '<circle cx="13" cy="7" r="4" class="signal"/>'),
            "signal (what depends on the input)",
        ),
        (
            Markup(line.format("gradient") + '<path d="M9.5 3.5h7v7h-7z" class="gradient"/>'),
            "gradient (on its way back)",
        ),
    ]
    if expected:
        samples.append((EXPECTED, "signal as theory expects it"))
    return legend(samples)


def _says(rungs: Sequence[Rung]) -> str:
    if not rungs:
        return "No stage was observed."
    first, last = rungs[0], rungs[-1]
    return (
        f"{len(rungs)} stages. At the last one the signal is {numbers.decibels(last.signal_db)} dB of what entered; "
        f"at the first one the gradient is {numbers.decibels(first.gradient_db)} dB of what it was at the output."
    )
