"""A function drawn by hand: points of equal distance, moved with the pointer on the chart or typed into a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gainstage.lab.controls import Refused
from gainstage.lab.plot import TOP, Frame
from gainstage.show.page.markup import Markup, tag

POINTS = 25
LARGEST = 1.0  # of a point's value
HEIGHT = 1.3  # of the chart to both sides of 0
START = ",".join(f"{0.8 * math.sin(2 * math.pi * k / POINTS) * (1 - k / 40):.2f}" for k in range(POINTS))


@dataclass(frozen=True, slots=True)
class Sketch:
    """The points' values from left to right, parted by commas; a hidden field holds them, a table shows them."""

    name: str
    label: str
    default: str = START

    def read(self, text: str) -> str:
        """The same text, when it is as many numbers as there are points."""
        parts = text.split(",")
        try:
            values = [float(part) for part in parts]
        except ValueError:
            values = []
        if len(values) != POINTS or not all(abs(value) <= LARGEST for value in values):
            raise Refused(f"expected {POINTS} numbers from −{LARGEST:g} to {LARGEST:g}, parted by commas")
        return ",".join(f"{value:.2f}" for value in values)

    def draw(self, value: str) -> Markup:
        """The hidden field, and the table for those who draw by keyboard."""
        cells = (
            tag(
                "label",
                tag("span", f"x = {k / (POINTS - 1):.2f}"),
                tag("input", type="number", min=f"{-LARGEST:g}", max=f"{LARGEST:g}", step="0.01", value=text,
                    data_point=k, aria_label=f"y at x = {k / (POINTS - 1):.2f}"),
            )
            for k, text in enumerate(value.split(","))
        )  # fmt: skip
        return tag(
            "div",
            tag("input", type="hidden", id=f"c-{self.name}", value=value, data_name=self.name,
                data_default=self.default),
            tag("p", "Draw on the chart with mouse, pen or finger; or type:", class_="hint"),
            tag("details", tag("summary", self.label), tag("div", cells, class_="points"), data_key="points"),
            class_="control",
        )  # fmt: skip


def pad(frame: Frame) -> Markup:
    """What the pointer draws on: knows which heights its edges stand for."""
    return tag(
        "rect", x="0.6%", y=TOP, width="98.8%", height=frame.height - TOP, class_="pad",
        data_bottom=f"{frame.bottom:g}", data_top=f"{frame.top:g}", data_points=POINTS, data_largest=f"{LARGEST:g}",
    )  # fmt: skip
