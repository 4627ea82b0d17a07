"""The top of a run's page: what ran, the verdict, and the four numbers one looks at first."""

from __future__ import annotations

import math
import shlex
from datetime import datetime, timezone

from gainstage.diagnose.rule import number
from gainstage.record.course import Course
from gainstage.show import numbers
from gainstage.show.ladder import MARKS
from gainstage.show.page.loss import axis, place
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.report import Report, near
from gainstage.show.sentences import OUTCOMES, counts, headline, healthy, typeset
from gainstage.show.sheet import Sheet

SPARK = 34.0


def verdict(key: str, sheet: Sheet) -> Markup:
    """What ran, what is wrong with it, and the key figures."""
    report = sheet.report
    finding = headline(report)
    kind = finding.severity if finding else "good"
    mark, word = (MARKS[finding.severity], finding.severity) if finding else ("✓", "healthy")
    sentence = typeset(finding.text) if finding else healthy(report)
    return join(
        tag("h2", _command(report), id=f"{key}-name", class_="command"),
        tag("p", _facts(report), class_="quiet facts-line"),
        tag("p", report.script.error, class_="exception") if report.script.error else None,
        tag(
            "div",
            tag("p", tag("span", mark, aria_hidden="true"), f" {word}", class_=f"stamp {kind}"),
            tag("p", sentence, class_="sentence"),
            tag("p", counts(report), class_="quiet"),
            class_=f"verdict {kind}",
        ),
        _tiles(sheet),
    )


def _command(report: Report) -> str:
    return shlex.join(report.script.argv) or report.script.name or "a run in memory"


def _facts(report: Report) -> str:
    script, seen = report.script, report.observed
    ending = OUTCOMES.get(script.outcome, script.outcome)
    code = f" (exit code {script.exit_code})" if script.exit_code else ""
    facts = [f"{ending}{code}"]
    if math.isfinite(script.started) and 0 < script.started < 1e11:
        facts.append(datetime.fromtimestamp(script.started, timezone.utc).strftime("%Y-%m-%d %H:%M UTC"))
    if not math.isnan(seen.seconds):
        facts.append(numbers.seconds(seen.seconds))
    facts.append(f"{seen.steps:,} steps")
    if script.path:
        facts.append(near(script.path))
    return " · ".join(facts)


def _tiles(sheet: Sheet) -> Markup:
    seen, summary = sheet.report.observed, sheet.summary
    if not sheet.report.stages and math.isnan(seen.loss_start):
        return Markup("")
    falling = "falling" if seen.loss_decreasing else "not falling"
    several = len({rung.root for rung in sheet.report.stages}) > 1
    tiles = [
        _tile(
            "loss", change(seen.loss_start, seen.loss_end), falling if seen.sampled > 1 else "", _spark(sheet.courses)
        ),
        _tile(
            "signal at the last stage",
            f"{numbers.decibels(summary.signal_db, signed=True)} dB",
            "of what entered" if not several else "of what entered its network",
        ),
        _tile(
            "gradient at the first stage",
            f"{numbers.decibels(summary.gradient_db, signed=True)} dB",
            "of what left the output" if not several else "of its network's output",
        ),
        _tile("slowest update", numbers.ratio(summary.slowest_update), _at(summary.slowest)),
        _tile("dead units, at most", numbers.percent(summary.dead_share), _at(summary.deadest)),
    ]
    return tag("dl", tiles, class_="tiles")


def _tile(title: str, value: str, note: str, picture: Markup | None = None) -> Markup:
    return tag("div", tag("dt", title), tag("dd", value, class_="value"), tag("dd", note, picture, class_="quiet"))


def _at(stage: str) -> str:
    return f"in {stage}" if stage else ""


def change(start: float, end: float) -> str:
    """A loss at the start and at the end."""
    if math.isnan(start):
        return numbers.MISSING
    return f"{number(start)} → {number(end)}".replace("-", numbers.MINUS)


def _spark(courses: tuple[Course, ...]) -> Markup | None:
    if not courses or len(courses[0].points) < 3:
        return None
    points = courses[0].points
    last = max(1, points[-1][0])
    up = axis([value for _, value in points], 2.0, SPARK - 2)
    drawn = " ".join(f"{100 * step / last:.1f},{place(value, up):.1f}" for step, value in points)
    return tag(
        "svg",
        tag("polyline", points=drawn, class_="course c0"),
        viewBox=f"0 0 100 {SPARK:g}",
        preserveAspectRatio="none",
        class_="plot spark",
        aria_hidden="true",
    )


def looked(sheet: Sheet) -> Markup:
    """What was looked at, what it cost, under which versions, and the next command."""
    report = sheet.report
    seen, script = report.observed, report.script
    cost = ""
    if not math.isnan(seen.overhead):
        cost = f"; looking cost {numbers.percent(seen.overhead)} of {numbers.seconds(seen.seconds)}"
    first = f"{seen.sampled:,} of {seen.steps:,} steps, {seen.sites:,} sites, {seen.stages:,} stages{cost}."
    versions = ", ".join(f"{name} {version}" for name, version in script.versions.items())
    return join(
        tag("p", first),
        tag("ul", (tag("li", line) for line in seen.unseen)) if seen.unseen else None,
        tag("p", f"{versions} on {script.device}" if versions else "", class_="quiet"),
        tag("p", "Next: ", tag("code", report.next_command)),
    )
