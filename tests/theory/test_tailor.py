"""Tailored activations against published parameters, and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gainstage.errors import GainstageError
from gainstage.functions import get
from gainstage.theory.gaussian import moments
from gainstage.theory.roots import between
from gainstage.theory.tailor import tailor


def resnet_101(slope: float) -> float:
    """Steepest subnetwork of the modified ResNet-101 of Martens et al., shortcut weight 0.6, for one layer's slope."""
    shortcut, whole = 0.6**2, 1.0
    for blocks in (3, 4, 23, 3):
        for block in range(blocks):
            passed = slope * whole if block == 0 else whole
            whole = shortcut * passed + (1 - shortcut) * slope**3 * whole
    return max(slope * whole, slope**3)


LOCAL = between(lambda slope: resnet_101(slope) - 1.2, 1.0001, 1.1, resnet_101(1.0001) - 1.2, resnet_101(1.1) - 1.2)
# Input scale and shift, output scale and shift, from the tests of DeepMind's dks 0.1.2 (whose solver stops at 1e-8,
# and for ReLU integrates across the kink).
PUBLISHED = {
    "softplus": (0.18761008168, 0.40688063442, 8.87867254367, -0.92134661511),
    "tanh": (0.07461073058, 0.55669151999, 18.00263596444, -0.50343787687),
    "gelu": (0.07043253127, 0.25948929793, 20.21158902316, -0.15815378962),
    "gelu_tanh": (0.07036271496, 0.25868372486, 20.24957330519, -0.15758328114),
    "relu": (0.36853600467, 1.0, 2.72172998876, -1.00037385855),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_parameters(name: str) -> None:
    found = tailor(name, slope=LOCAL)
    numbers = (found.input_scale, found.input_shift, found.output_scale, found.output_shift)
    assert numbers == pytest.approx(PUBLISHED[name], rel=5e-5 if name == "relu" else 5e-8)


@pytest.mark.parametrize("name", ["silu", "mish", "sigmoid", "elu", "tanh"])
def test_the_fixed_point_no_longer_repels(name: str) -> None:
    found = moments(tailor(name, depth=30).tailored())
    assert found.mean == pytest.approx(0.0, abs=1e-12)
    assert found.second == pytest.approx(1.0, rel=1e-10)
    assert found.slope == pytest.approx(1.0, abs=1e-9)
    assert found.transmission == pytest.approx(1.5 ** (1 / 30), rel=1e-9)


def test_deviations_die_out_where_that_is_asked_for() -> None:
    assert moments(tailor("silu", depth=30, variance_slope=0.99).tailored()).slope == pytest.approx(0.99)


def test_the_tailored_derivative_is_its_values() -> None:
    whole, step = tailor("gelu", depth=20).tailored(), 1e-5
    x = np.linspace(-3, 3, 7)
    steep = (whole.value(x + step) - whole.value(x - step)) / (2 * step)
    assert whole.derivative(x) == pytest.approx(steep, rel=1e-7)


def test_what_cannot_be_tailored_says_so() -> None:
    with pytest.raises(GainstageError, match="no input scale and shift"):
        tailor(get("linear"))
    with pytest.raises(GainstageError, match="above 1"):
        tailor("tanh", slope=1.0)
    assert math.isfinite(tailor("tanh").input_scale)
