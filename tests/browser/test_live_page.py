"""The live page in a browser: new samples appear, a server that comes back is found, the reader is not disturbed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import runfiles
from serving import server

from gainstage.record.writer import Writer

pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")


@pytest.fixture
def recording(tmp_path: Path) -> Any:
    writer = Writer.create(tmp_path / "train", runfiles.info())
    runfiles.describe(writer)
    runfiles.add(writer, 0)
    yield writer
    writer.close()


def shows(page: Any, text: str) -> None:
    page.locator("#pulse", has_text=text).wait_for()


def test_new_samples_appear_and_what_was_open_stays_open(recording: Writer, visit: Any) -> None:
    with server(recording.path) as served:
        page = visit(served.address)
        assert "token" not in page.url
        shows(page, "step 0 ")
        page.locator("#run1-course summary", has_text="The numbers").click()
        runfiles.add(recording, 5)
        shows(page, "step 5 ")
        page.locator("#run1-course table.numbers tbody tr").nth(1).wait_for()
        assert page.locator("#run1-course details[open]").count() == 1
        assert page.told == []


def test_focus_and_place_survive_a_change(recording: Writer, visit: Any) -> None:
    with server(recording.path) as served:
        page = visit(served.address)
        shows(page, "step 0 ")
        page.locator("#run1-course .picture").focus()
        page.keyboard.press("ArrowRight")
        runfiles.add(recording, 9)
        page.locator("#run1-course table.numbers tbody tr").nth(1).wait_for(state="attached")
        assert page.evaluate("document.activeElement.closest('figure').id") == "run1-course"
        assert page.locator("#run1-course-readout").inner_text().startswith("step 0")


def test_a_server_that_was_killed_and_comes_back_is_found_again(recording: Writer, visit: Any) -> None:
    with server(recording.path) as served:
        page = visit(served.address)
        shows(page, "step 0 ")
        port = served.port
    shows(page, "does not answer")
    assert page.locator(".verdict").is_visible()
    runfiles.add(recording, 11)
    with server(recording.path, port=port):
        shows(page, "step 11 ")
        page.locator("#run1-course table.numbers tbody tr").nth(1).wait_for(state="attached")


def test_a_server_with_another_token_says_so(recording: Writer, visit: Any) -> None:
    with server(recording.path) as served:
        page = visit(served.address)
        shows(page, "step 0 ")
        port = served.port
    with server(recording.path, port=port, token="another"):
        shows(page, "another token")


def test_runs_side_by_side(recording: Writer, tmp_path: Path, visit: Any) -> None:
    other = runfiles.record(tmp_path / "other", range(5))
    with server(recording.path, other) as served:
        page = visit(served.address, width=1400)
        assert page.locator("article.run").count() == 2
        left, right = (page.locator("article.run").nth(n).bounding_box() for n in (0, 1))
        assert left["y"] == right["y"]
        assert left["x"] + left["width"] <= right["x"]
        assert page.locator("#compare-title").inner_text() == "2 runs compared"
