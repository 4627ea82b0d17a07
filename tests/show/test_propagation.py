"""A chain on the terminal and for machines: widths, plain characters, and sentences that follow from the numbers."""

from __future__ import annotations

import json
import re

import pytest

from gainstage.show.machine import dumps
from gainstage.show.propagation import render
from gainstage.show.propagation_data import figure, propagation_json
from gainstage.show.propagation_words import next_command, sentence
from gainstage.theory.outlook import outlook
from gainstage.theory.propagation import propagate


def chain(activation="relu", parameters=None, **settings):
    return propagate(activation, parameters, **{"depth": 24, "width": 24, "seeds": 2, **settings})


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize(("activation", "recipe"), [("sigmoid", "torch"), ("relu", "he"), ("silu", "gain")])
def test_no_line_is_wider_than_the_terminal_and_none_is_cut(activation, recipe, width):
    found = chain(activation, recipe=recipe)
    text = render(found, outlook(found), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert not any(line.endswith("…") for line in text.splitlines())


def test_plain_terminals_get_plain_characters():
    found = chain(depth=3)
    text = render(found, outlook(found), unicode=False)
    assert text.isascii()
    assert "in -> " in text and "in <- " in text


def test_the_table_shows_first_and_last_stage_with_both_numbers():
    found = chain("tanh", depth=40)
    rows = [line.split() for line in render(found, outlook(found), 60).splitlines() if re.match(r" +\d+ ", line)]
    table = [row for row in rows if len(row) == 7]
    assert (table[0][0], table[-1][0], len(table)) == ("1", "40", 9)
    last = found.rungs[-1]
    assert float(table[-1][3].replace("−", "-")) == pytest.approx(last.signal_db.predicted, abs=0.6)
    assert float(table[-1][4].replace("−", "-")) == pytest.approx(last.signal_db.simulated, abs=0.6)


def test_sentences_say_what_is_lost_by_what_and_what_would_hold_it():
    lost = chain("sigmoid")
    text = sentence(lost, outlook(lost))
    assert "the gradient loses" in text and "weights" in text and "sigmoid's derivative" in text
    assert "would hold it" in text
    held = chain(recipe="he", width=256)
    assert sentence(held, outlook(held)).startswith("Signal and gradient get through 24 stages")
    astray = chain("silu", recipe="gain", depth=50)
    assert "On paper" in sentence(astray, outlook(astray))


def test_the_next_command_is_the_chain_that_would_hold():
    found = chain("leaky_relu", {"negative_slope": 0.2}, input_variance=2.0)
    command = next_command(found, outlook(found))
    assert command == (
        "gainstage propagation --activation leaky_relu --parameter negative_slope=0.2 --depth 24 --width 24 "
        "--input-variance 2 --init gain"
    )


def test_machines_get_every_stage_and_no_number_as_text():
    found = chain("binary_step", depth=5)
    document = json.loads(dumps(propagation_json(found, outlook(found))))
    assert document["schema"] == "gainstage.propagation/1"
    assert [stage["stage"] for stage in document["stages"]] == [1, 2, 3, 4, 5]
    assert document["stages"][0]["gradient_db"]["predicted"] is None  # minus infinity
    assert document["gain"]["stability"] == "attracting"
    level = document["stages"][-1]["signal_db"]
    assert level["low"] <= level["simulated"] <= level["high"]


def test_the_figure_is_a_chart_of_four_lines():
    text = figure(chain("binary_step", depth=5))
    assert text.startswith("<svg") and text.count("<polyline") == 8  # and their samples in the legend
    assert "nan" not in text and "inf" not in text
