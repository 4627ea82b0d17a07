"""The picture of a chain: levels stage by stage, and a row of amplifiers that fade with what they pass on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainstage.functions.function import Array
from gainstage.lab.plot import TOP, Curve, Frame, chart
from gainstage.show import numbers
from gainstage.show.page import words
from gainstage.show.page.chain import EXPECTED, diamond
from gainstage.show.page.figure import percent, stretched
from gainstage.show.page.markup import Markup, join, tag
from gainstage.theory.depth import GONE_DB

QUIETEST, LOUDEST = -40.0, 10.0  # dB: the range shown unless a chain needs more
LIMIT = 160.0  # dB: levels beyond are drawn there; float32 has lost them by then
AMPLIFIERS = 24  # triangles at most
FAINTEST = 0.06
FAINT_DB = -80.0  # a ten-thousandth: as faint as it gets
READING = join(
    words.paragraphs(
        "Read the signal from left to right: 0 dB is what enters, −20 dB a tenth of it. Read the gradient from right "
        "to left: 0 dB is what the loss sends back. A chain that learns stays near 0 dB in both directions.",
        "Lines are one network drawn at random, the bands three of them; diamonds are what the theory predicts for "
        "infinitely wide layers. Narrow layers stray further from it.",
        "Below the line of float32 nothing is left beside what it is added to: it is lost in one rounding.",
        "The triangles are the stages as amplifiers: the upper row is as strong as the signal behind it, the lower "
        "row as the gradient before it.",
    )
)


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels in dB behind (signal) and before (gradient) each stage, over the chain's own ends."""

    signal: tuple[float, ...]
    gradient: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the theory predicts, and the least and largest levels of several drawn networks."""

    predicted: Levels
    low: Levels
    high: Levels


def drawing(levels: Levels, theory: Expected | None) -> Markup:
    """The figure; ``theory`` is None while it is being computed."""
    count = len(levels.signal)
    x = np.arange(1, count + 1, dtype=float)
    curves = [
        Curve("signal, drawn", _cut(levels.signal), "signal"),
        Curve("gradient, drawn", _cut(levels.gradient), "gradient"),
    ]
    if theory:
        curves.append(Curve("signal, theory", _cut(theory.predicted.signal), "unseen"))
        curves.append(Curve("gradient, theory", _cut(theory.predicted.gradient), "unseen"))
    finite = [value for curve in curves for value in curve.y.tolist() if math.isfinite(value)]
    low, high = min([QUIETEST, *finite]), max([LOUDEST, *finite])
    margin = 0.05 * (high - low)
    frame = Frame(0.4, count + 0.6, low - margin, high + margin, "stage, from the input to the output")
    return chart(
        "levels",
        "Signal and gradient along the chain",
        x,
        curves,
        frame,
        unit=" dB",
        says=_says(levels),
        reading=READING,
        under=join(_bands(theory, frame) if theory else None, _gone(frame)),
        over=_diamonds(theory, frame) if theory else None,
        foot=_amplifiers(levels),
        signs=[(EXPECTED, "as theory predicts")] if theory else [],
    )


def _gone(frame: Frame) -> Markup | None:
    """Where float32 hears nothing any more."""
    if frame.bottom > GONE_DB:
        return None
    y = frame.y.pixel(GONE_DB)
    return join(
        tag("line", x1="0", x2="100%", y1=y, y2=y, class_="border"),
        tag("text", "one rounding of float32", x="50%", y=y - 4, class_="tick middle"),
    )


def _cut(levels: Sequence[float]) -> Array:
    return np.clip(np.nan_to_num(np.array(levels), nan=np.nan, posinf=LIMIT, neginf=-LIMIT), -LIMIT, LIMIT)


def _bands(theory: Expected, frame: Frame) -> Markup:
    bands = []
    for kind in ("signal", "gradient"):
        low, high = (_cut(getattr(side, kind)) for side in (theory.low, theory.high))
        there = [*enumerate(low, start=1), *reversed([*enumerate(high, start=1)])]
        points = " ".join(f"{10 * frame.x.pixel(n):.1f},{frame.y.pixel(v) - TOP:.1f}" for n, v in there if v == v)
        bands.append(tag("polygon", points=points, class_=f"band {kind}"))
    return stretched(frame.height - TOP, bands, top=TOP)


def _diamonds(theory: Expected, frame: Frame) -> Markup:
    levels = theory.predicted
    every = max(1, math.ceil(len(levels.signal) / 30))
    chosen = range(every - 1, len(levels.signal), every)
    return join(
        diamond(frame.x.pixel(n + 1), frame.y.pixel(float(value)))
        for kind in (levels.signal, levels.gradient)
        for values in [_cut(kind)]
        for n in chosen
        for value in [values[n]]
        if abs(value) < LIMIT
    )


def _amplifiers(levels: Levels) -> Markup:
    """Two rows of triangles: the signal's point right, the gradient's left."""
    count = len(levels.signal)
    shown = np.unique(np.linspace(0, count - 1, min(count, AMPLIFIERS)).round().astype(int))
    width = 99.0 / len(shown)
    drawn = []
    for place, n in enumerate(shown.tolist()):
        x = percent(0.5 + width * (place + 0.5))
        signal, gradient = levels.signal[n], levels.gradient[n]
        drawn.append(_triangle(x, "M-7 2l14 8l-14 8z", "signal", signal))
        drawn.append(_triangle(x, "M7 24l-14 8l14 8z", "gradient", gradient))
    return tag("svg", drawn, width="100%", height=44, class_="plot amplifiers", aria_hidden="true")


def _triangle(x: str, path: str, kind: str, level: float) -> Markup:
    strength = 0.0 if math.isnan(level) else min(1.0, max(0.0, 1 - level / FAINT_DB))
    shape = tag("path", d=path, class_=f"amplifier {kind}", fill_opacity=round(FAINTEST + (1 - FAINTEST) * strength, 3))
    blown = tag("text", "∞", x=0, y=14 if kind == "signal" else 36, class_="mark error") if level >= LIMIT else None
    return tag("svg", shape, blown, x=x, y=0, overflow="visible", width=1, height=1)


def _says(levels: Levels) -> str:
    return (
        f"Against what entered, the signal behind {len(levels.signal)} stages is {spoken(levels.signal[-1])}. Against "
        f"what the loss sent back, the gradient before the first one is {spoken(levels.gradient[0])}."
    )


def spoken(level: float) -> str:
    """A level in words."""
    if math.isnan(level) or level >= LIMIT:
        return "beyond all numbers"
    return f"at {numbers.decibels(level, signed=True)} dB" if level > GONE_DB else "gone, below one rounding of float32"
