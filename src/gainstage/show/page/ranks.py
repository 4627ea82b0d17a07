"""The ranks of a distributed run as a table on the page."""

from __future__ import annotations

from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.ranks import HEADERS, left_out, pointed, told, words
from gainstage.show.report import Report


def ranks(report: Report) -> Markup:
    """Each rank's own numbers, before anything was averaged; ranks that a finding names say so."""
    named = pointed(report)
    head = tag("tr", (tag("th", header, scope="col") for header in HEADERS))
    rows = []
    for state in told(report):
        first, *others = words(state)
        mark = tag("strong", " · see the findings") if state.rank in named else None
        rows.append(tag("tr", tag("th", first, mark, scope="row"), (tag("td", cell) for cell in others)))
    table = tag(
        "table",
        tag("caption", "The ranks, each by itself", class_="unseen"),
        tag("thead", head),
        tag("tbody", rows),
        class_="compared",
    )
    return join(
        tag("div", table, class_="scroll", tabindex=0, role="group", aria_label="The ranks in numbers"),
        tag("p", left_out(report), class_="quiet") if left_out(report) else None,
    )
