"""A chain of random layers on the terminal: levels predicted beside simulated, their curves, and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TextIO

from gainstage.show import numbers
from gainstage.show.console import Choice, Column, Page, Span, Spans, Terminal, terminal
from gainstage.show.ladder import LOUDEST_DB, METERED, QUIETEST_DB, Meter
from gainstage.show.plot import add_plot
from gainstage.show.propagation_words import next_command, sentence, setting, title
from gainstage.theory.outlook import Outlook
from gainstage.theory.propagation import Level, Propagation, Rung

ROWS = 9  # stages that the table shows, evenly apart
FIGURES = 64  # cells of a row that are no meter
PLOTTED = 9  # rows of the plot
LEAST = 10.0  # dB that the plot spans
SIGNAL, GRADIENT, DRAWN = "meter", "warning-row", "dim"


def render(chain: Propagation, outlook: Outlook, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """The chain as text for a terminal ``width`` cells wide."""
    page = Page(Terminal(width, color, unicode))
    page.paragraph(("gainstage", "strong"), (f"  {title(chain)}", ""))
    page.paragraph((setting(chain), "dim"), indent=2)
    page.blank()
    _add_amplifiers(page, chain)
    page.blank()
    _add_table(page, chain)
    page.blank()
    _add_curves(page, chain)
    page.blank()
    mark: Span = ("✓", "good") if outlook.healthy else ("✗", "error")
    page.labelled(mark, [(sentence(chain, outlook), "strong")], width=1)
    if not outlook.astray:
        page.paragraph((chain.gain.advice, "dim"), indent=2)
    page.paragraph(("next: ", "dim"), (next_command(chain, outlook), "command"))
    return page.render()


def write(chain: Propagation, outlook: Outlook, stream: TextIO, color: Choice = "auto") -> None:
    """Print the chain to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(render(chain, outlook, able.width, able.color, able.unicode))


def _add_amplifiers(page: Page, chain: Propagation) -> None:
    """The chain drawn as amplifiers in series, each with its own gain, in both directions."""
    forward = [0.0, *(rung.signal_db.predicted for rung in chain.rungs)]
    backward = [*(rung.gradient_db.predicted for rung in chain.rungs), 0.0]
    signal = [after - before for before, after in pairwise(forward)]
    gradient = [before - after for before, after in pairwise(backward)]
    _add_row(page, "signal", signal, " ─▷ ", forward[-1])
    _add_row(page, "gradient", gradient, " ◁─ ", backward[0])


def _add_row(page: Page, name: str, gains: Sequence[float], arrow: str, total: float) -> None:
    shown = [numbers.decibels(gain, signed=True) for gain in gains]
    ends = 1 if page.terminal.width < METERED else 2
    few = shown if len(shown) <= 2 * ends + 1 else [*shown[:ends], "…", *shown[-ends:]]
    whole = f"{numbers.decibels(total, signed=True)} dB"
    spans = (f"{name:9}", "dim"), (arrow.join(["in", *few, "out"]), ""), (f"   {whole}", "strong")
    page.paragraph(*spans, indent=2)


def _add_table(page: Page, chain: Propagation) -> None:
    room = page.terminal.width - FIGURES
    shown = _chosen(chain.rungs)
    levels = [level.predicted for rung in chain.rungs for level in (rung.signal_db, rung.gradient_db)]
    known = [level for level in levels if math.isfinite(level)]
    wide = page.terminal.width >= METERED
    meter = Meter(
        min([QUIETEST_DB, *known]), max([LOUDEST_DB, *known]), room // 2 if wide else 0, page.terminal.unicode
    )
    columns = [Column("stage", right=True)]
    for name in ("variance", "signal dB", "gradient dB"):
        columns += [Column(name, right=True), Column("drawn", right=True)]
        columns += [Column("")] if name != "variance" else []
    page.table(columns, [_row(rung, meter) for rung in shown], indent=2)


def _row(rung: Rung, meter: Meter) -> Sequence[Spans]:
    return [
        [(str(rung.number), "dim")],
        *[[(_size(value), role)] for value, role in _pair(rung.variance)],
        *[[(numbers.decibels(value), role)] for value, role in _pair(rung.signal_db)],
        [(meter.bar(rung.signal_db.predicted), SIGNAL)],
        *[[(numbers.decibels(value), role)] for value, role in _pair(rung.gradient_db)],
        [(meter.bar(rung.gradient_db.predicted), GRADIENT)],
    ]


def _pair(level: Level) -> tuple[tuple[float, str], tuple[float, str]]:
    return (level.predicted, ""), (level.simulated, DRAWN)


def _size(value: float) -> str:
    if math.isfinite(value) and (1e-3 <= value < 1e4 or value == 0):
        return f"{value:.3g}"
    return numbers.ratio(value)


def _chosen(rungs: Sequence[Rung]) -> Sequence[Rung]:
    if len(rungs) <= ROWS:
        return rungs
    step = (len(rungs) - 1) / (ROWS - 1)
    return [rungs[round(number * step)] for number in range(ROWS)]


def _add_curves(page: Page, chain: Propagation) -> None:
    """Both predicted curves, and the medians of the drawn networks under them."""
    levels = [
        value
        for rung in chain.rungs
        for level in (rung.signal_db, rung.gradient_db)
        for value in (level.predicted, level.simulated)
        if math.isfinite(value)
    ]
    window = min([-LEAST, *levels]), max([0.0, *levels])
    labels = _labels(window, PLOTTED)
    columns = page.terminal.width - 4 - len(labels[0])
    at = [round(number * (chain.depth - 1) / (2 * columns - 1)) for number in range(2 * columns)]
    x = [1 + place * (chain.depth - 1) / (2 * columns - 1) for place in range(2 * columns)]
    curves = [
        ([chain.rungs[place].signal_db.predicted for place in at], SIGNAL),
        ([chain.rungs[place].gradient_db.predicted for place in at], GRADIENT),
        ([chain.rungs[place].signal_db.simulated for place in at], DRAWN),
        ([chain.rungs[place].gradient_db.simulated for place in at], DRAWN),
    ]
    add_plot(page, x, curves, window, (columns, PLOTTED), labels=labels)
    page.paragraph(("dB by stage: ", "dim"), ("signal", SIGNAL), (" and ", "dim"), ("gradient", GRADIENT),
                   (" as predicted, the drawn networks in grey", "dim"), indent=2)  # fmt: skip


def _labels(window: tuple[float, float], rows: int) -> list[str]:
    """The level at the top, in the middle and at the bottom row."""
    low, high = window
    at = {0: high, rows // 2: (low + high) / 2, rows - 1: low}
    texts = [numbers.decibels(at[row]) if row in at else "" for row in range(rows)]
    width = max(len(text) for text in texts)
    return [f"{text:>{width}} " for text in texts]
