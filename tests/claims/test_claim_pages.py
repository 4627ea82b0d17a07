"""The page and its figures are made from what was computed, and what was computed is what is computed now."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.claims import CLAIMS, judge
from gainstage.show.chart import chart, decades, ticks
from gainstage.show.claim_pages import page, pictures

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "benchmarks" / "results" / "claims.json").read_text(encoding="utf-8"))
WRITTEN = {row["id"]: row for row in RESULTS["claims"]}


def test_every_claim_is_in_the_results_as_it_is_made() -> None:
    assert {name: one.statement for name, one in CLAIMS.items()} == {n: r["statement"] for n, r in WRITTEN.items()}


@pytest.mark.parametrize("name", [name for name, one in CLAIMS.items() if one.experiment is None])
def test_what_was_computed_is_computed_again(name: str) -> None:
    verdict = judge(CLAIMS[name])
    assert (verdict.verdict, verdict.proof) == (WRITTEN[name]["verdict"], WRITTEN[name]["proof"])


def test_the_page_tells_every_claim_with_its_evidence() -> None:
    text = page(RESULTS)
    for name, row in WRITTEN.items():
        assert f"| [{name}](#{name}) |" in text and f"\n## {name}\n" in text
        assert all(part["text"] in text for part in row["evidence"]["parts"])
    for name in pictures(RESULTS):
        assert f"(figures/{name}.svg)" in text


def test_figures_are_well_formed_and_draw_every_line() -> None:
    drawn = pictures(RESULTS)
    assert len(drawn) >= 4
    for name, text in drawn.items():
        root = ElementTree.fromstring(text)
        lines = root.findall("{http://www.w3.org/2000/svg}polyline")
        (curves,) = [p["curves"] for p in WRITTEN[name]["evidence"]["parts"] if p["curves"]]
        assert len(lines) == 2 * len(curves["lines"])  # each once in the plot, once in the legend


def test_labels_are_escaped() -> None:
    text = chart("<b>&", "x", "y", [1, 2], {"</text><script>": [1, 2]})
    assert "<script>" not in text and "<b>" not in text
    ElementTree.fromstring(text)


@given(low=st.floats(-1e6, 1e6), size=st.floats(1e-3, 1e6))
def test_ticks_lie_within_and_are_as_many_as_can_be_read(low: float, size: float) -> None:
    found = ticks(low, low + size)
    assert 1 <= len(found) <= 11
    assert all(low - 1e-6 * size <= value <= low + size * (1 + 1e-6) for value in found)


def test_a_logarithmic_axis_is_marked_with_ones_twos_and_fives() -> None:
    assert decades(0.0, 1.0) == [1, 2, 5, 10]
    assert decades(-2.0, -1.2) == pytest.approx([0.01, 0.02, 0.05])
    assert decades(-3.0, 3.0) == pytest.approx([1e-3, 1e-2, 0.1, 1, 10, 100, 1000])


def test_higher_values_lie_higher_up() -> None:
    root = ElementTree.fromstring(chart("t", "x", "y", [1, 10, 100], {"a": [1, 10, 100]}, log_x=True, log_y=True))
    line = root.findall("{http://www.w3.org/2000/svg}polyline")[0].attrib["points"]
    points = [tuple(map(float, point.split(","))) for point in line.split()]
    (x0, y0), (x1, y1), (x2, y2) = points
    assert x0 < x1 < x2 and y0 > y1 > y2
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2) and y0 - y1 == pytest.approx(y1 - y2, abs=0.2)
