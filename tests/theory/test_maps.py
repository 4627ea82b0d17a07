"""Mean-field maps against numbers derived with other code, against each other, and against invariances."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.errors import GainstageError
from gainstage.functions import get
from gainstage.theory.critical import critical, critical_at, critical_points
from gainstage.theory.depth import depth_scales
from gainstage.theory.maps import CorrelationMap, VarianceMap

# tanh, sigma_b^2 = 0.05: sigma_w^2, q*, chi_1, c*, xi_c, xi_q, xi of the gradient, as the equations of Schoenholz et
# al. (2017) give them; computed with other code.
SCHOENHOLZ = [
    (0.5, 0.08758, 0.43199, 1.0, 1.191, 1.009, 1.19),
    (1.3, 0.31532, 0.88016, 1.0, 7.834, 1.785, 7.83),
    (1.7, 0.53308, 0.98674, 1.0, 74.9, 1.558, 74.9),
    (1.8, 0.59413, 1.00822, 0.9504, 125.8, 1.498, 122.1),
    (2.5, 1.06396, 1.13352, 0.4468, 11.80, 1.180, 7.98),
    (4.0, 2.19549, 1.34240, 0.1651, 6.98, 0.873, 3.40),
]
# The edge of chaos: sigma_b -> sigma_w, computed with other code.
EDGE = {
    "tanh": {0.05: 1.12254, 0.2: 1.30415, 1.0: 1.85559},
    "erf": {0.1: 1.05559, 0.5: 1.37133},
    "softsign": {0.05: 1.36105, 0.3: 1.89749},
    "elu": {0.1: 1.17615, 1.0: 1.35798},
    "selu": {0.2: 0.93748, 0.5: 1.04964},
    "silu": {0.1: 1.82005, 0.5: 1.45695},
    "gelu": {0.1: 1.72708, 0.5: 1.39987},
    "mish": {0.3: 1.42111},
    "hardswish": {0.2: 1.75132},
    "sigmoid": {0.0: 10.149, 1.0: 10.265},
}


@pytest.mark.parametrize(("square_w", "q", "chi", "c", "xi_c", "xi_q", "xi_gradient"), SCHOENHOLZ)
def test_depth_scales_of_tanh(square_w, q, chi, c, xi_c, xi_q, xi_gradient) -> None:
    found = depth_scales(VarianceMap(get("tanh"), math.sqrt(square_w), math.sqrt(0.05)))
    assert found is not None
    assert (found.q, found.chi_1) == pytest.approx((q, chi), abs=6e-6)
    assert found.c == pytest.approx(c, abs=6e-5)
    assert (found.xi_c, found.xi_q, found.xi_gradient) == pytest.approx((xi_c, xi_q, xi_gradient), rel=2e-3)
    assert found.phase == ("ordered" if chi < 1 else "chaotic")


@pytest.mark.parametrize("name", EDGE)
def test_the_edge_of_chaos(name: str) -> None:
    for sigma_b, sigma_w in EDGE[name].items():
        found = [point.sigma_w for point in critical_points(name, sigma_b)]
        assert any(each == pytest.approx(sigma_w, rel=6e-5) for each in found), (sigma_b, found)


def test_the_edge_where_there_is_no_bias() -> None:
    """sigma_w = 1 / f'(0) in the limit; ReLU is critical at every variance with He's weights."""
    limits = {"tanh": 1.0, "elu": 1.0, "silu": 2.0, "gelu": 2.0, "mish": 1 / 0.6, "relu": math.sqrt(2)}
    for name, sigma_w in limits.items():
        assert critical_points(name)[0].sigma_w == pytest.approx(sigma_w, rel=1e-12)
    assert critical_points("tanh")[0].attracting and not critical_points("silu")[0].attracting


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["tanh", "erf", "elu", "softsign"]), st.floats(0.01, 20.0))
def test_at_a_critical_point_the_variance_is_fixed_and_chi_is_one(name: str, q: float) -> None:
    point = critical_at(name, q)
    assert point is not None
    variance = VarianceMap(get(name), point.sigma_w, point.sigma_b)
    assert variance(q) == pytest.approx(q, rel=1e-10)
    assert variance.chi(q) == pytest.approx(1.0, rel=1e-12)
    assert CorrelationMap(get(name), point.sigma_w, point.sigma_b, q).slope(1.0) == pytest.approx(1.0, rel=1e-9)


def test_functions_without_an_edge_say_so() -> None:
    with pytest.raises(GainstageError, match="softplus has no edge of chaos"):
        critical("softplus")
    assert critical("tanh", 0.2).sigma_b == 0.2
    assert critical("silu").attracting  # those near 0 repel


def test_fixed_points_and_their_kinds() -> None:
    relu = VarianceMap(get("relu"), math.sqrt(2))
    assert [(point.at, point.kind) for point in relu.fixed_points] == [(1.0, "neutral")]
    silu = VarianceMap(get("silu"), functions.card("silu")["gain"])
    at_zero, at_one = silu.fixed_points
    assert (at_zero.at, at_zero.kind) == (0.0, "attracting")
    assert at_one.at == pytest.approx(1.0) and at_one.kind == "repelling"
    assert at_one.slope == pytest.approx(1.1726, abs=1e-4)
    selu = VarianceMap(get("selu"), 1.0)
    assert selu.resting is not None and selu.resting.at == pytest.approx(1.0)
    assert VarianceMap(get("relu"), 2.0).resting is None or VarianceMap(get("relu"), 2.0)(1.0) > 1


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["relu", "leaky_relu", "absolute"]), st.floats(0.1, 10), st.floats(-0.95, 0.95))
def test_homogeneous_functions_know_no_scale(name: str, q: float, c: float) -> None:
    small, large = (CorrelationMap(get(name), 1.3, 0.0, each)(c) for each in (1.0, q))
    assert small == pytest.approx(large, abs=1e-10)
    assert VarianceMap(get(name), 1.3)(q) == pytest.approx(q * VarianceMap(get(name), 1.3)(1.0), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["tanh", "erf", "softsign", "sin"]), st.floats(0.05, 0.95))
def test_odd_functions_have_odd_correlation_maps(name: str, c: float) -> None:
    correlation = CorrelationMap(get(name), 1.5, 0.0, 0.8)
    assert correlation(-c) == pytest.approx(-correlation(c), abs=1e-11)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["tanh", "relu", "silu", "elu", "sigmoid"]), st.floats(0.0, 0.9), st.floats(0.01, 0.09))
def test_correlation_maps_rise_and_stay_below_one(name: str, c: float, step: float) -> None:
    """All their Taylor coefficients are squares (Daniely et al. 2016)."""
    variance = VarianceMap(get(name), 1.4, 0.3)
    correlation = CorrelationMap(get(name), 1.4, 0.3, 0.7)
    assert -1e-12 <= correlation(c) <= correlation(c + step) + 1e-12 <= 1 + 2e-12
    assert correlation(1.0) == 1.0 and variance(0.7) > 0


@pytest.mark.parametrize("name", ["tanh", "silu", "relu"])
def test_the_slope_is_the_maps(name: str) -> None:
    correlation, step = CorrelationMap(get(name), 1.2, 0.2, 1.7), 1e-4
    for c in (-0.5, 0.3, 0.8):
        steep = (correlation(c + step) - correlation(c - step)) / (2 * step)
        assert correlation.slope(c) == pytest.approx(steep, rel=1e-5)


def test_depth_until_a_gradient_is_gone() -> None:
    found = depth_scales(VarianceMap(get("tanh"), math.sqrt(1.3), math.sqrt(0.05)))
    assert found is not None
    assert found.gone(-10 * math.log10(math.e)) == pytest.approx(found.xi_gradient, rel=1e-12)
    assert found.gone() == pytest.approx(48 * math.log(2) * found.xi_gradient)
