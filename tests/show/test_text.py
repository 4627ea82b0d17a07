"""The verdict on the terminal: what must be in it, in which order, on which terminals."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import chains
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gainstage.diagnose.finding import Finding
from gainstage.record.schema import RunInfo
from gainstage.show import text

HOSTILE = (
    "[red]boom[/red]",
    "</script><b>",
    "\x1b[31m\x1b]0;title\x07",
    "a\nb\r\tc",
    "\u202eevil\u200b",
    "層.0",
    "\udc80x",
)


def lines(report, **terminal):
    return text.render(report, **terminal).splitlines()


def index(rows, part):
    return next(number for number, row in enumerate(rows) if part in row)


def test_order_is_headline_ladder_findings_coverage_next_command():
    rows = lines(chains.sick())
    order = [
        index(rows, "The gradient does not reach"),
        index(rows, "signal dB"),
        index(rows, "GS201 vanishing-gradient [error]"),
        index(rows, "GS302 update-too-small [warning]"),
        index(rows, "looked at 37 of 1,800 steps, 40 sites; cost"),
        index(rows, "next: gainstage fix "),
    ]
    assert order == sorted(order)


def test_a_sick_chain_of_twenty_fits_on_a_screen_and_a_healthy_network_on_half():
    assert len(lines(chains.sick(20))) <= 45
    assert len(lines(chains.report(chains.chain(4)))) <= 20


def test_the_headline_is_not_told_twice_and_every_part_of_the_finding_is_there():
    shown = re.sub(r"\s+", " ", text.render(chains.sick()))
    assert shown.count("The gradient does not reach the first 14 of 20 stages") == 1
    assert "update ratio 3.1e-15" in shown
    assert "gradient −336 dB" in shown
    assert "late share 25 %" in shown
    assert "−336 dB = −245 activation −91.1 weights" in shown
    assert "relu-for-sigmoid [unsafe] in net.1 … net.39: gradient −3.5 dB instead of −336 dB" in shown
    assert "net.0 (linear) … net.26 (linear), 14 in all → train.py:14" in shown


def test_healthy_says_so_and_what_was_looked_at():
    shown = text.render(chains.report(chains.chain(4, forward=0.9, backward=0.95)))
    assert "Nothing wrong inside the network: over 4 stages the signal changes by −3.7 dB" in shown
    assert "looked at 37 of 1,800 steps" in shown
    assert "next: gainstage report train.gs --json" in shown


def test_an_info_alone_leaves_the_network_healthy_but_is_told():
    note = Finding("GS604", "shuffled-labels-suspected", "info", "The loss stays where guessing puts it.")
    shown = text.render(chains.report(chains.chain(3), [note]))
    assert "Nothing wrong inside the network" in shown
    assert "GS604 shuffled-labels-suspected [info]" in shown
    assert "The loss stays where guessing puts it." in shown


def test_nothing_observed_never_reads_as_healthy():
    silent = Finding("GS901", "nothing-observed", "info", "No backward pass was seen.")
    empty = replace(chains.report(chains.chain(2), [silent]), stages=())
    shown = text.render(empty)
    assert "Nothing wrong" not in shown
    assert shown.count("No backward pass was seen.") == 1


@pytest.mark.parametrize("outcome, words", list(text.OUTCOMES.items()))
def test_how_the_script_ended_is_said(outcome, words):
    info = replace(chains.INFO, outcome=outcome, exit_code=3)
    first = lines(chains.report(chains.chain(2, info=info)))[0]
    assert words in first
    assert "exit code 3" in first


def test_long_chains_are_folded_and_pointed_stages_kept():
    run = chains.chain(400)
    middle = replace(chains.vanishing([run.sites[2 * 200].name]), source_lines=())
    rows = lines(chains.report(run, [middle]))
    assert len(rows) <= 45
    assert any(re.search(r"\b201 net\.400 ", row) for row in rows)
    assert any("197 more, 4–200" in row for row in rows)


def test_folds_never_mix_stages_that_a_finding_points_at_with_others():
    rows = lines(chains.sick(20))
    assert any(row.startswith("✗") and "11 more, 4–14" in row for row in rows)
    assert any(row.startswith(" ") and "3 more, 15–17" in row for row in rows)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("color", [False, True])
def test_hostile_names_are_printed_and_not_obeyed(name, color):
    names = [f"{name}.{number}" for number in range(4)]
    run = chains.chain(4, names=names, info=replace(chains.INFO, argv=(name, name), script=name))
    finding = replace(chains.vanishing([run.sites[0].name, name]), text=name, source_lines=(name,))
    shown = text.render(chains.report(run, [finding]), color=color)
    ours = re.sub(r"\x1b\[[0-9;]*m", "", shown) if color else shown
    assert "\x1b" not in ours
    assert not set(ours) & {"\r", "\t", "\x07", "\u202e", "\u200b", "\udc80"}
    assert name.encode("unicode_escape").decode()[:5] in ours or name[:1] in ours
    if name.isascii() and name.isprintable():
        assert name in ours


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30), st.integers(60, 140), st.booleans())
def test_any_name_keeps_every_line_within_the_width(name, width, unicode):
    run = chains.chain(3, names=[f"{name}{number}" for number in range(3)])
    finding = replace(chains.vanishing([run.sites[0].name]), text=name)
    shown = text.render(chains.report(run, [finding]), width=width, unicode=unicode)
    shown.encode("utf-8" if unicode else "ascii")
    assert all(cell_len(row) <= width for row in shown.splitlines())
    assert all(part.isprintable() for part in shown.split("\n"))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_ladder_rows_are_single_lines_and_aligned(width):
    rows = lines(chains.sick(20), width=width)
    ladder = [row for row in rows if re.match(r"^[✗! ] +\d+ net\.", row)]
    assert len(ladder) == 6
    assert len({row.index("sigmoid") for row in ladder}) == 1


def test_pure_ascii_where_the_stream_knows_no_more():
    shown = text.render(chains.sick(), unicode=False)
    assert shown.isascii()
    assert "#" in shown
    assert "-336 dB = -245 activation -91.1 weights" in shown


class Screen(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    "environment, choice, colored",
    [
        ({}, "auto", True),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": ""}, "auto", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"TERM": "dumb"}, "auto", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "auto", True),
        ({"NO_COLOR": "1"}, "always", True),
        ({}, "never", False),
    ],
)
def test_colour_obeys_flag_then_environment_then_terminal(monkeypatch, environment, choice, colored):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Screen()
    text.write(chains.sick(3), stream, choice)
    assert ("\x1b[" in stream.getvalue()) is colored


def test_a_pipe_gets_no_colour_and_colour_adds_nothing_but_colour(monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = io.StringIO()
    text.write(chains.sick(3), stream)
    assert "\x1b" not in stream.getvalue()
    colored = text.render(chains.sick(3), color=True)
    stripped = "\n".join(row.rstrip() for row in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines())
    assert stripped + "\n" == text.render(chains.sick(3))


def test_two_networks_are_told_apart():
    run = chains.chain(4)
    first = chains.report(run)
    stages = tuple(replace(rung, root="G" if rung.number < 3 else "D") for rung in first.stages)
    rows = lines(replace(first, stages=stages))
    assert index(rows, "  G") < index(rows, "net.0") < index(rows, "  D") < index(rows, "net.4")


def test_next_command_looks_longer_when_too_little_was_seen():
    info = RunInfo("a", ("my train.py", "--x=1"), "my train.py", 0.0)
    few = Finding("GS902", "too-few-samples", "info", "Two samples are too few.")
    report = chains.report(chains.chain(2, info=info), [few])
    assert report.next_command == "gainstage run --every 1 'my train.py' --x=1"
