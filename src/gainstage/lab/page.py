"""The explorer's frame: what stands around a panel, and the panel with its controls and parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from gainstage import __version__
from gainstage.lab.controls import Control, State
from gainstage.lab.panel import Lesson, Panel, Parts
from gainstage.show.html import NOWHERE, resource, wordmark
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.page.split import patterns

POLICY = f"{NOWHERE}; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
KINDS = {".css": "text/css", ".js": "text/javascript"}
SHARED = ("style.css", "script.js")  # the report's


@dataclass(frozen=True, slots=True)
class View:
    """One panel as it is set: what one may ask of it, and how far it has been computed."""

    panel: Panel
    controls: Sequence[Control]
    state: State
    parts: Parts
    troubles: tuple[str, ...] = ()
    pending: bool = False


@cache
def asset(name: str) -> str:
    """A file of the page by name."""
    if name in SHARED:
        return resource(name)
    return files("gainstage.lab").joinpath("assets").joinpath(name).read_text(encoding="utf-8")


@cache
def assets() -> tuple[str, ...]:
    """Every file that the page may ask for."""
    own = (entry.name for entry in files("gainstage.lab").joinpath("assets").iterdir())
    return (*SHARED, *sorted(name for name in own if name.endswith(tuple(KINDS))))


def document(panels: Iterable[Panel], view: View | None, *, alone: bool = False) -> str:
    """The whole page: one panel, or where to begin."""
    title = f"{view.panel.title} · gainstage lab" if view else "gainstage lab"
    scripts = ["script.js", "lab.js", *([view.panel.script] if view and view.panel.script else [])]
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        (tag("link", rel="stylesheet", href=f"/{name}") for name in ("style.css", "lab.css")),
        (tag("script", src=f"/{name}", type=None if name in SHARED else "module", defer=True) for name in scripts),
    )
    panels = tuple(panels)
    main = _panel(view, alone) if view else _home(panels)
    body = tag(
        "body",
        patterns(),
        tag("a", "Skip to the panel", href="#main", class_="skip"),
        None if alone else tag("header", _home_link(), _navigation(panels, view), class_="top"),
        tag("main", main, id="main", tabindex=-1),
        tag("footer", tag("p", f"gainstage lab {__version__}: computed on this machine; nothing is sent anywhere.")),
        class_="gainstage page lab",
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>{body}</html>\n'


def form(view: View) -> Markup:
    """The controls; ``shape`` changes when there are others, not when they are set otherwise."""
    shape = " ".join(f"{control.name}:{control.label}" for control in view.controls)  # type: ignore[attr-defined]
    drawn = (control.draw(view.state.values[control.name]) for control in view.controls)
    return tag("div", drawn, class_="controls", data_shape=shape)


def troubles(texts: Iterable[str]) -> Markup:
    """What was wrong with the address or a value."""
    return join(tag("p", text, class_="trouble") for text in texts)


def _panel(view: View, alone: bool) -> Markup:
    panel = view.panel
    parts = (
        tag("div", part, data_part=key, role="status" if key == "sentence" else None)
        for key, part in view.parts.items()
    )
    bench = tag(
        "div",
        tag("form", form(view), id="controls", aria_label="Settings"),
        tag(
            "div",
            tag("div", troubles((*view.state.troubles, *view.troubles)), id="troubles", role="status"),
            tag("div", parts, id="parts"),
            panel.stage() if panel.stage else None,
            class_="answers",
        ),
        class_="bench",
        data_panel=panel.name,
        data_pending="1" if view.pending else None,
        id="bench",
    )
    return join(
        tag("h1", "gainstage lab", class_="unseen") if alone else None,
        tag("h2", panel.title),
        tag("p", panel.lead, class_="lead"),
        bench,
        None if alone else _lessons(panel),
    )


def _lessons(panel: Panel) -> Markup:
    links = (tag("li", tag("a", lesson.text, href=link(panel, lesson.query))) for lesson in panel.lessons)
    return tag(
        "section",
        tag("h3", "Worth seeing", id="lessons-title"),
        tag("ul", links, class_="lessons"),
        tag("p", "The address holds everything that is set: ", tag("code", "gainstage lab 'ADDRESS'"),
            " opens the same on another machine.", class_="quiet"),
        aria_labelledby="lessons-title",
    )  # fmt: skip


def link(panel: Panel, query: Mapping[str, str]) -> str:
    """The address of a panel that is set so."""
    return f"/?{urlencode({'panel': panel.name, **query})}"


def _home_link() -> Markup:
    return tag("a", wordmark(), href="/", class_="home", aria_label="gainstage lab: all panels")


def _navigation(panels: Sequence[Panel], view: View | None) -> Markup:
    links = (
        tag("a", panel.title, href=link(panel, {}), aria_current="page" if view and panel is view.panel else None)
        for panel in panels
    )
    return tag("nav", links, aria_label="Panels", class_="panels")


def _home(panels: Sequence[Panel]) -> Markup:
    cards = (
        tag(
            "li",
            tag("h3", tag("a", panel.title, href=link(panel, {}))),
            tag("p", panel.lead),
            tag("ul", (_entry(panel, lesson) for lesson in panel.lessons[:3]), class_="lessons"),
            class_="choice",
        )
        for panel in panels
    )
    return join(
        tag("h2", "What would you like to turn?"),
        tag("p", "Six benches for the parts of a network. Everything is computed on this machine as you turn it, and "
                 "the address always holds what is set: a lesson is a link.", class_="lead"),
        tag("ul", cards, class_="choices"),
    )  # fmt: skip


def _entry(panel: Panel, lesson: Lesson) -> Markup:
    return tag("li", tag("a", lesson.text, href=link(panel, lesson.query)))
