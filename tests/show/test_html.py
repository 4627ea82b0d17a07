"""The page's text: everything in it, nothing obeyed, small, and its policy fits its content."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import chains
import pytest
import sheets
from hypothesis import given
from hypothesis import strategies as st

from gainstage.diagnose.history import Map
from gainstage.record.course import Course
from gainstage.show.html import render
from gainstage.show.page.heat import KINDS, shade
from gainstage.show.page.loss import axis, place
from gainstage.show.page.markup import VOID, Markup, tag
from gainstage.show.page.prose import prose
from gainstage.show.sheet import Sheet, sheet

MEGABYTE = 1_000_000


class Reader(HTMLParser):
    """Collects the page as a browser would: texts, tags, attributes, and whether elements nest."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


ALL = {
    "sick": lambda: [sheets.sick()],
    "healthy": lambda: [sheets.healthy()],
    "empty": lambda: [sheets.empty()],
    "broken": lambda: [sheets.broken()],
    "hostile": lambda: [sheets.hostile()],
    "networks": lambda: [sheets.two_networks()],
    "both": lambda: [sheets.sick(), sheets.empty(), sheets.healthy()],
}


@pytest.mark.parametrize("name", ALL)
def test_the_page_is_well_formed_and_loads_nothing(name: str) -> None:
    read = Reader(render(ALL[name]()))
    assert read.open == []
    identifiers = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    known = set(identifiers)
    for name_, attributes in read.tags:
        assert name_ not in ("img", "link", "iframe", "object", "embed", "base", "form", "input")
        assert not {"src", "style", "srcset", "action"} & set(attributes)
        assert not [key for key in attributes if key.startswith("on")]
        assert attributes.get("href", "#")[:1] == "#"
        pointed = f"{attributes.get('aria-labelledby', '')} {attributes.get('data-readout', '')}".split()
        assert set(pointed) <= known
        assert not {"nan%", "inf%", "nan", "inf", "-inf"} & set(attributes.values())


def test_the_policy_names_exactly_the_page_s_own_style_and_script() -> None:
    page = render([sheets.sick()])
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert "unsafe" not in policy
    for name in ("style", "script"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src &#x27;sha256-{digest}&#x27;" in policy


def test_what_is_wrong_stands_first_and_everything_is_told() -> None:
    texts = "\n".join(Reader(render([sheets.sick()])).texts)
    assert texts.index("The gradient does not reach") < texts.index("Signal and gradient from stage to stage")
    for told in ("GS201", "GS302", "GS103", "train.py:14", "relu for sigmoid", "unsafe", "gradient −250 dB instead of"):
        assert told in texts
    assert "Why it matters" in texts  # the rule's page
    assert sheets.sick().report.next_command in texts


def test_hostile_names_stay_text() -> None:
    read = Reader(render([sheets.hostile()]))
    assert sheets.HOSTILE in "".join(read.texts)
    assert [name for name, _ in read.tags if name in ("script", "style", "img")] == ["style", "script"]
    assert "\u202e" not in "".join(read.texts)
    assert "\x1b" not in "".join(read.texts)


@pytest.mark.parametrize("depth", [1, 2, 300])
def test_it_stays_small(depth: int) -> None:
    assert len(render([sheets.sick(depth)]).encode()) < MEGABYTE


def test_a_long_course_is_small_and_complete() -> None:
    points = tuple((2500 * n, 1.0 + (n == 777)) for n in range(800))
    longer = replace(sheets.sick(), courses=(Course("SGD", points),))
    page = render([longer])
    assert len(page.encode()) < MEGABYTE
    assert "<td>2</td>" in page


def test_large_maps_are_small() -> None:
    stages = tuple((n, n) for n in range(1, 61))
    steps = tuple((n, n) for n in range(48))
    values = tuple(tuple(10.0 ** -((x * y) % 9) for x in range(48)) for y in range(60))
    base = sheets.sick(60)
    shown = replace(base, maps=tuple(Map(name, stages, steps, values) for name in KINDS))
    assert len(render([shown]).encode()) < MEGABYTE


@given(st.text(max_size=60))
def test_any_text_is_read_back_as_it_was_or_as_its_escape(words: str) -> None:
    read = Reader(tag("p", words, title=words))
    shown = "".join(read.texts)
    assert [name for name, _ in read.tags] == ["p"]
    assert read.tags[0][1]["title"] == shown
    if words.isprintable():
        assert shown == words
    assert all(character.isprintable() or character == "\n" for character in shown)


@given(st.text(max_size=120))
def test_prose_is_well_formed_whatever_it_holds(words: str) -> None:
    read = Reader(prose(words))
    assert read.open == []
    assert {name for name, _ in read.tags} <= {"p", "ul", "li", "pre", "code"}


def test_markup_is_not_escaped_twice_and_void_elements_close_themselves() -> None:
    assert tag("p", tag("b", "a & b")) == "<p><b>a &amp; b</b></p>"
    assert tag("rect", width=1.5, class_="x", hidden=None) == '<rect width="1.5" class="x"/>'
    assert "rect" in VOID
    assert isinstance(tag("p", [None, "a", (1, 2.5)]), Markup)


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
def test_every_loss_has_a_place_on_its_axis(values: list[float]) -> None:
    up = axis(values, 20.0, 200.0)
    for value in values:
        if math.isinf(value) or max(abs(each) for each in values) < 1e300:
            assert 19.9 <= place(value, up) <= 200.1


@pytest.mark.parametrize("name", KINDS)
def test_shades_and_their_meanings_fit_the_edges(name: str) -> None:
    kind = KINDS[name]
    assert len(kind.shades) == len(kind.meanings) == len(kind.edges) + 1
    assert list(kind.edges) == sorted(kind.edges)
    assert shade(kind, math.nan) == ""
    assert shade(kind, kind.edges[0] / 2) == kind.shades[0]
    assert shade(kind, kind.edges[-1]) == kind.shades[-1]


def test_source_lines_are_quoted_only_where_that_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "inside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for file in (folder / "train.py", folder / "secret.txt", tmp_path / "outside.py"):
        file.write_text("first\n  layer = nn.Linear(3, 4)  \n", encoding="utf-8")
    fresh = replace(chains.INFO, started=(folder / "train.py").stat().st_mtime + 10)

    def quoted(lines: tuple[str, ...], started: float = fresh.started, source: bool = True) -> dict[str, str]:
        run = chains.chain(2, info=replace(fresh, started=started))
        finding = replace(chains.vanishing(["net.0"]), source_lines=lines)
        return sheet(sheets.diagnosis(run, [finding]), source=source).excerpts

    assert quoted(("train.py:2",)) == {"train.py:2": "layer = nn.Linear(3, 4)"}
    assert quoted(("train.py:2",), source=False) == {}
    for line in (
        "secret.txt:2",
        "../outside.py:2",
        str(tmp_path / "outside.py") + ":2",
        "train.py:9",
        "train.py:x",
        "x:1",
    ):
        assert quoted((line,)) == {}
    assert quoted(("train.py:2",), started=1.0) == {}  # changed since: the line may be another one now


def test_a_sheet_is_plain_data() -> None:
    made = sheets.sick()
    assert isinstance(made, Sheet)
    assert made.summary.gradient_db == pytest.approx(made.report.stages[0].gradient_db)
    assert made.summary.slowest == "net.0"
