"""Runs, diagnoses, findings and functions' cards as a notebook shows them: HTML without a script."""

from __future__ import annotations

import hashlib
from functools import singledispatch

from gainstage.comparison.answer import Comparison
from gainstage.diagnose.engine import RULES, Diagnosis, diagnose
from gainstage.diagnose.finding import Finding
from gainstage.functions.card import Card
from gainstage.record.run import Run
from gainstage.show.compare_page import comparison
from gainstage.show.figure import figure
from gainstage.show.html import resource, run
from gainstage.show.page.figure import folded
from gainstage.show.page.findings import finding_card
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.page.split import patterns
from gainstage.show.pages import sections
from gainstage.show.properties import rows
from gainstage.show.sheet import sheet

SHOWN = ("verdict", "chain")  # of a run's parts; the others open on demand
TITLES = {
    "findings": "Findings",
    "stages": "Stages",
    "loss": "Loss",
    "maps": "Over time",
    "looked": "What was looked at",
}


@singledispatch
def html(thing: object) -> str:
    """``thing`` as HTML for a notebook; raises ``TypeError`` for what has no such form."""
    raise TypeError(f"no notebook form of {type(thing).__name__}")


@html.register
def _(run_: Run) -> str:
    return html(diagnose(run_))


@html.register
def _(diagnosis: Diagnosis) -> str:
    # The same run gives the same names, so that a notebook that is run again does not differ; two runs never share one.
    about = f"{diagnosis.run.info.identifier}{diagnosis.run.sampled}"
    key = f"g{hashlib.sha256(about.encode()).hexdigest()[:10]}"
    parts = {name.removeprefix(f"{key}-"): part for name, part in run(key, sheet(diagnosis)).items()}
    kept = [parts[name] for name in SHOWN if name in parts]
    other = [folded(TITLES[name], part, key=f"{key}-{name}") for name, part in parts.items() if name not in SHOWN]
    return _framed(*kept, *other)


@html.register
def _(finding: Finding) -> str:
    pages = {finding.code: sections(RULES[finding.code])} if finding.code in RULES else {}
    key = f"f{hashlib.sha256(repr((finding.code, finding.text)).encode()).hexdigest()[:10]}"
    return _framed(finding_card(key, finding, pages, {}, whole=True))


@html.register
def _(card: Card) -> str:
    lines = [("f(x)", card.formula), ("f′(x)", card.derivative), *((f"{k} is", v) for k, v in card.where.items())]
    lines += [(name, f"{value:g}: {card.meanings.get(name, '')}") for name, value in card.parameters.items()]
    told = [
        (label, value, entry.proof)
        for name, entry in card.properties.items()
        for label, value, entry in rows(name, entry)
    ]
    definition = tag(
        "table", tag("tbody", (tag("tr", tag("th", a, scope="row"), tag("td", tag("code", b))) for a, b in lines))
    )
    properties = tag(
        "table",
        tag("thead", tag("tr", (tag("th", title, scope="col") for title in ("property", "value", "proof")))),
        tag("tbody", (tag("tr", tag("th", a, scope="row"), tag("td", b), tag("td", c)) for a, b, c in told)),
    )
    return _framed(
        tag("h3", f"{card.name}: {card.title}"),
        tag("p", f"{card.reference}. {card.note}".strip(), class_="quiet"),
        definition,
        Markup(figure(card)),
        folded("Properties", properties, key=f"{card.name}-properties"),
    )


@html.register
def _(found: Comparison) -> str:
    return _framed(comparison(found))


def _framed(*content: Markup) -> str:
    return tag(
        "div", tag("style", Markup(resource("style.css"))), patterns(), join(content), class_="gainstage notebook"
    )
