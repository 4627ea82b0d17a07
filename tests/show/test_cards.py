"""Cards on terminals of all kinds, and their pages and figures."""

from __future__ import annotations

import xml.etree.ElementTree as xml

import pytest

from gainstage import functions
from gainstage.functions.card import Card, Property
from gainstage.functions.points import points
from gainstage.show.cards import render, render_list
from gainstage.show.console import Terminal
from gainstage.show.figure import figure
from gainstage.show.function_pages import index, page
from gainstage.show.properties import rows, worded

CARDS = [functions.card(name) for name in functions]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["srelu", "siren", "softmax", "hardshrink"])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    text = render(functions.card(name), Terminal(width))
    assert max(len(line) for line in text.splitlines()) <= width
    assert not render(functions.card(name), Terminal(width, unicode=False)).encode().strip().translate(None, ASCII)


ASCII = bytes(range(128))


def test_the_list_fits_a_wide_terminal() -> None:
    text = render_list(CARDS, Terminal(110))
    assert max(len(line) for line in text.splitlines()) <= 110
    assert "~yes" in text  # SELU's mean is zero by its constants, which no proof can see


def test_names_are_printed_not_obeyed() -> None:
    card = Card("[red]", "\x1b[31m", "x", "1", {}, {}, "", "", "nobody")
    text = render(card, Terminal(80))
    assert "[red]" in text and "\x1b" not in text


def test_states_of_proof_are_told() -> None:
    assert worded("lipschitz", Property(2.0)) == "2"
    assert worded("lipschitz", Property(2.0, "numerical", 0.1)) == "~2"
    assert worded("lipschitz", Property(None, "unknown")) == "?"
    assert [text for _, text, _ in rows("limits", Property(None, "unknown"))] == ["?"]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_figures_are_well_formed_and_show_two_curves(card: Card) -> None:
    root = xml.fromstring(figure(card))
    curves = [node for node in root.iter() if node.get("fill") == "none"]
    assert root.tag.endswith("svg") and len(curves) == 2
    for curve in curves:
        numbers = [float(part) for part in (curve.get("d") or "").replace("M", " ").replace("L", " ").split()]
        assert len(numbers) > 100
        assert all(0 <= x <= 560 for x in numbers[::2]) and all(0 <= y <= 300 for y in numbers[1::2])


def test_a_jump_is_not_bridged() -> None:
    step = functions.card("binary_step").line
    assert step is not None
    (value,) = [line for line in figure(functions.card("binary_step")).splitlines() if 'stroke-width="2.5"' in line]
    assert value.count("M") == 2
    assert points(step).low < 0 < 1 < points(step).high


def test_pages_hold_formula_figure_and_every_property() -> None:
    text = page(functions.card("leaky_relu"))
    assert "f(x)  = negative_slope*x if x <= 0 else x" in text and "(leaky_relu.svg)" in text
    assert "| `negative_slope` | 0.01 |" in text and "| Lipschitz constant | 1 | certified |" in text
    assert index(CARDS).count("](") == len(CARDS)
