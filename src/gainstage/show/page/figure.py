"""What every chart has: a title, a picture with words for those who cannot see it, how to read it, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gainstage.show.chart import Axis
from gainstage.show.page.markup import Child, Markup, join, tag

NARROW_TABLE = 8  # columns that fit without scrolling


@dataclass(frozen=True, slots=True)
class Numbers:
    """A chart's numbers: ``places`` are where along x, in percent, each row (each column of a map) is drawn."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    places: Sequence[float] = ()
    by_column: bool = False


def figure(
    key: str,
    title: str,
    picture: Markup,
    *,
    says: str,
    reading: Child,
    numbers: Numbers,
    legend: Child = None,
    note: str = "",
) -> Markup:
    """One chart with all that belongs to it.

    Args:
        key: unique in the document.
        title: what it shows, in a few words.
        picture: the drawing, from :func:`svg`.
        says: the text alternative: what one would see.
        reading: how to read it.
        numbers: what it draws.
        legend: what the signs mean.
        note: a line under the title.
    """
    return tag(
        "figure",
        tag("figcaption", tag("h3", title, id=f"{key}-title"), tag("p", note, class_="note") if note else None),
        legend,
        tag(
            "div",
            picture,
            class_="picture",
            role="img",
            aria_labelledby=f"{key}-title {key}-says",
            data_readout=f"{key}-readout",
        ),
        tag("output", class_="readout", id=f"{key}-readout", for_=key),
        tag("p", says, class_="says", id=f"{key}-says"),
        folded("How to read this", reading, key=f"{key}-reading"),
        folded("The numbers", table(key, title, numbers), key=f"{key}-numbers"),
        class_="chart",
        id=key,
    )


def folded(title: str, *content: Child, key: str, kind: str = "") -> Markup:
    """Content that opens on demand and, on a live page, stays open."""
    return tag("details", tag("summary", title), content, data_key=key, class_=kind or None)


def table(key: str, title: str, numbers: Numbers) -> Markup:
    """The numbers as a table that scrolls by itself when it is too large."""
    across = numbers.places if numbers.by_column else ()
    down = () if numbers.by_column else numbers.places
    head = [tag("th", name, scope="col", data_x=_at(across, n - 1)) for n, name in enumerate(numbers.header)]
    rows = [
        tag("tr", tag("th", row[0], scope="row"), (tag("td", cell) for cell in row[1:]), data_x=_at(down, n))
        for n, row in enumerate(numbers.rows)
    ]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", title, class_="unseen"),
            tag("thead", tag("tr", head)),
            tag("tbody", rows),
            class_="numbers",
        ),
        class_="scroll",
        tabindex=0,
        role="group",
        aria_label=f"{title}: numbers",
        id=f"{key}-table",
    )


def _at(places: Sequence[float], number: int) -> float | None:
    return places[number] if 0 <= number < len(places) else None


def svg(height: float, *content: Child, kind: str = "") -> Markup:
    """A drawing as wide as there is room: x in percent, y in pixels, so that its text keeps its size everywhere."""
    return tag(
        "svg",
        content,
        xmlns="http://www.w3.org/2000/svg",
        width="100%",
        height=height,
        class_=f"plot {kind}".strip(),
        aria_hidden="true",
        focusable="false",
    )


def stretched(
    height: float, *content: Child, top: float = 0.0, columns: float = 1000, rows: float | None = None
) -> Markup:
    """Shapes that may be stretched: coordinates 0 ... ``columns`` across and 0 ... ``rows`` (pixels) down."""
    return tag(
        "svg",
        content,
        x=0,
        y=top,
        width="100%",
        height=height,
        viewBox=f"0 0 {columns:g} {rows if rows is not None else height:g}",
        preserveAspectRatio="none",
    )


def percent(value: float) -> str:
    """A coordinate across."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def grid(axis: Axis, spell: Iterable[tuple[float, str]]) -> Markup:
    """Horizontal lines with their labels on them, at the left edge."""
    lines = (
        join(
            tag("line", x1="0", x2="100%", y1=y, y2=y, class_="grid"),
            tag("text", label, x="0", y=y - 3, class_="tick"),
        )
        for y, label in spell
        if min(axis.start, axis.end) - 1 <= y <= max(axis.start, axis.end) + 1
    )
    return join(lines)


def ticks_across(places: Iterable[tuple[float, str]], y: float) -> Markup:
    """Labels under the drawing; those near an edge are set inside of it."""
    return join(
        tag("text", label, x=percent(x), y=y, class_="tick " + ("first" if x < 4 else "last" if x > 96 else "middle"))
        for x, label in places
    )


def legend(samples: Iterable[tuple[Markup, str]]) -> Markup:
    """Signs with their meaning."""
    return tag(
        "ul",
        (
            tag("li", tag("svg", sign, width=26, height=14, class_="plot", aria_hidden="true"), tag("span", meaning))
            for sign, meaning in samples
        ),
        class_="legend",
    )


def swatch(kind: str) -> Markup:
    """A field of a legend."""
    return tag("rect", x=6, y=1, width=14, height=12, rx=2, class_=kind)
