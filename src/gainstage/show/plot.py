"""Two curves on a terminal: dots of Braille characters, or stars and points where there is no Unicode."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gainstage.show.console import Page, Spans

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Braille's dots by row and column of a cell
Curve = Sequence[float]
Cells = dict[tuple[int, int], int]


def add_plot(
    page: Page,
    x: Curve,
    curves: Sequence[tuple[Curve, str]],
    window: tuple[float, float],
    size: tuple[int, int],
    *,
    labels: Sequence[str] = (),
) -> None:
    """Add the curves, each with the role of its colour, the first on top; ``size`` is columns and rows of characters.

    ``x`` ascends evenly, two points for each column; values that are nan or outside the ``window`` are left out.
    ``labels`` stand in front of the rows, all equally long; with them the upright axis is at the left, else at 0.
    """
    columns, rows = size
    drawn = [(_cells(curve, window, size), role) for curve, role in curves]
    axis = round((window[1] - 0.0) / (window[1] - window[0]) * rows - 0.5) if window[0] <= 0 <= window[1] else -1
    upright = -1 if labels else columns // 2
    for row in range(rows):
        label = [(labels[row], "dim")] if labels else []
        page.paragraph(*label, *_row(row, columns, drawn, (upright, row == axis), page.terminal.unicode), indent=2)
    left, right = f"{x[0]:g}", f"{x[-1]:g}"
    middle = "" if labels else "0"
    below = left + middle.center(columns - len(left) - len(right)) + right
    page.paragraph((" " * (len(labels[0]) if labels else 0) + below, "dim"), indent=2)


def _row(row: int, columns: int, drawn: Sequence[tuple[Cells, str]], axes: tuple[int, bool], unicode: bool) -> Spans:
    spans: list[tuple[str, str]] = []
    for column in range(columns):
        present = [(cells[column, row], role) for cells, role in drawn if (column, row) in cells]
        if present:
            dots = 0
            for bits, _ in present:
                dots |= bits
            mark = chr(0x2800 + dots) if unicode else "*" if present[0][1] == drawn[0][1] else "."
            spans.append((mark, present[0][1]))
        elif axes[1]:
            spans.append(("┈" if unicode else "-", "dim"))
        else:
            spans.append(("┊" if unicode else "|", "dim") if column == axes[0] else (" ", ""))
    return spans


def _cells(curve: Curve, window: tuple[float, float], size: tuple[int, int]) -> Cells:
    """Which dots of which cells the curve passes, joined vertically between neighbouring columns of dots."""
    wide, tall = 2 * size[0], 4 * size[1]
    found: Cells = {}
    previous: int | None = None
    for dot in range(wide):
        y = curve[dot]
        if not math.isfinite(y) or not window[0] <= y <= window[1]:
            previous = None
            continue
        height = min(tall - 1, int((window[1] - y) / (window[1] - window[0]) * tall))
        start = height if previous is None else previous + (height > previous) - (height < previous)
        for level in range(min(start, height), max(start, height) + 1):
            place = (dot // 2, level // 4)
            found[place] = found.get(place, 0) | DOTS[level % 4][dot % 2]
        previous = height
    return found
