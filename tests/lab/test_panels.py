"""What holds for every panel: lessons work, settings round-trip, and hostile addresses do nothing."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.lab import page
from gainstage.lab.controls import spelled
from gainstage.lab.panel import Lesson, Panel
from gainstage.lab.panels import PANELS, Failed, answer
from gainstage.lab.workshop import Workshop, attempted

LESSONS = [(panel, lesson) for panel in PANELS.values() for lesson in panel.lessons]
VOID = {"meta", "br", "input", "link", "rect", "line", "circle", "path", "polyline", "polygon", "use", "stop"}
HOSTILE = ["</script><img src=x onerror=alert(1)>", "__import__('os')", "9**9**9**9", "nan", "-1e999", "\x00", "‮"]


class Elements(HTMLParser):
    """Names of elements and attributes; every element must be closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.identifiers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.identifiers += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def examined(view: page.View) -> Elements:
    found = Elements()
    found.feed(page.document(PANELS.values(), view))
    assert found.open == []
    assert found.elements.isdisjoint({"img", "style", "iframe", "object"})
    assert not [name for name in found.attributes if name.startswith("on") or name == "style"]
    assert len(found.identifiers) == len(set(found.identifiers))
    return found


def complete(panel: Panel, query: dict[str, str]) -> page.View:
    """The panel with all its jobs done, here and not in a process."""
    values = answer(panel, query, {}).state.values
    found = {job: attempted(job.call, job.arguments) for job in panel.jobs(values)}
    return answer(panel, query, found)


def title(case: object) -> str:
    return case.name if isinstance(case, Panel) else case.text if isinstance(case, Lesson) else str(case)


@pytest.mark.parametrize("panel, lesson", LESSONS, ids=title)
def test_a_lesson_shows_what_it_says(panel: Panel, lesson: Lesson) -> None:
    view = complete(panel, dict(lesson.query))
    assert view.state.troubles == view.troubles == ()
    assert view.parts and not view.pending
    for name, text in lesson.query.items():
        assert spelled(view.state.values)[name] == text
    examined(view)


@pytest.mark.parametrize("panel", PANELS.values(), ids=title)
def test_what_is_set_stands_in_the_address_and_comes_back(panel: Panel) -> None:
    first = answer(panel, {}, {})
    again = answer(panel, spelled(first.state.values), {})
    assert again.state == first.state
    assert again.parts == first.parts


@pytest.mark.parametrize("panel", PANELS.values(), ids=title)
def test_the_first_answer_needs_no_job(panel: Panel) -> None:
    view = answer(panel, {}, {})
    assert view.parts and view.troubles == ()
    assert view.pending == bool(panel.jobs(view.state.values))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("panel", PANELS.values(), ids=title)
def test_a_hostile_address_does_nothing(panel: Panel, text: str) -> None:
    names = [control.name for control in panel.controls({})]
    for query in (dict.fromkeys(names, text), {text: text}, {**dict.fromkeys(names, ""), "f.f": text, "gain": text}):
        view = answer(panel, query, {})
        assert view.state.troubles or view.troubles
        examined(view)


@pytest.mark.parametrize(
    "name, query", [("functions", {"f": "own"}), ("chain", {"activation": "own"}), ("neuron", {"activation": "own"}),
                    ("towers", {})],
)  # fmt: skip
def test_a_formula_that_is_none_is_told_and_keeps_the_page(name: str, query: dict[str, str]) -> None:
    field = {"functions": "f.f", "towers": "f"}.get(name, "activation.f")
    view = answer(PANELS[name], {**query, field: "eval('<b>')"}, {})
    assert view.parts == {} and not view.pending
    assert "eval" in view.troubles[0]
    assert "<b>" not in page.document(PANELS.values(), view)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(["classes", "z1", "z9", "true", "temperature", "x"]), st.text(max_size=12)))
def test_any_address_is_answered(query: dict[str, str]) -> None:
    assert answer(PANELS["softmax"], query, {}).parts


def test_a_job_that_failed_is_told_and_not_tried_again() -> None:
    panel, query = PANELS["towers"], {"f": "x"}
    (job,) = panel.jobs(answer(panel, query, {}).state.values)
    view = answer(panel, query, {job: Failed("it did not work")})
    assert view.troubles == ("it did not work",)
    assert not view.pending and view.parts


def test_the_home_page_leads_to_every_panel() -> None:
    text = page.document(PANELS.values(), None)
    links = re.findall(r'href="/\?panel=(\w+)"', text)
    assert set(links) == set(PANELS)


def test_a_panel_alone_has_nothing_around_it() -> None:
    view = answer(PANELS["softmax"], {}, {})
    assert "<nav" in page.document(PANELS.values(), view)
    alone = page.document(PANELS.values(), view, alone=True)
    assert "<nav" not in alone and "Worth seeing" not in alone


@pytest.mark.slow
def test_the_workshop_keeps_results_tells_failures_and_ends_what_does_not_end() -> None:
    from gainstage.lab.panel import Job

    workshop = Workshop(patience=60.0)
    try:
        good, bad, fault = Job("", abs, (-3,)), Job("", json.loads, ("{",)), Job("", int, ("x",))
        for job in (good, bad, fault):
            workshop.do(job)
        assert workshop.known()[good] == 3
        assert all(isinstance(workshop.known()[job], Failed) for job in (bad, fault))
        unwanted = Job("", abs, (-4,))
        workshop.do(unwanted, lambda: False)
        assert unwanted not in workshop.known()
        workshop.patience = 0.5
        endless = Job("", time.sleep, (3600,))
        workshop.do(endless)
        assert "given up" in workshop.known()[endless]
        workshop.patience = 60.0
        workshop.do(unwanted)
        assert workshop.known()[unwanted] == 4
    finally:
        workshop.close()
