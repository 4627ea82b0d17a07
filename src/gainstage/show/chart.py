"""A line chart as SVG text: no script, no fonts of its own, readable on light and dark ground."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 490, 44, 256  # the edges of the plot; the legend stands to the right of it
# Okabe and Ito's colours, told apart by people with any colour vision; dashes tell them apart in print.
INKS = (("#0072b2", ""), ("#d55e00", "6 3"), ("#009e73", "2 3"), ("#cc79a7", "8 3 2 3"), ("#e69f00", "1 2"))
STYLE = (
    "text{font:12px sans-serif;fill:#767676}.title{font-weight:bold;font-size:13px}"
    "line{stroke:#76767655}polyline{fill:none;stroke-width:2}"
)


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from ``low`` to ``high`` on pixels from ``start`` to ``end``; a logarithmic axis holds exponents of 10."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def pixel(self, value: float) -> float:
        """Where ``value`` lies."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    def marks(self) -> Iterator[tuple[float, str]]:
        """Pixel and text of each round value."""
        if self.logarithmic:
            for value in decades(self.low, self.high):
                yield self.pixel(math.log10(value)), f"{value:g}"
        else:
            for value in ticks(self.low, self.high):
                yield self.pixel(value), f"{value:g}"


def chart(
    title: str,
    x_label: str,
    y_label: str,
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    log_x: bool = False,
    log_y: bool = False,
) -> str:
    """Draw ``lines`` over ``x``, both axes labelled.

    Args:
        title: what the chart shows; also its text for those who cannot see it.
        x_label: the quantity along x, with its unit.
        y_label: the quantity along y, with its unit.
        x: where the lines have their points, ascending.
        lines: y values by name, each as many as ``x``.
        log_x: whether the x axis is logarithmic; needs values above 0.
        log_y: the same of the y axis.
    """
    places = [math.log10(value) if log_x else value for value in x]
    heights = {name: [math.log10(y) if log_y else y for y in values] for name, values in lines.items()}
    across = Axis(min(places), max(places), LEFT, RIGHT, log_x)
    low, high = _span([y for values in heights.values() for y in values])
    up = Axis(low, high, BOTTOM, TOP, log_y)
    parts = [_text(8, 18, title, "start", "title"), _text(8, 36, y_label, "start")]
    parts += [_text((LEFT + RIGHT) / 2, HEIGHT - 8, x_label, "middle"), *_grid(across, up)]
    for number, (name, values) in enumerate(heights.items()):
        row = TOP + 14 + 18 * number
        ink = INKS[number % len(INKS)]
        parts.append(_line([(across.pixel(a), up.pixel(b)) for a, b in zip(places, values, strict=True)], ink))
        parts += [_line([(RIGHT + 8, row - 4), (RIGHT + 30, row - 4)], ink), _text(RIGHT + 36, row, name, "start")]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    return f'{opening} aria-label="{escape(title)}">\n<style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for x, shown in across.marks():
        yield _text(x, BOTTOM + 16, shown, "middle")
    for y, shown in up.marks():
        yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, shown, "end")


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from ``low`` to ``high``, about ``wanted`` of them."""
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def decades(low: float, high: float, most: int = 8) -> list[float]:
    """Numbers 1, 2, 5, 10, 20 … from 10^low to 10^high; powers of ten alone where that gives more than ``most``."""
    powers = range(math.floor(low), math.floor(high) + 1)
    found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    within = [value for value in found if low - 1e-9 <= math.log10(value) <= high + 1e-9]
    return within if len(within) <= most else [value for value in within if f"{value:e}".startswith("1.0000")]


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    gap = 0.05 * (high - low) or 1.0
    return low - gap, high + gap


def _line(points: Sequence[tuple[float, float]], ink: tuple[str, str]) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}" style="stroke:{ink[0]};stroke-dasharray:{ink[1] or "none"}"/>'


def _text(x: float, y: float, content: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(content)}</text>'
