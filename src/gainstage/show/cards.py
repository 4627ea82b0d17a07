"""Cards of functions on the terminal: one in full, or all of them in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from gainstage.functions.card import Card, Property
from gainstage.functions.function import Function
from gainstage.functions.points import points
from gainstage.show.console import Choice, Column, Page, Span, Terminal, terminal
from gainstage.show.plot import add_plot
from gainstage.show.properties import rows, worded

PLOT_COLUMNS, PLOT_ROWS = 72, 14
LABEL = 8
SHORT = 4  # digits in the list
OTHERS = 74  # cells of the list's other columns
NARROWEST = 12  # cells of the formula
LISTED = ("range", "monotonic", "zero_centred", "lipschitz", "gain")
COLUMNS = (
    Column("function"),
    Column("formula"),
    Column("range"),
    Column("monotonic"),
    Column("centred"),
    Column("Lipschitz", right=True),
    Column("gain", right=True),
)


def write(card: Card, stream: TextIO, color: Choice = "auto", cost: Mapping[str, float] | None = None) -> None:
    """Print one card to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(render(card, able, cost))


def render(card: Card, able: Terminal, cost: Mapping[str, float] | None = None) -> str:
    """The card as text: what it is, how it looks, and every property with the state of its proof."""
    page = Page(able)
    page.paragraph((card.name, "strong"), (f"  {card.title} · {card.reference}", "dim"))
    page.blank()
    _add_definition(page, card)
    page.blank()
    if card.line is not None:
        _add_plot(page, card, card.line)
    _add_properties(page, card)
    if cost is not None:
        page.blank()
        page.paragraph((_cost(cost), ""), indent=2)
    return page.render()


def _add_definition(page: Page, card: Card) -> None:
    lines = [("f(x)", card.formula), ("f′(x)", card.derivative)]
    lines += [("where", f"{name} = {text}") for name, text in card.where.items()]
    for name, value in card.parameters.items():
        lines.append(("with", f"{name} = {value:g}  ({card.meanings[name]})"))
    lines.append(("torch", card.torch + (f"  ({card.module})" if card.module else "")))
    lines += [("note", card.note)] if card.note else []
    for label, text in lines:
        page.labelled((label, "dim"), [(text, "strong" if label == "f(x)" else "")], width=LABEL, indent=2)


def _add_plot(page: Page, card: Card, line: Function) -> None:
    size = (min(page.terminal.width - 8, PLOT_COLUMNS), PLOT_ROWS)
    drawn = points(line, 2 * size[0])
    curves = [(drawn.value.tolist(), "meter"), (drawn.slope.tolist(), "warning-row")]
    add_plot(page, drawn.x.tolist(), curves, (drawn.low, drawn.high), size)
    which = f" of {card.line_says}" if card.line_says else ""
    page.paragraph(("f", "meter"), (" and ", "dim"), ("f′", "warning-row"), (which, "dim"), indent=2)
    page.blank()


def _add_properties(page: Page, card: Card) -> None:
    columns = (Column("property"), Column("value", flexible=True), Column("proof"))
    told = [row for name, entry in card.properties.items() for row in rows(name, entry)]
    cells = [[[(label, "")], [(value, "strong")], [_proof(entry)]] for label, value, entry in told]
    page.table(columns, cells, indent=2)


def _proof(entry: Property) -> Span:
    if entry.proof == "certified":
        return ("certified", "good")
    return (f"numerical ±{entry.tolerance:.0e}" if entry.proof == "numerical" else "unknown", "warning-row")


def _cost(cost: Mapping[str, float]) -> str:
    forward, both = cost["forward"], cost["forward_backward"]
    return (
        f"cost here: forward {forward:.1f} times a copy, forward and backward {both:.1f} times,"
        f" {cost['elements']:.0e} float32 elements on {cost['threads']:.0f} thread"
    )


def write_list(cards: Iterable[Card], stream: TextIO, color: Choice = "auto") -> None:
    """Print all cards as a table, one line each."""
    able = terminal(stream, color)
    stream.write(render_list(cards, able))


def render_list(cards: Iterable[Card], able: Terminal) -> str:
    """The table of all functions: formula and the properties that one chooses by."""
    page = Page(able)
    page.table(COLUMNS, [_line(card, max(able.width - OTHERS, NARROWEST)) for card in cards])
    page.blank()
    page.paragraph(("? not proved · ~ found numerically · all else is certified, see the cards", "dim"))
    page.paragraph(("Next: ", "dim"), ("gainstage functions gelu", "command"))
    return page.render()


def _line(card: Card, width: int) -> list[list[Span]]:
    formula = card.formula if len(card.formula) <= width else card.formula[: width - 1] + "…"
    cells = [worded(name, card.properties[name], SHORT) if name in card.properties else "" for name in LISTED]
    return [[(card.name, "strong")], [(formula, "")], *([(cell, "")] for cell in cells)]
