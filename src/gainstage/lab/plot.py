"""Curves over one axis, drawn as the report draws its charts: SVG with x in percent, numbers in a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gainstage.functions.function import Array
from gainstage.show.chart import Axis, decades, ticks
from gainstage.show.numbers import MISSING
from gainstage.show.page.figure import Numbers, figure, grid, legend, percent, stretched, svg, ticks_across
from gainstage.show.page.markup import Child, Markup, join, tag
from gainstage.show.properties import figure as spelled

TOP, HEIGHT = 22.0, 280.0
ROWS = 41  # of a table; a curve has more points
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: ``y`` has NaN where it is interrupted. ``kind`` is a class of the style sheet; a curve that is "unseen"
    has a place in the table only."""

    name: str
    y: Array = field(repr=False)
    kind: str = "course c0"


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn of a plane: its two axes, in pixels down and percent across, and what runs across.

    An axis named in ``logarithmic`` ("x", "y" or "xy") holds exponents of 10.
    """

    low: float
    high: float
    bottom: float
    top: float
    across: str = "x"
    height: float = HEIGHT
    logarithmic: str = ""

    @property
    def x(self) -> Axis:
        """From left to right, in percent."""
        return Axis(self.low, self.high, 0.6, 99.4, "x" in self.logarithmic)

    @property
    def y(self) -> Axis:
        """From bottom to top, in pixels."""
        return Axis(self.bottom, self.top, self.height, TOP, "y" in self.logarithmic)


def window(curves: Iterable[Curve], least: tuple[float, float] = (0.0, 0.0), most: float = 1e6) -> tuple[float, float]:
    """Heights that hold all curves and ``least``, with a margin; what lies beyond ``most`` is cut."""
    values = np.concatenate([curve.y for curve in curves])
    values = np.clip(values[np.isfinite(values)], -most, most)
    low, high = min(least[0], *values, 0.0), max(least[1], *values, 0.0)
    margin = 0.06 * ((high - low) or 1.0)
    return float(low - margin), float(high + margin)


def chart(
    key: str,
    title: str,
    x: Array,
    curves: Sequence[Curve],
    frame: Frame,
    *,
    says: str,
    reading: Child,
    over: Child = None,
    under: Child = None,
    foot: Markup | None = None,
    unit: str = "",
    note: str = "",
    signs: Sequence[tuple[Markup, str]] = (),
) -> Markup:
    """The curves as a figure with its words and numbers; ``over``, ``under`` and ``foot`` are drawn on,
    behind and below the lines."""
    up, across = frame.y, frame.x
    drawing = svg(
        frame.height + 40,
        grid(up, ((at, f"{text}{unit}") for at, text in _marks(up))),
        _zero(frame),
        under,
        stretched(frame.height - TOP, [_line(curve, x, frame) for curve in curves if curve.kind != "unseen"], top=TOP),
        over,
        ticks_across(_marks(across), frame.height + 18),
        tag("text", frame.across, x="50%", y=frame.height + 36, class_="axis middle"),
    )
    named = [(sample(curve), curve.name) for curve in curves if curve.kind != "unseen"] + list(signs)
    return figure(
        key,
        title,
        join(drawing, foot) if foot else drawing,
        says=says,
        reading=reading,
        numbers=table(x, curves, frame, unit),
        legend=legend(named) if len(named) > 1 else None,
        note=note,
    )


def _marks(axis: Axis) -> list[tuple[float, str]]:
    """Places and texts of the round values on an axis."""
    if axis.logarithmic:
        return [(axis.pixel(math.log10(v)), spelled(v)) for v in decades(axis.low, axis.high, 7)]
    return [(axis.pixel(v), spelled(v)) for v in ticks(axis.low, axis.high, 5)]


def table(x: Array, curves: Sequence[Curve], frame: Frame, unit: str = "") -> Numbers:
    """The curves' numbers at some of their points."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(ROWS, len(x))).round().astype(int))
    return Numbers(
        (frame.across, *(curve.name + unit for curve in curves)),
        [
            (_cell(float(x[k]), frame.x.logarithmic), *(_cell(float(c.y[k]), frame.y.logarithmic) for c in curves))
            for k in chosen
        ],
        [frame.x.pixel(float(x[k])) for k in chosen],
    )


def dot(x: float, y: float, frame: Frame, kind: str = "dot c0") -> Markup:
    """A point of the plane; nothing where it lies outside or is no number."""
    if not (math.isfinite(x) and math.isfinite(y) and frame.low <= x <= frame.high):
        return Markup("")
    height = frame.y.pixel(min(max(y, frame.bottom), frame.top))
    return tag("circle", cx=percent(frame.x.pixel(x)), cy=height, r=5, class_=kind)


def upright(x: float, frame: Frame, kind: str = "border") -> Markup:
    """A vertical line."""
    if not frame.low <= x <= frame.high:
        return Markup("")
    at = percent(frame.x.pixel(x))
    return tag("line", x1=at, x2=at, y1=TOP, y2=frame.height, class_=kind)


def sample(curve: Curve) -> Markup:
    """A line's sign in a legend."""
    return tag("path", d="M0 7h26", class_=curve.kind)


def _zero(frame: Frame) -> Markup | None:
    if not frame.bottom < 0 < frame.top or frame.y.logarithmic:
        return None
    y = frame.y.pixel(0.0)
    return tag("line", x1="0", x2="100%", y1=y, y2=y, class_="zero")


def _line(curve: Curve, x: Array, frame: Frame) -> Markup:
    """The unbroken pieces; what leaves the frame is cut at its edge."""
    across, up = frame.x, frame.y
    beyond = 0.5 * (frame.top - frame.bottom)
    pieces: list[list[str]] = [[]]
    for place, value in zip(x.tolist(), curve.y.tolist(), strict=True):
        if math.isnan(value):
            pieces.append([])
            continue
        cut = min(max(value, frame.bottom - beyond), frame.top + beyond)
        pieces[-1].append(f"{10 * across.pixel(place):.1f},{up.pixel(cut) - TOP:.1f}")
    return join(tag("polyline", points=" ".join(piece), class_=curve.kind) for piece in pieces if piece)


def _cell(value: float, logarithmic: bool) -> str:
    return MISSING if math.isnan(value) else spelled(10**value if logarithmic else value, DIGITS)
