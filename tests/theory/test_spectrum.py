"""Singular values of random Jacobians: prediction against matrices, and what follows for isometry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gainstage.errors import GainstageError
from gainstage.theory.critical import critical_at
from gainstage.theory.spectrum import drawn_singular_values, jacobian


@pytest.mark.parametrize("weights", ["normal", "orthogonal"])
@pytest.mark.parametrize(("name", "q"), [("linear", 1.0), ("relu", 1.0), ("tanh", 0.3), ("hardtanh", 0.5)])
def test_prediction_is_what_wide_matrices_have(name: str, q: float, weights) -> None:
    point = critical_at(name, q)
    sigma_w = point.sigma_w if point else math.sqrt(2)
    expected = jacobian(name, sigma_w=sigma_w, q=q, depth=3, weights=weights)
    drawn = [
        drawn_singular_values(name, sigma_w=sigma_w, q=q, depth=3, width=200, weights=weights, seed=seed)
        for seed in range(8)
    ]
    means = np.array([values.mean() for values in drawn])
    spreads = np.array([values.var() / values.mean() ** 2 for values in drawn])
    for found, wanted in ((means, expected.mean), (spreads, expected.relative_variance)):
        error = found.std(ddof=1) / math.sqrt(len(found))
        # Three standard errors, and what width 200 is short of infinity.
        assert abs(found.mean() - wanted) <= 3 * error + 0.03 * max(wanted, 1e-9)


def test_relative_variances_add_up_over_depth() -> None:
    one, ten = (jacobian("tanh", sigma_w=1.2, q=0.4, depth=depth) for depth in (1, 10))
    assert ten.relative_variance == pytest.approx(10 * one.relative_variance)
    assert ten.mean == pytest.approx(one.mean**10)


def test_isometry_needs_orthogonal_weights_and_a_straight_function() -> None:
    """Pennington et al. 2017: orthogonal tanh near q = 0 is isometric, ReLU never is."""
    assert jacobian("linear", sigma_w=1.0, depth=100, weights="orthogonal").relative_variance == 0.0
    assert jacobian("relu", sigma_w=math.sqrt(2), depth=100, weights="orthogonal").relative_variance == pytest.approx(
        100
    )
    spreads = [
        jacobian("tanh", sigma_w=1.0, q=q, depth=100, weights="orthogonal").relative_variance for q in (1e-1, 1e-3)
    ]
    assert spreads[1] < 1e-3 < spreads[0]
    assert jacobian("linear", sigma_w=1.0, depth=100).relative_variance == pytest.approx(100)


def test_a_function_without_slope_passes_nothing() -> None:
    with pytest.raises(GainstageError, match="derivative is 0"):
        jacobian("binary_step", sigma_w=1.0, depth=2)
