"""A figure of a function and its derivative as SVG, written by hand: a few paths and labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from gainstage.functions.card import Card
from gainstage.functions.points import Points, points

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 28
VALUE, SLOPE = "#0072b2", "#d55e00"  # Okabe & Ito 2008: told apart by colour-blind readers too
STYLE = "font-family:sans-serif;font-size:12px"


def figure(card: Card) -> str:
    """The function and its derivative in one coordinate system; an empty text when there is nothing to draw."""
    if card.line is None:
        return ""
    drawn = points(card.line, 281)
    which = card.line_says or f"{card.name}(x)"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" style="{STYLE}">',
        f"<title>{escape(which)} and its derivative</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_grid(drawn),
        f'<path d="{_path(drawn, drawn.slope)}" fill="none" stroke="{SLOPE}" stroke-width="2" stroke-dasharray="6 3"/>',
        f'<path d="{_path(drawn, drawn.value)}" fill="none" stroke="{VALUE}" stroke-width="2.5"/>',
        f'<text x="{LEFT + 10}" y="{TOP + 16}" fill="{VALUE}">{escape(which)}</text>',
        f'<text x="{LEFT + 10}" y="{TOP + 32}" fill="{SLOPE}">its derivative (dashed)</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(drawn: Points) -> Iterable[str]:
    """Light lines at round numbers with their labels, the axes darker."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for x in _ticks(float(drawn.x[0]), float(drawn.x[-1])):
        at, shade = _across(drawn, x), "#555555" if x == 0 else "#dddddd"
        yield f'<path d="M{at:.1f} {TOP}V{bottom}" stroke="{shade}"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 16}" text-anchor="middle" fill="#555555">{x:g}</text>'
    for y in _ticks(drawn.low, drawn.high):
        at, shade = _down(drawn, y), "#555555" if y == 0 else "#dddddd"
        yield f'<path d="M{LEFT} {at:.1f}H{right}" stroke="{shade}"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#555555">{y:g}</text>'


def _ticks(low: float, high: float) -> Sequence[float]:
    """Four to ten multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough)
    return [round(k * step, 10) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _path(drawn: Points, curve: Iterable[float]) -> str:
    """An SVG path that is lifted where the curve jumps or leaves the window."""
    text, down = [], False
    for x, y in zip(drawn.x, curve, strict=True):
        inside = math.isfinite(y) and drawn.low <= y <= drawn.high
        if inside:
            text.append(f"{'L' if down else 'M'}{_across(drawn, x):.1f} {_down(drawn, y):.1f}")
        down = inside
    return "".join(text)


def _across(drawn: Points, x: float) -> float:
    return LEFT + (x - drawn.x[0]) / (drawn.x[-1] - drawn.x[0]) * (WIDTH - LEFT - RIGHT)


def _down(drawn: Points, y: float) -> float:
    return TOP + (drawn.high - y) / (drawn.high - drawn.low) * (HEIGHT - TOP - BOTTOM)
