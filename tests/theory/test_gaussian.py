"""Moments against closed forms, shifts and scales; gains against sampled networks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.errors import GainstageError
from gainstage.theory import gains
from gainstage.theory.gaussian import expectation, moments
from gainstage.theory.quadrature import Unresolved

SPREADS = st.floats(1e-3, 300.0)
MEANS = st.floats(-30.0, 30.0)
# Neither jumps, for which the identity needs another term, nor waves and e^x, which vary too fast for a wide spread.
WILD = ("exp", "sin", "siren", "cos", "gcu", "snake")
STEADY = [name for name in functions.names() if functions.card(name)["smoothness"] >= 0 and name not in WILD]


def _phi(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


@settings(max_examples=60, deadline=None)
@given(MEANS, SPREADS)
def test_relu_has_a_closed_form(mean: float, std: float) -> None:
    found = moments(functions.get("relu"), mean, std)
    z = mean / std
    assert found.transmission == pytest.approx(_cdf(z), rel=1e-10, abs=1e-14)
    assert found.mean == pytest.approx(mean * _cdf(z) + std * _phi(z), rel=1e-8, abs=1e-12 * std)


@settings(max_examples=60, deadline=None)
@given(MEANS, SPREADS)
def test_linear_keeps_mean_and_variance(mean: float, std: float) -> None:
    found = moments(functions.get("linear"), mean, std)
    assert found.mean == pytest.approx(mean, rel=1e-10, abs=1e-10 * std)
    assert found.second == pytest.approx(mean**2 + std**2, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(MEANS, st.floats(1e-3, 30.0))
def test_exp_has_a_closed_form(mean: float, std: float) -> None:
    short = std / 30
    found = moments(functions.get("exp"), mean / 10, short)
    assert found.mean == pytest.approx(math.exp(mean / 10 + short**2 / 2), rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(STEADY), MEANS, SPREADS)
def test_stein_identity(name: str, mean: float, std: float) -> None:
    """E f(x) (x - mean) = std^2 E f'(x) for continuous f: ties the value to the derivative."""
    function = functions.get(name)
    left = expectation(lambda x: function.value(x) * (x - mean), mean, std, function.kinks)
    right = std**2 * expectation(function.derivative, mean, std, function.kinks)
    assert left == pytest.approx(right, rel=1e-7, abs=1e-9 * std * (abs(mean) + std))


def test_gains_of_functions_whose_gain_is_known() -> None:
    assert gains.forward_gain(functions.get("relu")) == pytest.approx(math.sqrt(2), rel=1e-12)
    assert gains.forward_gain(functions.get("selu")) == pytest.approx(1.0, rel=1e-9)
    assert moments(functions.get("tanh")).second == pytest.approx(0.394294490397841174, rel=1e-12)
    assert moments(functions.get("silu")).second == pytest.approx(0.355775519817352156, rel=1e-12)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "gelu"])
@pytest.mark.parametrize(("signal", "offset"), [(1.0, 0.0), (0.3, 1.5), (6.0, 2.0)])
def test_expected_signal_is_what_a_sampled_layer_shows(name: str, signal: float, offset: float) -> None:
    function, rng = functions.get(name), np.random.default_rng(1)
    pre = rng.normal(0, offset, (1, 1500)) + rng.normal(0, signal, (400, 1500))
    sampled = math.sqrt(function.value(pre).var(axis=0).mean())
    assert gains.expected_signal(function, signal, offset) == pytest.approx(sampled, rel=0.03)
    slope = float((function.derivative(pre) ** 2).mean())
    assert gains.expected_transmission(function, signal, offset) == pytest.approx(slope, rel=0.05)


@pytest.mark.parametrize("name", functions.names())
def test_moments_have_certified_digits(name: str) -> None:
    """1e-12 is promised; ball arithmetic says how far it is kept."""
    found, card = moments(name), functions.card(name)
    certified = card["moments"]
    assert found.mean == pytest.approx(certified["mean"], abs=1e-14 * math.sqrt(found.second))
    assert found.second == pytest.approx(certified["second"], rel=1e-14)
    assert found.transmission == pytest.approx(certified["transmission"], rel=1e-14)
    assert found.slope == pytest.approx(
        card["variance_slope"] * found.second, rel=1e-13, abs=1e-13 * found.transmission
    )


@pytest.mark.parametrize("name", functions.names())
@pytest.mark.parametrize("std", [1e-6, 1e-3, 0.3, 30.0, 1e3])
def test_any_spread_has_finite_moments(name: str, std: float) -> None:
    found = moments(name, 0.0, std)
    if name == "exp" and std >= 30.0:
        assert found.second == math.inf
        return
    assert all(math.isfinite(value) for value in (found.mean, found.second, found.transmission, found.slope))
    assert found.second >= found.mean**2 * (1 - 1e-12)


def test_what_overflows_is_infinite() -> None:
    assert moments("exp", 0.0, 30.0).second == moments(np.exp, 0.0, 30.0).second == math.inf
    assert moments(np.exp, 0.0, 15.0).second == pytest.approx(math.exp(450.0), rel=1e-11)
    assert moments(lambda x: np.exp(x * x / 3)).second == math.inf


# Values alone: kinks, jumps and derivatives have to be found.
STRANGE = {
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": lambda x: np.tanh(x),
    "binary_step": lambda x: np.where(x < 0, 0.0, 1.0),
    "hardtanh": lambda x: np.clip(x, -1.0, 1.0),
    "hardshrink": lambda x: np.where(np.abs(x) <= 0.5, 0.0, x),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sin": lambda x: np.sin(x),
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("std", [0.3, 1.0, 7.0])
@pytest.mark.parametrize("mean", [0.0, 0.37])
def test_callables_are_as_exact_as_formulas(name: str, mean: float, std: float) -> None:
    found, known = moments(STRANGE[name], mean, std), moments(name, mean, std)
    assert found.mean == pytest.approx(known.mean, abs=1e-12 * math.sqrt(known.second))
    assert found.second == pytest.approx(known.second, rel=1e-12)
    assert found.transmission == pytest.approx(known.transmission, rel=1e-12, abs=1e-14)
    assert found.slope == pytest.approx(known.slope, rel=1e-11, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(STEADY), st.floats(-2, 2), st.floats(0.1, 3.0), st.floats(0.2, 5.0))
def test_a_scaled_input_is_a_scaled_distribution(name: str, mean: float, std: float, factor: float) -> None:
    plain = functions.get(name)
    kinks = tuple(kink / factor for kink in plain.kinks)
    scaled = functions.Function(
        "scaled", lambda x: plain.value(factor * x), lambda x: factor * plain.derivative(factor * x), kinks
    )
    found, known = moments(scaled, mean, std), moments(plain, factor * mean, factor * std)
    assert found.second == pytest.approx(known.second, rel=1e-11)
    assert found.transmission == pytest.approx(factor**2 * known.transmission, rel=1e-11)
    assert found.slope == pytest.approx(factor**2 * known.slope, rel=1e-9, abs=1e-10 * factor**2 * known.transmission)


@pytest.mark.parametrize("name", functions.names())
def test_the_slope_is_that_of_the_second_moment(name: str) -> None:
    step = 1e-4
    above, below = (moments(name, 0.2, math.sqrt(1.3 + side * step)).second for side in (1, -1))
    found = moments(name, 0.2, math.sqrt(1.3))
    assert found.slope == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-6 * max(1, found.transmission))


def test_erf_and_gelu_have_closed_forms_at_zero_mean() -> None:
    for q in (0.01, 0.5, 2.0, 50.0):
        turned = math.asin(2 * q / (1 + 2 * q))
        assert moments("erf", 0.0, math.sqrt(q)).second == pytest.approx(2 / math.pi * turned, rel=1e-12)
        slope = 4 / math.pi / math.sqrt(1 + 4 * q)
        assert moments("erf", 0.0, math.sqrt(q)).transmission == pytest.approx(slope, rel=1e-12)
        mean = q / math.sqrt(2 * math.pi * (1 + q))
        gelu = moments("gelu", 0.0, math.sqrt(q))
        assert gelu.mean == pytest.approx(mean, rel=1e-12)
        spread = q * math.asin(q / (1 + q)) + 2 * q * q / ((1 + q) * math.sqrt(1 + 2 * q))
        assert gelu.second == pytest.approx(q / 4 + spread / (2 * math.pi), rel=1e-12)


def test_a_function_that_cannot_be_followed_says_so() -> None:
    with pytest.raises(Unresolved, match="oscillates faster"):
        moments(lambda x: np.sin(x * x * 50), 0.0, 100.0)
    with pytest.raises(Unresolved, match="not a number at x = -"):
        moments(functions.Function("log", np.log, lambda x: 1 / x), 0.0, 1.0)


def test_names_cards_and_functions_mean_the_same() -> None:
    relu = functions.get("relu")
    assert moments("ReLU") == moments(relu) == moments(functions.card("relu"))
    with pytest.raises(GainstageError, match="whole vector"):
        moments("softmax")
    with pytest.raises(GainstageError, match="did you mean"):
        moments("gello")


def test_a_distribution_must_be_one() -> None:
    with pytest.raises(ValueError, match="std"):
        moments(functions.get("relu"), 0.0, -1.0)
    assert moments(functions.get("relu"), 2.0, 0.0).mean == 2.0
