"""Stages over time as fields of shade: what each passes, which units are dead, how much a step changes."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gainstage.diagnose.history import Map
from gainstage.diagnose.ladder import Rung
from gainstage.show import numbers
from gainstage.show.console import shorten
from gainstage.show.page import words
from gainstage.show.page.figure import Numbers, figure, percent, stretched, svg, ticks_across
from gainstage.show.page.markup import Markup, join, tag

NAME = 15  # characters of a stage's name beside its row
TALLEST = 380  # pixels of a map


@dataclass(frozen=True, slots=True)
class Kind:
    """How one quantity is shaded: ``shades`` has one class more than ``edges`` has numbers, darkest where it is bad."""

    title: str
    edges: tuple[float, ...]
    shades: tuple[str, ...]
    meanings: tuple[str, ...]
    spell: Callable[[float], str]
    reading: Markup


KINDS = {
    "transmission": Kind(
        "What the activations pass of the gradient's power: E[f′²]",
        (1e-4, 1e-3, 1e-2, 0.05, 0.15, 0.35),
        ("s6", "s5", "s4", "s3", "s2", "s1", "s0"),
        ("below 0.01 %", "to 0.1 %", "to 1 %", "to 5 %", "to 15 %", "to 35 %", "above"),
        numbers.percent,
        words.TRANSMISSION,
    ),
    "dead_share": Kind(
        "Dead units",
        (1e-9, 0.05, 0.1, 0.25, 0.5, 0.75),
        ("s0", "s1", "s2", "s3", "s4", "s5", "s6"),
        ("none", "to 5 %", "to 10 %", "to 25 %", "to 50 %", "to 75 %", "above"),
        numbers.percent,
        words.DEAD,
    ),
    "update_ratio": Kind(
        "How much one step changes the weights",
        (1e-8, 1e-6, 1e-5, 1e-4, 1e-2, 3e-2, 1e-1, 1.0),
        ("l4", "l3", "l2", "l1", "s0", "h1", "h2", "h3", "h4"),
        ("below 1e-8", "to 1e-6", "to 1e-5", "to 1e-4", "to 1e-2: usual", "to 3e-2", "to 1e-1", "to 1", "above"),
        numbers.ratio,
        words.UPDATE,
    ),
}


def heat(key: str, map_: Map, rungs: Sequence[Rung]) -> Markup:
    """One map, its rows named, its columns steps; a sentence where there is nothing to see."""
    if map_.name == "dead_share" and not any(value > 0 for row in map_.values for value in row):
        return tag("p", "No unit was dead at any sampled step.", class_="quiet")
    kind, rows, columns = KINDS[map_.name], len(map_.stages), len(map_.steps)
    high = max(5.0, min(16.0, TALLEST / rows))
    names = [_name(rungs, first, last) for first, last in map_.stages]
    places = [100 * (n + 0.5) / columns for n in range(columns)]
    shown = sorted({round(n * (columns - 1) / 4) for n in range(5)}) if columns > 5 else range(columns)
    field = svg(
        rows * high + 34,
        stretched(rows * high, _cells(map_, kind), columns=columns, rows=rows),
        ticks_across(((places[n], f"{map_.steps[n][0]:,}") for n in shown), rows * high + 14),
        tag("text", "step", x="50%", y=rows * high + 30, class_="axis middle"),
    )
    picture = tag(
        "div",
        _names(names, high),
        tag("div", field, class_="cells", data_rows=rows, data_height=rows * high),
        class_="map",
    )
    header = ("stage", *(f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in map_.steps))
    return figure(
        key,
        kind.title,
        picture,
        says=_says(map_, kind, names),
        reading=kind.reading,
        legend=_legend(kind),
        numbers=Numbers(
            header,
            [(name, *map(kind.spell, row)) for name, row in zip(names, map_.values, strict=True)],
            places,
            by_column=True,
        ),
    )


def shade(kind: Kind, value: float) -> str:
    """The class of a cell; "" for one that was not measured."""
    return "" if math.isnan(value) else kind.shades[bisect_right(kind.edges, value)]


def _cells(map_: Map, kind: Kind) -> Markup:
    """One path per shade, neighbours in a row as one rectangle: thousands of cells in a few kilobytes."""
    paths: dict[str, list[str]] = {}
    for y, row in enumerate(map_.values):
        start = 0
        for x in range(1, len(row) + 1):
            if x == len(row) or shade(kind, row[x]) != shade(kind, row[start]):
                paths.setdefault(shade(kind, row[start]), []).append(f"M{start} {y}h{x - start}v1h{start - x}z")
                start = x
    return join(tag("path", d="".join(parts), class_=name) for name, parts in paths.items() if name)


def _name(rungs: Sequence[Rung], first: int, last: int) -> str:
    return f"{first} · {rungs[first - 1].place}" if first == last else f"{first}–{last}"


def _names(names: Sequence[str], high: float) -> Markup:
    every = max(1, math.ceil(12 / high))
    return tag(
        "svg",
        (
            tag("text", shorten(name, NAME), x="100%", y=(n + 0.5) * high + 4, class_="tick last")
            for n, name in enumerate(names)
            if n % every == 0
        ),
        width="100%",
        height=len(names) * high,
        class_="plot names",
        aria_hidden="true",
    )


def _legend(kind: Kind) -> Markup:
    width = 100 / len(kind.shades)
    fields = (
        join(
            tag("rect", x=percent(n * width), y=0, width=percent(width), height=10, class_=name),
            tag("text", meaning, x=percent((n + 0.5) * width), y=24, class_="tick middle"),
        )
        for n, (name, meaning) in enumerate(zip(kind.shades, kind.meanings, strict=True))
    )
    return tag("div", svg(28, fields), class_="scale", aria_hidden="true")


def _says(map_: Map, kind: Kind, names: Sequence[str]) -> str:
    measured = [(value, name) for row, name in zip(map_.values, names, strict=True) for value in row if value == value]
    (low, where_low), (high, where_high) = min(measured), max(measured)
    first, last = map_.steps[0][0], map_.steps[-1][1]
    return (
        f"{len(names)} rows of stages over steps {first:,} to {last:,}: from {kind.spell(low)} ({where_low}) "
        f"to {kind.spell(high)} ({where_high})."
    )
