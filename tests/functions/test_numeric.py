"""What is computed in float64 is what the formula says: against the same formula at 120 digits by sympy and mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mp

from gainstage import functions
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.symbols import X, spelled_out, symbolic
from gainstage.functions.numeric import SOUND_DERIVATIVES, SOUND_VALUES

SIZES = (1e-38, 1e-20, 1e-8, 1e-4, 0.01, 0.249, 0.251, 0.7, 1.3, 2.9, 3.1, 5.5, 9.3, 20.1, 88.8, 700.5, 1e4, 1e9, 3e38)
POINTS = [sign * size for size in SIZES for sign in (-1.0, 1.0)]
# Where f or f' passes through zero between the points, only the absolute error can be small.
ABSOLUTE = 4e-16
RELATIVE = 3e-13  # an exponent of 700 costs three digits


def reference(name: str, order: int) -> list[mpmath.mpf]:
    """The function or its derivative at ``POINTS``, by sympy's own functions and mpmath."""
    definition = DEFINITIONS[name]
    curve = Curve(definition, definition.settings({}))
    edges = [float(edge.low) for edge in curve.edges]
    pieces = [sympy.diff(spelled_out(symbolic(text, curve.decimals)), X, order) for text in definition.pieces]
    callables = [sympy.lambdify(X, piece, "mpmath") for piece in pieces]
    return [mpmath.mpf(callables[sum(point > edge for edge in edges)](mpmath.mpf(point))) for point in points(name)]


def points(name: str) -> list[float]:
    """Where to compare: mpmath gives up on an exponential of an exponential of 700."""
    return [point for point in POINTS if point < 100] if name in ("cloglog", "tanhexp") else POINTS


def check(name: str, found: np.ndarray, expected: list[mpmath.mpf], argument_error: float) -> None:
    for point, value, truth in zip(points(name), found, expected, strict=True):
        error = abs(mpmath.mpf(float(value)) - truth)
        # Beyond float64's range there is infinity; below 1e-100 the reference, 1 + erf, has no digits left itself.
        if abs(truth) > 1e300:
            assert abs(value) > 1e300, (name, point, value)
        elif abs(truth) > 1e-100:
            assert error <= RELATIVE * abs(truth) + ABSOLUTE + argument_error * abs(point), (name, point, value, truth)
        else:
            assert abs(value) <= 1e-99, (name, point, value, truth)


@pytest.mark.parametrize("name", functions.names())
def test_values_and_derivatives_keep_their_digits_over_float32(name: str) -> None:
    function = functions.get(name)
    with mp.workdps(120):
        # sin(30 x) of a large x is decided by the rounding of 30 x.
        rounding = 2e-16 * 30**2 if name == "siren" else 2e-16 if name == "snake" else 0.0
        check(name, function.value(np.array(points(name))), reference(name, 0), rounding)
        check(name, function.derivative(np.array(points(name))), reference(name, 1), rounding)


def test_the_forms_beside_the_formula_are_needed_and_equal() -> None:
    """A special form that the plain one equals everywhere has no reason to be."""
    from gainstage.functions.numeric import on_arrays
    from gainstage.functions.table import derivative_formula

    for name in (*SOUND_VALUES, *SOUND_DERIVATIVES):
        definition = DEFINITIONS[name]
        formula = definition.formula if name in SOUND_VALUES else derivative_formula(definition)
        plain = on_arrays(formula, definition.settings({}))
        sound = functions.get(name).value if name in SOUND_VALUES else functions.get(name).derivative
        x = np.array(POINTS)
        middle = np.abs(x) < 3
        np.testing.assert_allclose(plain(x)[middle], sound(x)[middle], rtol=1e-6, atol=1e-13)
        with np.errstate(all="ignore"):
            off = ~np.isclose(plain(x), sound(x), rtol=1e-9, atol=0)
        assert off.any(), name


@pytest.mark.parametrize("name", functions.names())
def test_nan_gives_nan(name: str) -> None:
    function = functions.get(name)
    assert np.isnan(function.value(np.array([np.nan, 1.0])))[0]
    assert np.isnan(function.derivative(np.array([np.nan]))).all()


@pytest.mark.parametrize("name", functions.names())
def test_no_finite_input_of_float32_gives_nan(name: str) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 20_000, dtype=np.uint32)
    x = np.concatenate([bits.view(np.float32), np.array([0.0, -0.0, 3.4028235e38, -3.4028235e38, 1e-45], np.float32)])
    x = x[np.isfinite(x)].astype(float)
    function = functions.get(name)
    assert not np.isnan(function.value(x)).any()
    assert not np.isnan(function.derivative(x)).any()
