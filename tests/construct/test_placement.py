"""Where towers and straight pieces end: within the tolerance, and no more of them than needed."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.construct.placement import (
    Samples,
    chord_error,
    equal_pieces,
    equal_towers,
    look,
    polyline,
    stair_error,
    stairs,
)
from gainstage.construct.target import target
from gainstage.functions.function import Array

values = st.lists(st.floats(-10, 10), min_size=3, max_size=60)
tolerances = st.floats(0.05, 5)


def samples(y: list[float]) -> Samples:
    return Samples(np.linspace(0.0, 1.0, len(y)), np.array(y))


@given(values, tolerances)
def test_towers_are_within_the_tolerance(y: list[float], tolerance: float) -> None:
    graph = samples(y)
    found = stairs(graph, tolerance)
    x = np.linspace(0.0, 1.0, 2003)
    between = np.abs(x[:, None] - found.edges).min(axis=1, initial=1.0) > 1e-9
    built = found.heights[np.searchsorted(found.edges, x)]
    assert np.all(np.abs(built - np.interp(x, graph.x, graph.y))[between] <= tolerance * (1 + 1e-9))


@given(values, tolerances)
def test_no_staircase_has_fewer_towers(y: list[float], tolerance: float) -> None:
    """Every tower but the last ends where the graph has gone through the whole band: greedy is optimal for one band."""
    graph = samples(y)
    found = stairs(graph, tolerance)
    fine = np.unique(np.concatenate([np.linspace(0, 1, 4001), graph.x, found.edges]))
    walls = [0.0, *found.edges.tolist()]
    for left, right in pairwise(walls):
        inside = fine[(fine >= left) & (fine <= right)]
        graph_there = np.interp(inside, graph.x, graph.y)
        assert np.ptp(graph_there) >= 2 * tolerance * (1 - 1e-6)


@given(values, tolerances)
def test_polylines_are_within_the_tolerance(y: list[float], tolerance: float) -> None:
    graph = samples(y)
    found = polyline(graph, tolerance)
    assert np.all(np.diff(found.x) > 0)
    x = np.union1d(graph.x, found.x)
    assert np.all(np.abs(np.interp(x, found.x, found.y) - np.interp(x, graph.x, graph.y)) <= tolerance * (1 + 1e-6))


def test_a_parabola_takes_the_fewest_pieces_there_can_be() -> None:
    """A chord of width h is off by h² f''/8 at most, half of it when shifted: h = 4 sqrt(tolerance / f'')."""
    tolerance = 1e-3
    found = polyline(look(target("x**2"), -1.0, 1.0, 40), tolerance)
    assert len(found.x) - 1 == math.ceil(2 / math.sqrt(8 * tolerance) - 0.02)


def test_flat_stretches_cost_nothing() -> None:
    graph = look(target("exp(-1000*(x - 1/2)**2)"), 0.0, 1.0)
    assert len(stairs(graph, 0.01).heights) * 10 < equal_towers(graph, 0.01)


@pytest.mark.parametrize(("error", "equal"), [(stair_error, equal_towers), (chord_error, equal_pieces)])
def test_equal_widths_are_the_fewest_that_do(error: object, equal: object) -> None:
    assert callable(error) and callable(equal)
    graph = look(target("sin(3*x)"), 0.0, 2.0)
    count = equal(graph, 0.01)
    assert error(graph, count) <= 0.01 < error(graph, count - 1)


def test_equal_towers_follow_the_steepest_slope() -> None:
    graph = look(target("sin(x)"), 0.0, 2.0)
    assert equal_towers(graph, 0.01) == pytest.approx(2.0 / 0.02, rel=0.02)


def test_samples_gather_where_the_function_changes() -> None:
    def share(x: Array) -> float:
        return float(np.mean(np.abs(x - 0.5) < 0.1))

    assert share(look(target("exp(-1000*(x - 1/2)**2)"), 0.0, 1.0).x) > 2 * share(np.linspace(0, 1, 5000))
