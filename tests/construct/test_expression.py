"""Formulas that people type: what they may hold, what they mean, and that arrays and balls agree about it."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.exact.surface import Surface
from gainstage.construct.expression import number, parsed, variables
from gainstage.construct.target import target
from gainstage.functions.exact.intervals import Interval

FORMULAS = (
    "sin(3*x)*exp(-x/2)", "abs(x - 1/3)", "max(x, 0) - min(x, 1/2)", "x^2.5", "x**(1/3)", "2^x", "tan(x/2)",
    "cosh(x)/3", "asin(x/4)", "acos(x/4)", "sqrt(1 + x)", "log(2 + x)", "sigmoid(4*x)", "erf(x)", "e^x + pi",
    "sign(x - 1)", "floor(x)", "heaviside(x - 1)", "softplus(x)", "atan(5*x)", "1/(1 + 25*x^2)",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
@given(low=st.floats(0.01, 1.9), width=st.floats(1e-6, 1.0), share=st.floats(0, 1))
def test_boxes_enclose_what_arrays_compute(formula: str, low: float, width: float, share: float) -> None:
    wanted = target(formula)
    surface = Surface(wanted.expression, wanted.variables)
    high = low + width
    at = min(max(low + share * width, low), high)
    enclosed = surface.range([Interval(arb(low), arb(high))])
    value = float(wanted.value(np.array([at]))[0])
    assert float(enclosed.low.lower()) - 1e-9 <= value <= float(enclosed.high.upper()) + 1e-9


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "x.real", "(lambda: 1)()", "[x]", "x if x else 1", "'a'", "f'{x}'", "x == 1", "True",
     "sin(x, y)", "sin(u=x)", "exp(x)(x)", "", "x +", "x = 1", "max()", "x @ x", "foo(x)", "sin(x) + wibble*y"],
)  # fmt: skip
def test_nothing_but_arithmetic_is_accepted(text: str) -> None:
    with pytest.raises(CannotApproximate):
        variables(parsed(text))


def test_variables_are_x_y_z_or_the_only_name() -> None:
    assert variables(parsed("sin(t)")) == ("t",)
    assert variables(parsed("x*y")) == ("x", "y")
    assert variables(parsed("z")) == ("x", "y", "z")
    assert variables(parsed("3")) == ("x",)


def test_misspelled_functions_are_suggested() -> None:
    with pytest.raises(CannotApproximate, match="did you mean sqrt"):
        parsed("sqr(x)")


def test_numbers_may_be_formulas() -> None:
    assert number("2*pi") == pytest.approx(2 * np.pi)
    assert number("-e/2") == pytest.approx(-np.e / 2)
    with pytest.raises(CannotApproximate, match="no number"):
        number("x")
