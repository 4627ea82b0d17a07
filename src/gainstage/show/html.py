"""The page: one HTML document that needs nothing else, opens from a file, and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from gainstage import __version__
from gainstage.show.ladder import severities_of
from gainstage.show.page.chain import profile
from gainstage.show.page.compare import comparison
from gainstage.show.page.findings import findings
from gainstage.show.page.heat import heat
from gainstage.show.page.loss import loss
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.page.ranks import ranks
from gainstage.show.page.split import patterns, split
from gainstage.show.page.stages import stages
from gainstage.show.page.verdict import looked, verdict
from gainstage.show.sheet import Sheet

# What a stranger's text may do on the page: nothing. No address is ever asked for anything.
NOWHERE = "default-src 'none'; base-uri 'none'; form-action 'none'"


@cache
def resource(name: str) -> str:
    """A file of the page: ``style.css`` or ``script.js``."""
    return files("gainstage.show.page").joinpath(name).read_text(encoding="utf-8")


@cache
def policy(*more: str) -> str:
    """The page's Content-Security-Policy: its own style and script, known by their digests, and ``more``."""
    style, script = (_digest(resource(name)) for name in ("style.css", "script.js"))
    return "; ".join([NOWHERE, f"style-src {style}", f"script-src {script}", *more])


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def render(sheets: Sequence[Sheet]) -> str:
    """One or several runs side by side as a document that stands alone.

    Args:
        sheets: what to show, from :func:`gainstage.show.sheet.sheet`.
    """
    return document(layout(parts(sheets)), title(sheets), meta=policy())


def title(sheets: Sequence[Sheet]) -> str:
    """The document's title."""
    return f"{', '.join(sheet.report.script.name or 'run' for sheet in sheets)} · gainstage"


def document(main: Markup, title: str, *, meta: str = "", events: str = "") -> str:
    """The frame around the parts; ``events`` is where a live page hears of changes, "" for a page that stands still."""
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=meta) if meta else None,
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Markup(resource("style.css"))),
    )
    body = tag(
        "body",
        patterns(),
        tag("a", "Skip to the verdict", href="#main", class_="skip"),
        tag("header", wordmark(), tag("p", class_="pulse", id="pulse", role="status"), class_="top"),
        tag("main", main, id="main", tabindex=-1),
        tag("footer", tag("p", f"Made by gainstage {__version__} on this machine; nothing was sent anywhere.")),
        tag("script", Markup(resource("script.js"))),
        class_="gainstage page",
        data_events=events or None,
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>{body}</html>\n'


Parts = dict[str, Markup]  # a page's sections by key, in order


def parts(sheets: Sequence[Sheet]) -> dict[str, Parts]:
    """The page's sections, of each run apart; what compares several runs stands under ""."""
    made = {"": {"compare": comparison("compare", sheets)}} if len(sheets) > 1 else {}
    return {**made, **{f"run{number}": run(f"run{number}", sheet) for number, sheet in enumerate(sheets, start=1)}}


def layout(made: Mapping[str, Parts]) -> Markup:
    """The sections in their places: what compares on top, the runs below it, side by side."""
    runs = {key: sections for key, sections in made.items() if key}
    articles = (
        tag("article", join(sections.values()), class_="run", aria_labelledby=f"{key}-name")
        for key, sections in runs.items()
    )
    return join(made.get("", {}).values(), tag("div", articles, class_="runs side" if len(runs) > 1 else "runs"))


def run(key: str, sheet: Sheet) -> Parts:
    """One run's parts by key, in order."""
    report = sheet.report
    severities = severities_of(report)
    made = {f"{key}-verdict": verdict(key, sheet)}
    if report.stages:
        made[f"{key}-chain"] = join(
            tag("h2", "The chain"),
            profile(f"{key}-levels", report.stages, severities),
            split(f"{key}-split", report.stages),
        )
    if report.ranks:
        made[f"{key}-ranks"] = join(tag("h2", "Ranks"), ranks(report))
    made[f"{key}-findings"] = join(tag("h2", "Findings"), findings(f"{key}-finding", sheet))
    if report.stages:
        made[f"{key}-stages"] = join(tag("h2", "Stages"), stages(f"{key}-ladder", report, severities))
    if sheet.courses:
        made[f"{key}-loss"] = join(tag("h2", "Loss"), loss(f"{key}-course", sheet.courses, report.findings))
    if sheet.maps:
        maps = (heat(f"{key}-{map_.name.replace('_', '-')}", map_, report.stages) for map_ in sheet.maps)
        made[f"{key}-maps"] = join(tag("h2", "Over time"), maps)
    made[f"{key}-looked"] = join(tag("h2", "What was looked at"), looked(sheet))
    return {name: tag("section", content, data_part=name) for name, content in made.items()}


def wordmark() -> Markup:
    """The name with its picture: a chain in which a signal falls."""
    bars = (tag("rect", x=4 + 7 * n, y=22 - h, width=5, height=h, rx=1) for n, h in enumerate((18, 13, 9, 6, 4)))
    return tag(
        "h1",
        tag("svg", bars, viewBox="0 0 42 26", width=34, height=21, class_="logo", aria_hidden="true"),
        tag("span", "gainstage"),
        class_="wordmark",
    )
