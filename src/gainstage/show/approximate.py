"""A constructed network on the terminal, as JSON, and as a page: its numbers, and the curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from gainstage.construct.drawing import Drawing, draw
from gainstage.construct.rates import Rate
from gainstage.construct.report import Construction, Report
from gainstage.show.chart import chart, ticks
from gainstage.show.console import Choice, Column, Page, Spans, Terminal, terminal
from gainstage.show.html import document
from gainstage.show.machine import finite
from gainstage.show.numbers import seconds
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.plot import add_plot

PLOT_COLUMNS, PLOT_ROWS = 72, 14
CHART_POINTS = 481
LABEL = 20
MARGIN = 14  # cells beside the plot, for the values along its side
SURE = {
    "certified": ("certified by ball arithmetic on the whole domain", "good"),
    "modulus": ("proved from the modulus of continuity that was given", "good"),
    "sampled": ("seen at the points looked at; between them nothing is proved", "warning-row"),
}
WORDS = {
    "towers": ("towers", "equal-width towers"),
    "polyline": ("straight pieces", "equal-width pieces"),
    "products": ("cells", "cells of equal width"),
    "collocation": ("nodes", ""),
}


def write(built: Construction, rates: Sequence[Rate] | None, stream: TextIO, color: Choice = "auto") -> None:
    """Print the construction to ``stream``, in the width, colours and characters that it can show."""
    stream.write(render(built, rates, terminal(stream, color)))


def render(built: Construction, rates: Sequence[Rate] | None, able: Terminal) -> str:
    """What was built and how sure its error is, the two curves, and the rates where they were asked for."""
    page, report = Page(able), built.report
    page.paragraph((report.function, "strong"), (f"  on {_domain(report)}", "dim"))
    page.blank()
    for name, value in rows(report):
        page.labelled((name, "dim"), value, width=LABEL, indent=2)
    page.blank()
    drawn = draw(built, 2 * min(able.width - MARGIN, PLOT_COLUMNS))
    _add_curves(page, drawn)
    if rates:
        page.blank()
        _add_rates(page, rates)
    return page.render()


def rows(report: Report) -> list[tuple[str, Spans]]:
    """The table's rows: a name, and its value as text with roles."""
    pieces, equal = WORDS[report.construction]
    sure, role = SURE[report.proof]
    label = "error at most" if report.proof != "sampled" else "error"
    hidden = " + ".join(f"{count:,}" for count in report.units)
    found: list[tuple[str, Spans]] = [
        (label, [(f"{report.bound:.4g}", "strong"), (f"  {sure}", role)]),
        ("asked for", [(f"{report.tolerance:g}", "")]),
        ("measured", [(f"{report.measured_error:.4g}", ""), (f"  at {report.points:,} points", "dim")]),
        ("units", [(f"{hidden} {report.unit}", "strong"), (f"  {report.pieces:,} {pieces}, {report.dtype}", "dim")]),
    ]
    if report.equal_width is not None:
        found.append((equal, [(f"{report.equal_width:,}", ""), ("  would have been needed", "dim")]))
    rounding = [(f"{report.rounding:.2g}", ""), (f"  at most, of the bound, by arithmetic in {report.dtype}", "dim")]
    took = f"{seconds(report.build_seconds)} to build, {seconds(report.proof_seconds)} to check"
    return [
        *found,
        ("largest weight", [(f"{report.largest_weight:.4g}", "")]),
        ("rounding", rounding),
        ("time", [(took, "")]),
    ]


def _domain(report: Report) -> str:
    return " × ".join(f"[{low:g}, {high:g}]" for low, high in report.domain)


def _add_curves(page: Page, drawn: Drawing) -> None:
    curves = [(drawn.network, "warning-row"), (drawn.function, "meter")]
    labels = _labels(drawn.window)
    add_plot(page, drawn.x, curves, drawn.window, (len(drawn.x) // 2, PLOT_ROWS), labels=labels)
    page.paragraph(
        ("the function", "meter"), (" and ", "dim"), ("the network", "warning-row"), (drawn.says, "dim"), indent=2
    )


def _labels(window: tuple[float, float]) -> list[str]:
    """What stands in front of the rows: a round value where one lies, else blanks."""
    low, high = window
    height = (high - low) / PLOT_ROWS
    texts = [""] * PLOT_ROWS
    for value in ticks(low, high):
        texts[min(PLOT_ROWS - 1, int((high - value) / height))] = f"{value:g}"
    width = max(len(text) for text in texts)
    return [f"{text:>{width}} " for text in texts]


def _add_rates(page: Page, rates: Sequence[Rate]) -> None:
    for rate in rates:
        fitted = "none to fit" if rate.exponent is None else f"n^{rate.exponent:.2f}"
        page.paragraph((rate.placement, "strong"), (f": error ~ {fitted}, theory n^{rate.theory:.0f}", ""), indent=2)
        cells = [
            [[(f"{count:,}", "")], [(f"{error:.3g}", "")]]
            for count, error in zip(rate.pieces, rate.errors, strict=True)
        ]
        page.table([Column("pieces", right=True), Column("error", right=True)], cells, indent=4)


def approximate_json(built: Construction, rates: Sequence[Rate] | None) -> dict[str, Any]:
    """The report as a JSON-ready document with the schema ``gainstage.approximate/1``."""
    report = asdict(built.report)
    report["parameters"] = built.report.parameters
    return finite(
        {
            "schema": "gainstage.approximate/1",
            **report,
            "layers": [{"outputs": len(layer.bias), "inputs": layer.weight.shape[1]} for layer in built.network.layers],
            "rates": [asdict(rate) for rate in rates or ()],
        }
    )


def page(built: Construction, rates: Sequence[Rate] | None) -> str:
    """The same as an HTML document that stands alone."""
    report, drawn = built.report, draw(built, CHART_POINTS)
    lines = (tag("tr", tag("th", name, scope="row"), tag("td", _plain(value))) for name, value in rows(report))
    head = [tag("h2", report.function, class_="command"), tag("p", f"on {_domain(report)}"), tag("table", lines)]
    limit = [report.tolerance] * len(drawn.x)
    curves = {"function": drawn.function, "network": drawn.network}
    errors = {"error": drawn.error, "tolerance": limit, "−tolerance": [-value for value in limit]}
    charts = [
        chart(f"Function and network{drawn.says}", drawn.axis, "value", drawn.x, curves),
        chart(f"Network minus function{drawn.says}", drawn.axis, "error", drawn.x, errors),
        *(_rate(rate) for rate in rates or () if rate.errors and min(rate.errors) > 0),
    ]
    return document(join([*head, *map(Markup, charts)]), f"{report.function} · gainstage approximate")


def _rate(rate: Rate) -> str:
    fitted = "" if rate.exponent is None else f": n^{rate.exponent:.2f}, theory n^{rate.theory:.0f}"
    title = f"Error against pieces, {rate.placement}{fitted}"
    return chart(title, "pieces", "error", rate.pieces, {"error": rate.errors}, log_x=True, log_y=True)


def _plain(spans: Spans) -> str:
    return "".join(text for text, _ in spans)
