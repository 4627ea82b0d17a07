"""The explorer in a browser: every panel in both schemes and widths, the address, the keyboard, drawing, a training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from labs import Lab, lab

from gainstage.lab.panels import PANELS
from gainstage.lab.sketch import Sketch

pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")
SLOW = 90_000  # milliseconds: the machine may be busy


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    with lab() as running:
        yield running


@pytest.fixture
def panel(served: Lab, visit: Any) -> Any:
    """Opens a panel by the query that follows its name."""

    def opened(query: str, **settings: Any) -> Any:
        page = visit(f"{served.address}&panel={query}", **settings)
        page.set_default_timeout(SLOW)
        return page

    return opened


def search(page: Any, **wanted: str | None) -> dict[str, str]:
    """Waits until the address says so, ``None`` for what it must not name; what it says then."""

    def holds(url: str) -> bool:
        query = dict(parse_qsl(urlsplit(url).query))
        return all(query.get(name) == value for name, value in wanted.items())

    page.wait_for_url(holds, wait_until="commit")
    return dict(parse_qsl(urlsplit(page.url).query))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme, width", [("light", 1200), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_stands_beside_the_screen(scheme: str, width: int, panel: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    wrong = {}
    more = ("functions&f=own&g=leaky_relu", "towers&target=drawn&points=1", "", "softmax&alone=1")
    for query in (*PANELS, *(more if scheme == "light" else ())):
        page = panel(query, width=width, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = axe.Axe().run(page).response["violations"]
        wrong[query] = [(each["id"], each["nodes"][0]["html"][:200]) for each in found] + page.told
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[query].append(("wider than the screen", ""))
        page.close()
    assert {query: found for query, found in wrong.items() if found} == {}


def test_a_slider_changes_the_page_and_the_address_and_back_undoes_it(panel: Any) -> None:
    page = panel("softmax")
    before = page.locator("[data-part=sentence]").inner_text()
    page.locator("#c-z1").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    search(page, z1="1.5")
    page.locator("[data-part=bars]", has_text="z = 1.5").wait_for()
    assert page.locator("[data-twin=c-z1]").input_value() == "1.5"
    page.locator("#c-true").select_option("2")
    search(page, true="2")
    page.go_back()
    search(page, true=None, z1="1.5")
    page.locator("[data-part=bars]", has_text="class 1 (true), z = 1.5").wait_for()
    page.go_back()
    page.locator("[data-part=sentence]", has_text=before).wait_for()
    assert page.locator("#c-z1").input_value() == "2"
    page.go_forward()
    page.locator("[data-part=bars]", has_text="z = 1.5").wait_for()
    assert page.told == []


def test_a_link_shows_what_was_set(panel: Any, visit: Any) -> None:
    page = panel("neuron")
    page.locator("[data-twin=c-shift]").fill("3")
    page.locator("#c-activation").select_option("leaky_relu")
    page.locator("[id='c-activation.negative_slope']").wait_for()
    search(page, activation="leaky_relu", shift="3")
    page.locator("[data-part=sentence]", has_text="Step 40").wait_for()
    page.locator("[data-part=facts] dd").first.wait_for()
    told = page.locator("#parts").inner_text()
    page.reload()
    assert page.locator("#parts").inner_text() == told
    assert page.locator("#c-shift").input_value() == "3"


def test_what_takes_longer_follows_by_itself(panel: Any) -> None:
    page = panel("chain&activation=tanh&depth=8&width=16")
    page.locator("[data-part=levels] .legend", has_text="theory").wait_for()
    page.locator("[data-part=sentence]", has_text="stages").wait_for()
    assert page.locator("svg path.expected").count() > 8


def test_a_wrong_formula_is_told_and_does_nothing(panel: Any) -> None:
    page = panel("functions&f=own")
    field = page.locator("[id='c-f.f']")
    old = page.locator("[data-part=charts]").inner_html()
    field.fill("<img src=x onerror=window.hit=1>")
    page.locator("#troubles .trouble").wait_for()
    assert page.locator("#parts.old").count() == 1
    assert page.locator("[data-part=charts]").inner_html() == old
    field.fill("x*tanh(x)")
    page.locator("#parts:not(.old)").wait_for()
    page.locator("[data-part=formulas]", has_text="x*tanh(x)").wait_for()
    assert page.locator("#troubles .trouble").count() == 0
    assert page.evaluate("window.hit") is None
    assert page.told == []


def test_hostile_addresses_are_shown_and_do_nothing(panel: Any) -> None:
    attack = "%3C/script%3E%3Cimg%20src=x%20onerror=window.hit=1%3E"
    page = panel(f"chain&depth={attack}&init={attack}&{attack}=1&activation=own&activation.f={attack}")
    page.locator("#troubles .trouble").first.wait_for()
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.told == []


def test_the_keyboard_reaches_everything(panel: Any) -> None:
    page = panel("towers&target=drawn")
    wanted = "a, button:not(:disabled), select, input:not([type=hidden]):visible, summary, .picture, .scroll:visible"
    reachable = page.locator(wanted).locator("visible=true").count()
    seen = set()
    for _ in range(reachable + 10):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(seen - {-1, 2}) >= reachable


def test_focus_stays_where_it_is_while_the_answer_comes(panel: Any) -> None:
    page = panel("softmax")
    page.locator("#c-classes").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#c-z4").wait_for()
    assert page.evaluate("document.activeElement.id") == "c-classes"
    page.locator("#bars .picture").focus()
    page.locator("#c-z1").evaluate("(z) => { z.value = 3; z.dispatchEvent(new Event('input', { bubbles: true })); }")
    page.locator("[data-part=bars]", has_text="z = 3").wait_for()
    assert page.evaluate("document.activeElement.closest('figure').id") == "bars"


def test_a_function_is_drawn_with_the_mouse_and_by_keyboard(panel: Any) -> None:
    page = panel("towers&target=drawn&n=32")
    pad = page.locator("rect.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    heights = {0.25: 0.3, 0.5: 0.3, 0.75: 0.3}
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for across, down in heights.items():
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.mouse.up()
    flat = [*Sketch("", "").default.split(",")[:6], *["0.52"] * 13, *Sketch("", "").default.split(",")[19:]]
    search(page, points=",".join(flat))
    page.locator("summary", has_text="Points of the drawing").click()
    cell = page.get_by_label("y at x = 0.50")
    assert cell.input_value() == "0.52"
    cell.fill("-0.5")
    search(page, points=",".join([*flat[:12], "-0.50", *flat[13:]]))
    assert page.told == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_training_is_watched_live(panel: Any) -> None:
    page = panel("train&data=xor&init=zero&optimizer=SGD&steps=2000&pace=1000")
    page.get_by_role("button", name="Train").click()
    page.locator("#progress", has_text="step").wait_for()
    page.locator("#watched [data-part=run1-chain]").wait_for()
    page.locator("#progress", has_text="done").wait_for()
    page.locator("#watched [data-part=run1-findings]", has_text="GS401").wait_for()
    assert page.get_by_role("button", name="Stop").is_disabled()
    colours = page.evaluate(
        "new Set(document.getElementById('plane').getContext('2d').getImageData(0, 0, 560, 560).data).size"
    )
    assert colours > 3
    page.reload()
    page.locator("#watched [data-part=run1-findings]", has_text="GS401").wait_for()
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert page.told == []
