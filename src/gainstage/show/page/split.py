"""What each stage does to the gradient, split by what causes it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gainstage.diagnose.ladder import Rung
from gainstage.show import numbers
from gainstage.show.chart import Axis, ticks
from gainstage.show.page import words
from gainstage.show.page.chain import EXPECTED, across, diamond, stage_labels
from gainstage.show.page.figure import Numbers, figure, grid, legend, percent, svg, swatch, ticks_across
from gainstage.show.page.markup import Markup, join, tag

TOP = 26.0
CAUSES = ("activation", "weights", "normalisation", "dropout", "residual", "other")


def split(key: str, rungs: Sequence[Rung]) -> Markup:
    """What each stage does to the gradient on its way back, in dB, stacked by cause."""
    stacks = [[(cause, rung.share_db.get(cause, 0.0)) for cause in CAUSES] for rung in rungs]
    expected = [rung.expected_backward_db for rung in rungs]
    ends = [v for v in expected if math.isfinite(v)]
    ends += [sum(v for _, v in stack if _counts(v) and (v > 0) == up) for stack in stacks for up in (False, True)]
    low, high = min([-6.0, *ends]), max([0.0, *ends])
    axis = Axis(low, high, 220.0, TOP)
    present = [cause for cause in CAUSES if any(_counts(dict(stack)[cause]) for stack in stacks)]
    theory = [(EXPECTED, "the whole as theory expects it")] if any(map(math.isfinite, expected)) else []
    drawing = svg(
        266,
        grid(axis, ((axis.pixel(v), f"{numbers.decibels(v, signed=True)} dB") for v in ticks(low, high, 4))),
        [_stack(n, len(rungs), stack, axis) for n, stack in enumerate(stacks)],
        [diamond(across(n, len(rungs)), axis.pixel(v)) for n, v in enumerate(expected) if math.isfinite(v)],
        tag("line", x1="0", x2="100%", y1=axis.pixel(0), y2=axis.pixel(0), class_="zero"),
        ticks_across(stage_labels(len(rungs)), 244),
        tag("text", "stage, from the input to the output", x="50%", y=262, class_="axis middle"),
        kind="split",
    )
    return figure(
        key,
        "What each stage does to the gradient, and through what",
        drawing,
        says=_told(rungs, present),
        reading=words.SPLIT,
        legend=legend([(swatch(f"cause-{cause}"), cause) for cause in present] + theory),
        numbers=Numbers(
            ("stage", "name", "whole dB", "expected dB", *(f"{cause} dB" for cause in present)),
            [
                (
                    str(rung.number),
                    rung.place,
                    numbers.decibels(rung.backward_db, signed=True),
                    numbers.decibels(rung.expected_backward_db, signed=True),
                    *(numbers.decibels(rung.share_db.get(cause, math.nan), signed=True) for cause in present),
                )
                for rung in rungs
            ],
            [across(n, len(rungs)) for n in range(len(rungs))],
        ),
    )


def _counts(value: float) -> bool:
    return math.isfinite(value) and abs(value) >= 0.05


def _stack(number: int, count: int, stack: Sequence[tuple[str, float]], axis: Axis) -> Markup:
    below, above = 0.0, 0.0
    x = 100 * (number + 0.14) / count
    parts = []
    for cause, value in stack:
        if math.isinf(value):
            edge = axis.start - 4 if value < 0 else axis.end + 12
            parts.append(
                tag("text", numbers.decibels(value, signed=True), x=percent(x + 36 / count), y=edge, class_="mark")
            )
        if not _counts(value):
            continue
        start = above if value > 0 else below
        top, bottom = axis.pixel(max(start, start + value)), axis.pixel(min(start, start + value))
        parts.append(
            tag(
                "rect",
                x=percent(x),
                width=percent(72 / count),
                y=top,
                height=bottom - top,
                class_=f"cause-{cause}",
            )
        )
        if value > 0:
            above += value
        else:
            below += value
    return join(parts)


def _told(rungs: Sequence[Rung], causes: Sequence[str]) -> str:
    totals = {cause: math.fsum(v for rung in rungs if _counts(v := rung.share_db.get(cause, 0.0))) for cause in causes}
    parts = ", ".join(f"{cause} {numbers.decibels(value, signed=True)} dB" for cause, value in totals.items())
    return f"Over all {len(rungs)} stages: {parts}." if parts else "No stage changes the gradient measurably."


def patterns() -> Markup:
    """Fillings that tell the causes apart without their colours; a document needs them once."""
    gaps = {
        "weights": "M-2 8L8 -2M2 12L12 2",
        "normalisation": "M0 2.5h8",
        "dropout": "M2.5 0v8",
        "residual": "M0 4h8M4 0v8",
    }
    made = (
        tag(
            "pattern",
            tag("rect", width=8, height=8, class_=cause),
            tag("path", d=gap, class_="gap"),
            id=f"gs-{cause}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
        for cause, gap in gaps.items()
    )
    return tag("svg", made, class_="defs", width=0, height=0, aria_hidden="true")
