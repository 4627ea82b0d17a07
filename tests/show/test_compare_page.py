"""The comparison's page: it says what the terminal says, and a name in it is text."""

from __future__ import annotations

import math
from html.parser import HTMLParser

from gainstage.comparison.answer import Comparison, Drop, Entry, Row
from gainstage.comparison.candidate import Arm, Candidate, Left
from gainstage.comparison.facts import Facts
from gainstage.show.compare_page import page
from gainstage.verify.proof import Effect, Measure

HOSTILE = "</script><img src=x onerror=alert(1)>[red]"
MEASURE = Measure("training loss", "loss", True, "ratio")


def row(name: str, values: tuple[float, ...], against: Effect | None, dropped: Drop | None = None) -> Row:
    entry = Entry(
        Candidate(Arm(name, "default"), 1.0, 0.1), 100, values, values or (0.9,), against, 0.5, 60.0, 0.002, 2**28,
        Facts(("GS201",), (name,), 0.25, 0.0, 0.5), dropped,
    )  # fmt: skip
    return Row(Arm(name, "default"), entry, (), 0.5, tied=dropped is None)


def found(*rows: Row) -> Comparison:
    left = (Left(Arm("sparsemax", "he"), "the script makes no such layer"),)
    return Comparison(("train.py", HOSTILE), rows, 100, True, 2, MEASURE, 0.1, 0.3, left=left)


class Texts(HTMLParser):
    """The words of a page, and the elements that it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_it_says_what_the_terminal_says_and_a_name_is_text() -> None:
    better = Effect(0.8, 0.7, 0.9, "ratio", clear=True)
    late = row(HOSTILE, (), None, Drop(3, 20, 2, 0, 0.01))
    seen = Texts(page(found(row("relu", (0.2, 0.3), None), row("tanh", (0.3, 0.4), better), late)))
    words = " ".join(seen.words)
    for expected in ("a tie", "relu", "×0.80 (0.70…0.90)", "25 %", "at step 20 on 2 seeds", "no such layer", HOSTILE):
        assert expected in words
    assert "img" not in seen.tags
    assert seen.tags.count("circle") == 1  # one interval: the best has none


def test_one_seed_has_no_interval_to_draw() -> None:
    endless = Effect(0.8, -math.inf, math.inf, "ratio", clear=False)
    seen = Texts(page(found(row("relu", (0.2,), None), row("tanh", (0.3,), endless))))
    assert "circle" not in seen.tags


def test_nothing_ranked_is_said() -> None:
    assert "nothing could be ranked" in page(found())


def test_a_notebook_shows_it_without_a_script() -> None:
    shown = found(row("relu", (0.2, 0.3), None))._repr_html_()
    assert "best: relu" in shown and "<script" not in shown
