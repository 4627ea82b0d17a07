"""Closed forms against quadrature, and the sums that they are made of against values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.functions.function import Function
from gainstage.theory.closed import moments_of, pieces
from gainstage.theory.gaussian import expectation, moments
from gainstage.theory.sums import Sum, algebra

CLOSED = [name for name in functions.names() if pieces(functions.get(name))]


def test_everything_that_has_a_closed_form_is_recognised() -> None:
    expected = {"linear", "relu", "leaky_relu", "hardswish", "elu", "selu", "sin", "siren", "gcu", "exp", "square"}
    assert expected <= set(CLOSED)
    assert not {"tanh", "gelu", "silu", "softplus", "gaussian"} & set(CLOSED)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(CLOSED), st.floats(-2.0, 2.0), st.floats(0.2, 2.0))
def test_they_are_what_quadrature_finds(name: str, mean: float, std: float) -> None:
    function = functions.get(name)
    first, second, transmission, _ = moments_of(function, mean, std) or ()
    for exact, formula in (
        (first, function.value),
        (second, lambda x: function.value(x) ** 2),
        (transmission, lambda x: function.derivative(x) ** 2),
    ):
        found = expectation(formula, mean, std, function.kinks)
        # Where terms cancel, the closed form itself says how far it can be believed.
        assert exact.value == pytest.approx(found, rel=1e-11, abs=1e-15 * exact.size + 1e-13)


def test_where_terms_cancel_quadrature_is_believed() -> None:
    elu = functions.get("elu")
    exact = moments_of(elu, 0.0, 1e-3)
    assert exact is not None and exact[1].size > 1e5 * exact[1].value
    series = 0.5e-6 + 0.5 * (1e-6 - 2e-9 * math.sqrt(2 / math.pi) + 7 / 12 * 3e-12)
    assert moments(elu, 0.0, 1e-3).second == pytest.approx(series, rel=1e-8)


def test_waves_are_exact_at_any_spread() -> None:
    assert moments("sin", 0.0, 1e3).second == 0.5
    assert moments("siren", 0.0, 1e3).transmission == pytest.approx(450.0, rel=1e-15)
    q = 0.7
    assert moments("cos", 0.0, math.sqrt(q)).mean == pytest.approx(math.exp(-q / 2), rel=1e-15)


def test_a_users_function_of_the_same_name_is_not_taken_for_the_catalogues() -> None:
    other = Function("relu", np.abs, np.sign, (0.0,))
    assert pieces(other) == ()
    assert moments(other).second == pytest.approx(1.0)


@given(st.floats(-3, 3), st.floats(-2, 2), st.floats(0.1, 2))
def test_sums_compute_like_numbers(x: float, shift: float, rate: float) -> None:
    words, variable = algebra(), Sum.x()
    made = (variable * variable - shift) * words["exp"](rate * variable + shift) + 2 * words["sin"](rate * variable) / 3
    expected = (x * x - shift) * math.exp(rate * x + shift) + 2 * math.sin(rate * x) / 3
    found = sum(sum(c * x**n for n, c in enumerate(p)) * np.exp(k * x) for k, p in made.terms.items())
    assert found.real == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.imag == pytest.approx(0.0, abs=1e-9)
