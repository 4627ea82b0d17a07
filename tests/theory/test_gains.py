"""Gains: known ones, and whether the drift that they foretell happens."""

from __future__ import annotations

import math

import numpy as np
import pytest

import gainstage
from gainstage import functions
from gainstage.errors import GainstageError
from gainstage.theory.gains import Gain, gain
from gainstage.theory.simulate import simulate
from gainstage.theory.start import Start

# Slope of the variance map at 1, and what 50 layers make of a deviation; computed with other code.
REPELLING = {"silu": (1.173, 2870), "gelu": (1.144, 837), "mish": (1.076, 40), "hardswish": (1.224, 2.4e4)}


def test_the_gain_is_public() -> None:
    assert gainstage.gain("relu") == gain(functions.get("relu"))
    assert isinstance(gainstage.gain(np.tanh), Gain)


@pytest.mark.parametrize("name", REPELLING)
def test_fixed_points_that_repel(name: str) -> None:
    slope, grown = REPELLING[name]
    found = gain(name)
    assert found.stability == "repelling"
    assert found.slope == pytest.approx(slope, abs=6e-4)
    assert found.amplification(50) == pytest.approx(grown, rel=0.02)
    assert "stage_" in found.advice and "repels" in found.advice


@pytest.mark.parametrize("name", functions.names())
def test_every_function_has_a_gain_that_fits_its_card(name: str) -> None:
    found, card = gain(name), functions.card(name)
    assert found.forward == pytest.approx(card["gain"], rel=1e-13)
    assert found.backward == pytest.approx(card["backward_gain"], rel=1e-12)
    assert found.stability == card["fixed_point"]
    low, high = sorted((found.forward, found.backward))
    assert low <= found.balanced <= high * (1 + 1e-12)
    assert name in found.advice


def test_gains_scale_with_the_function() -> None:
    plain = gain("gelu")
    doubled = gain(lambda x: 2 * functions.get("gelu").value(x))
    assert (doubled.forward, doubled.backward) == pytest.approx((plain.forward / 2, plain.backward / 2), rel=1e-11)
    assert (doubled.slope, doubled.scatter) == pytest.approx((plain.slope, plain.scatter), rel=1e-9)


def test_gradients_beside_the_forward_gain() -> None:
    assert gain("relu").gradient_db == pytest.approx(0.0, abs=1e-12)
    assert gain("sigmoid").gradient_db == pytest.approx(-8.16, abs=0.01)
    assert gain("binary_step").gradient_db == -math.inf


@pytest.mark.parametrize("name", ["relu", "tanh", "elu", "mish"])
def test_drift_is_what_networks_of_finite_width_do(name: str) -> None:
    """To first order, so while it is small: relative scatter of the power behind 8 layers of 400 units."""
    found, depth, width, seeds = gain(name), 8, 200, 40
    measured = simulate(
        functions.get(name),
        Start("gain", found.forward, first_w=1.0),
        depth=depth,
        width=width,
        examples=2,
        seeds=seeds,
    )
    powers = measured.power[:, -1]
    # Two nearly parallel examples share their deviations; independent ones halve the variance at most.
    scatter, expected = powers.std(ddof=1) / powers.mean(), found.drift(depth, width)
    assert 0.5 * expected < scatter < 1.35 * expected


def test_functions_without_a_gain_say_so() -> None:
    with pytest.raises(GainstageError, match=r"has no gain: E f\(z\)\^2 is 0"):
        gain(lambda x: 0.0 * x)
    with pytest.raises(GainstageError, match="whole vector"):
        gain("softmax")
