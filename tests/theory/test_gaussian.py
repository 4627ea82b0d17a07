"""Moments against closed forms, shifts and scales; gains against sampled networks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.theory import gains
from gainstage.theory.gaussian import expectation, moments

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
    pre = rng.normal(0, offset, (1, 2000)) + rng.normal(0, signal, (2000, 2000))
    sampled = math.sqrt(function.value(pre).var(axis=0).mean())
    assert gains.expected_signal(function, signal, offset) == pytest.approx(sampled, rel=0.03)
    slope = float((function.derivative(pre) ** 2).mean())
    assert gains.expected_transmission(function, signal, offset) == pytest.approx(slope, rel=0.05)


def test_a_distribution_must_be_one() -> None:
    with pytest.raises(ValueError, match="std"):
        moments(functions.get("relu"), 0.0, -1.0)
    assert moments(functions.get("relu"), 2.0, 0.0).mean == 2.0
