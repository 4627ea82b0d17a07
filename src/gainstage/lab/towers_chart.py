"""The pictures of a construction: function, network and towers; and the error against their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gainstage.construct.unit import Unit
from gainstage.lab.plot import TOP, Curve, Frame, chart, dot, window
from gainstage.show.page import words
from gainstage.show.page.figure import stretched, swatch
from gainstage.show.page.markup import Markup, tag
from gainstage.show.properties import figure as spelled

if TYPE_CHECKING:
    from gainstage.lab.towers import Built

DRAWN = 1001  # points of a curve
SMALLEST = 1e-12
READING = words.paragraphs(
    "The solid line is the function, the dashed one the network. A tower is the difference of two steep sigmoids; the "
    "network adds them up, and neighbours share the sigmoid between them. Its weights are computed, not trained.",
    "Where sigmoids are too soft, towers run into each other; where they are steep, each is a step.",
)
READING_ERROR = words.paragraphs(
    "Both axes are logarithmic. Towers make the error fall as 1/n, a tenth of it for ten times as many; straight "
    "pieces as 1/n². Placing them where the function changes helps most where it is uneven.",
)


def approximation(
    built: Built, made_of: Unit, over: Callable[[Frame], Markup] | None, fixed: tuple[float, float] | None
) -> Markup:
    """The function, the network and what it is made of."""
    chosen = np.linspace(0, len(built.x) - 1, DRAWN).round().astype(int)
    x = built.x[chosen]
    curves = [Curve("function", built.wanted[chosen]), Curve("network", built.reached[chosen], "course c1")]
    low, high = fixed or window(curves)
    frame = Frame(float(x[0]), float(x[-1]), low, high)
    towers = made_of.kind == "step"
    return chart(
        "approximation",
        "The function and the network",
        x,
        [*curves, Curve("error", built.reached[chosen] - built.wanted[chosen], "unseen")],
        frame,
        says=f"The network is at most {spelled(built.error, 3)} away from the function, at {len(built.x):,} points.",
        reading=READING,
        under=_towers(built, frame) if towers else None,
        over=over(frame) if over else None,
        signs=[(swatch("tower"), "towers")] if towers else [],
    )


def _towers(built: Built, frame: Frame) -> Markup:
    up, across = frame.y, frame.x
    ground = min(max(up.pixel(0.0), TOP), frame.height)
    shapes = []
    for left, right, height in zip(built.edges[:-1], built.edges[1:], built.heights, strict=True):
        top = up.pixel(float(height))
        start, end = (10 * across.pixel(float(edge)) for edge in (left, right))
        shapes.append(
            tag("rect", x=start, y=min(top, ground) - TOP, width=end - start, height=abs(top - ground), class_="tower")
        )
    return stretched(frame.height - TOP, shapes, top=TOP)


def course(
    counts: Sequence[int], errors: Sequence[Sequence[float]], count: int, error: float, made_of: Unit
) -> Markup:
    """The error against the number, equal and placed, and where the network stands."""
    x = np.log10(np.array(counts, dtype=float))
    equal, placed = (np.log10(np.maximum(np.array(row), SMALLEST)) for row in errors)
    curves = [Curve("equal widths", equal), Curve("placed", placed, "course c2")]
    here = float(np.log10(max(error, SMALLEST)))
    low = float(min(equal.min(), placed.min(), here)) - 0.15
    high = float(max(equal.max(), placed.max(), here)) + 0.15
    what = "towers" if made_of.kind == "step" else "straight pieces"
    frame = Frame(float(x[0]) - 0.05, float(x[-1]) + 0.05, low, high, f"number of {what}", 210.0, "xy")
    return chart(
        "course",
        f"The error, as {what} are added",
        x,
        curves,
        frame,
        says=f"With {counts[0]} {what} of equal width the error is {spelled(errors[0][0], 2)}, with {counts[-1]} it is "
        f"{spelled(errors[0][-1], 2)}; placed ones reach {spelled(errors[1][-1], 2)}.",
        reading=READING_ERROR,
        over=dot(float(np.log10(count)), here, frame, "dot given"),
        signs=[(tag("circle", cx=13, cy=7, r=4, class_="dot given"), "this network, measured")],
    )
