"""The page in a real browser: asks nobody for anything, obeys no name, works by keyboard, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sheets

from gainstage.show.html import render
from gainstage.show.sheet import Sheet

PAGES: dict[str, Callable[[], list[Sheet]]] = {
    "sick": lambda: [sheets.sick(12)],
    "healthy": lambda: [sheets.healthy()],
    "deep": lambda: [sheets.sick(300)],
    "empty": lambda: [sheets.empty()],
    "broken": lambda: [sheets.broken()],
    "hostile": lambda: [sheets.hostile()],
    "networks": lambda: [sheets.two_networks()],
    "both": lambda: [sheets.sick(4), sheets.healthy()],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a page, made once."""
    folder = tmp_path_factory.mktemp("pages")

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(render(PAGES[name]()), encoding="utf-8")
        return path

    return file


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, scheme",
    [
        ("sick", "light"),
        ("sick", "dark"),
        ("both", "light"),
        ("healthy", "dark"),
        ("empty", "light"),
        ("broken", "dark"),
        ("networks", "light"),
    ],
)
def test_axe_finds_nothing(name: str, scheme: str, written: Any, visit: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    page = visit(written(name), width=360 if scheme == "dark" else 1200, color_scheme=scheme)
    unfold(page)
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_no_request_no_error_and_nothing_beside_the_screen(name: str, width: int, written: Any, visit: Any) -> None:
    page = visit(written(name), width=width)
    unfold(page)
    page.mouse.move(width / 2, 400)
    page.mouse.wheel(0, 4000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.told == []


def test_a_hostile_name_is_shown_and_does_nothing(written: Any, visit: Any) -> None:
    page = visit(written("hostile"))
    unfold(page)
    for picture in page.locator(".picture").all():
        picture.hover(force=True)
    page.wait_for_timeout(100)
    assert page.evaluate("window.hit") is None
    assert page.locator("img, [onload], [onerror], main script, main style").count() == 0
    assert sheets.HOSTILE in page.locator(".command").inner_text()
    assert page.told == []


def test_an_attack_that_got_into_the_page_would_still_not_run(written: Any, visit: Any, tmp_path: Path) -> None:
    attack = "<img src=x onerror='window.hit=1'><script>window.hit=2</script><style>main{display:none}</style>"
    hit = tmp_path / "hit.html"
    hit.write_text(written("sick").read_text(encoding="utf-8").replace("<main", attack + "<main"), encoding="utf-8")
    page = visit(hit)
    assert page.evaluate("window.hit") is None
    assert page.locator("main").is_visible()
    assert any("Content Security Policy" in line for line in page.told)


def test_it_can_be_read_without_javascript(written: Any, visit: Any) -> None:
    page = visit(written("sick"), java_script_enabled=False)
    assert "336 dB" in page.locator(".verdict").inner_text()
    assert page.locator(".ladder tbody tr").count() == 8
    page.locator("figure summary", has_text="The numbers").first.click()
    assert page.locator("figure table.numbers").first.is_visible()


def test_the_keyboard_reaches_everything(written: Any, visit: Any) -> None:
    page = visit(written("sick"))
    reachable = page.locator("summary:visible, .picture, .scroll:visible, pre:visible, a").count()
    seen = set()
    for _ in range(3 * reachable):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(seen - {-1, 2}) >= reachable
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_arrows_read_a_chart_number_by_number(written: Any, visit: Any) -> None:
    page = visit(written("sick"))
    page.locator("#run1-levels .picture").focus()
    readout = page.locator("#run1-levels-readout")
    page.keyboard.press("ArrowRight")
    assert readout.inner_text().startswith("stage 1 · name net.0")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert readout.inner_text().startswith("stage 12 · name net.22")
    assert "gradient dB 0.0" in readout.inner_text()


def test_pointing_at_a_map_reads_its_cell(written: Any, visit: Any) -> None:
    page = visit(written("sick"))
    cells = page.locator("#run1-update-ratio .cells")
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 3)
    assert page.locator("#run1-update-ratio-readout").inner_text() == "1 · net.0 · step 1,799 · 5.5e-13"


def test_a_skip_link_is_the_first_thing_the_keyboard_meets(written: Any, visit: Any) -> None:
    page = visit(written("sick"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the verdict"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
