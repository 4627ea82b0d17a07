"""The comparison as a page and in notebooks: who is best, by how much, at what cost, and what was dropped."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

from gainstage.comparison.answer import Comparison, Row
from gainstage.show import numbers
from gainstage.show.chart import Axis
from gainstage.show.compare import answer, cost, effect, out, rate, risk, steps
from gainstage.show.html import document, policy
from gainstage.show.page.markup import Markup, join, tag

HEIGHT, MIDDLE = 18, 9  # of a row's picture, in pixels
RANKING = ("candidate", "its learning rate", "mean", "against the best, 95 %", "", "P(best)", "steps to the target")
COSTS = ("candidate", "ms a step", "memory", "dead", "saturated", "zeros", "findings")


def page(found: Comparison) -> str:
    """One file that needs nothing else."""
    return document(comparison(found), f"{shlex.join(found.command)} · gainstage compare", meta=policy())


def comparison(found: Comparison) -> Markup:
    """The answer first, then the ranking, the costs, who was dropped, and what that risked."""
    ranked = [row for row in found.rows if row.best.dropped is None]
    facts = f"{len(found.rows)} candidates, each at its own learning rate, {found.seeds} seeds"
    return join(
        tag("h2", shlex.join(found.command), class_="command"),
        tag("p", facts, class_="facts-line"),
        tag("section", tag("p", "The answer", class_="stamp good"), tag("p", answer(found), class_="sentence"),
            class_="verdict good"),
        [tag("p", note, class_="note") for note in found.notes],
        tag("h2", "Ranking"),
        _table("Ranking", RANKING, [_ranked(row, _scale(ranked)) for row in ranked]),
        tag("p", _target(found), class_="quiet") if math.isfinite(found.target) else None,
        tag("h2", "What each costs"),
        _table("What each costs", COSTS, [_cost(row) for row in found.rows]),
        _out_of_it(found),
        tag("p", risk(found), class_="quiet"),
        tag("p", cost(found), class_="quiet"),
    )  # fmt: skip


def _out_of_it(found: Comparison) -> Markup:
    """Who was dropped on the way, and who could not take part."""
    told = [(row.arm.name, out(row.best)) for row in found.rows if row.best.dropped is not None]
    told += [(one.arm.name, f"not compared: {one.why}") for one in found.left]
    if not told:
        return join()
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", why)) for name, why in told]
    return join(tag("h2", "Dropped on the way"), _table("Dropped on the way", ("candidate", "why"), rows))


def _table(title: str, header: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = tag("tr", (tag("th", name, scope="col") if name else tag("td") for name in header))
    table = tag("table", tag("caption", title, class_="unseen"), tag("thead", head), tag("tbody", rows))
    return tag("div", table, class_="scroll", tabindex=0, role="group", aria_label=title)


def _ranked(row: Row, scale: Axis | None) -> Markup:
    best = row.best
    return tag(
        "tr",
        tag("th", ("= " if row.tied else "") + row.arm.name, scope="row"),
        *(tag("td", text) for text in (rate(best), numbers.number(best.mean), effect(best.against))),
        tag("td", _interval(row, scale) if scale is not None else None),
        *(tag("td", text) for text in (numbers.percent(row.share), steps(best.reached))),
    )


def _scale(rows: Sequence[Row]) -> Axis | None:
    """One scale for all intervals; the best itself stands at no difference."""
    known = [row.best.against for row in rows if row.best.against is not None]
    ends = [end for one in known for end in (one.low, one.high) if math.isfinite(end)]
    if not ends:
        return None
    same = 1.0 if known[0].scale == "ratio" else 0.0
    return Axis(min([same, *ends]), max([same, *ends]), 2.0, 98.0)


def _interval(row: Row, scale: Axis) -> Markup:
    """The interval as a bar about its middle, and a line where there is no difference; its numbers stand before it."""
    against = row.best.against
    same = scale.pixel(1.0 if against is None or against.scale == "ratio" else 0.0)
    parts = [tag("line", x1=f"{same:.1f}%", x2=f"{same:.1f}%", y1=0, y2=HEIGHT, class_="zero")]
    if against is not None and all(map(math.isfinite, (against.low, against.mean, against.high))):
        low, mean, high = (scale.pixel(value) for value in (against.low, against.mean, against.high))
        parts.append(tag("line", x1=f"{low:.1f}%", x2=f"{high:.1f}%", y1=MIDDLE, y2=MIDDLE, class_="bar info"))
        parts.append(tag("circle", cx=f"{mean:.1f}%", cy=MIDDLE, r=4, class_="dot"))
    return tag("svg", parts, width="100%", height=HEIGHT, class_="plot", aria_hidden="true")


def _cost(row: Row) -> Markup:
    best, facts = row.best, row.best.facts
    shares = (facts.dead, facts.saturated, facts.sparsity) if facts is not None else (math.nan,) * 3
    pace = f"{1000 * best.step_seconds:.2g}" if math.isfinite(best.step_seconds) else numbers.MISSING
    found = ", ".join(facts.findings) if facts is not None else numbers.MISSING
    values = (pace, f"{best.memory / 2**20:,.0f} MiB", *map(numbers.percent, shares), found)
    return tag("tr", tag("th", row.arm.name, scope="row"), (tag("td", value) for value in values))


def _target(found: Comparison) -> str:
    return f"Target: a training loss of {numbers.number(found.target)}, which the last of these ends with."
