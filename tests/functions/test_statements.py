"""What a card certifies holds at random points of float32."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.functions.card import Card

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
NEAR = st.floats(-12, 12, width=32)
POINTS = st.lists(st.one_of(FINITE, NEAR), min_size=2, max_size=60)
NAMES = st.sampled_from(functions.names())
ROUNDING = 1e-11  # of values in float64, sums of large numbers included


def evaluated(card: Card, points: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Sorted points that are not too large for the function's values, and the values."""
    assert card.function is not None
    x = np.unique(np.array(points, dtype=float))
    y = card.function.value(x)
    kept = np.abs(y) < 1e250
    return x[kept], y[kept]


@settings(max_examples=400, deadline=None)
@given(NAMES, POINTS)
def test_values_stay_in_the_range(name: str, points: list[float]) -> None:
    card = functions.card(name)
    _, y = evaluated(card, points)
    slack = ROUNDING * (1 + np.abs(y))
    assert (y >= card["range"]["low"] - slack).all() and (y <= card["range"]["high"] + slack).all()


@settings(max_examples=400, deadline=None)
@given(NAMES, POINTS)
def test_slopes_stay_in_the_derivatives_range(name: str, points: list[float]) -> None:
    card = functions.card(name)
    assert card.function is not None
    slope = card.function.derivative(np.array(points))
    slope = slope[np.isfinite(slope)]
    slack = ROUNDING * (1 + np.abs(slope))
    bounds = card["derivative_range"]
    assert (slope >= bounds["low"] - slack).all() and (slope <= bounds["high"] + slack).all()


@settings(max_examples=400, deadline=None)
@given(NAMES, POINTS)
def test_no_two_points_are_steeper_than_the_lipschitz_constant(name: str, points: list[float]) -> None:
    card = functions.card(name)
    x, y = evaluated(card, points)
    constant = card["lipschitz"]
    if math.isfinite(constant) and x.size > 1:
        rounding = ROUNDING * (np.abs(y[1:]) + np.abs(y[:-1]) + np.abs(x[1:]) + 1)
        assert (np.abs(np.diff(y)) <= constant * np.diff(x) + rounding).all()


@settings(max_examples=400, deadline=None)
@given(NAMES, POINTS)
def test_what_rises_never_falls(name: str, points: list[float]) -> None:
    card = functions.card(name)
    x, y = evaluated(card, points)
    way = card["monotonic"]
    if way != "no" and x.size > 1:
        steps = np.diff(y) * (1 if way == "increasing" else -1)
        assert (steps >= -ROUNDING * (1 + np.abs(y[1:]))).all()


@settings(max_examples=400, deadline=None)
@given(NAMES, POINTS, st.floats(0, 1))
def test_chords_of_a_convex_function_lie_above_it(name: str, points: list[float], share: float) -> None:
    card = functions.card(name)
    x, y = evaluated(card, points)
    if card["convexity"] == "neither" or x.size < 2:
        return
    assert card.function is not None
    between = share * x[1:] + (1 - share) * x[:-1]
    chord = share * y[1:] + (1 - share) * y[:-1]
    above = chord - card.function.value(between)
    slack = 1e-9 * (1 + np.abs(y[1:]) + np.abs(y[:-1]))
    if card["convexity"] in ("convex", "both"):
        assert (above >= -slack).all()
    if card["convexity"] in ("concave", "both"):
        assert (above <= slack).all()


@settings(max_examples=300, deadline=None)
@given(NAMES, NEAR, st.floats(0.01, 50))
def test_symmetry_and_homogeneity(name: str, x: float, factor: float) -> None:
    card = functions.card(name)
    assert card.function is not None
    edges = np.array(card.function.kinks)
    if (np.abs(np.abs(x) - np.abs(edges)) < 1e-6).any():
        return
    value, mirrored, scaled = card.function.value(np.array([x, -x, factor * x]))
    if card["symmetry"] in ("odd", "even"):
        assert mirrored == pytest.approx(-value if card["symmetry"] == "odd" else value, rel=1e-9, abs=1e-12)
    if card["homogeneity"] is not None:
        assert scaled == pytest.approx(factor ** card["homogeneity"] * value, rel=1e-9, abs=1e-12)


@settings(max_examples=300, deadline=None)
@given(NAMES, st.one_of(FINITE, NEAR))
def test_slopes_are_small_in_the_saturated_intervals_and_nowhere_else(name: str, x: float) -> None:
    card = functions.card(name)
    spans, bounds = card["saturation"], card["derivative_range"]
    if spans is None:
        return
    assert card.function is not None
    steepest = max(abs(bounds["low"]), abs(bounds["high"]))
    slope = abs(float(card.function.derivative(np.array([x]))[0]))
    inside = any(low + 1e-9 < x < high - 1e-9 for low, high in spans)
    outside = all(x < low - 1e-9 or x > high + 1e-9 for low, high in spans)
    if inside:
        assert slope <= 0.01 * steepest * (1 + 1e-6) + 1e-15
    elif outside:
        assert slope >= 0.01 * steepest * (1 - 1e-6)


@pytest.mark.parametrize("name", functions.names())
def test_asymptotes_and_limits_are_reached(name: str) -> None:
    card = functions.card(name)
    assert card.function is not None
    for side, x in (("minus_infinity", -1e7), ("plus_infinity", 1e7)):
        value = float(card.function.value(np.array([x]))[0])
        line, end = card["asymptotes"][side], card["limits"][side]
        if line is not None:
            assert value == pytest.approx(line["slope"] * x + line["intercept"], rel=1e-12, abs=1e-6)
        if end["kind"] == "finite":
            assert value == pytest.approx(end["value"], abs=1e-6)
        elif end["kind"] != "oscillates":
            assert abs(value) > 5 and (value > 0) == (end["kind"] == "+infinity")


@pytest.mark.parametrize("name", functions.names())
def test_smoothness_is_what_difference_quotients_show(name: str) -> None:
    """At every kink the first derivative that jumps is the one that the class names."""
    card = functions.card(name)
    smooth = card["smoothness"]
    assert card.function is not None
    if math.isinf(smooth) or smooth > 1:
        return
    graph = card.function.value if smooth == -1 else card.function.derivative
    near = np.array(card.function.kinks)
    jumps = np.abs(graph(near + 1e-7) - graph(near - 1e-7))
    assert (jumps.max() > 1e-3) == (smooth < 1)


def test_unknown_claims_nothing_and_numbers_are_near() -> None:
    for name in functions.names():
        for entry in functions.card(name).properties.values():
            assert entry.proof in ("certified", "numerical", "unknown")
            assert (entry.value is None) or entry.proof != "unknown"
            assert 0 <= entry.tolerance < 1e-10
