"""Certified numbers against published and independently computed ones."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy
from mpmath import mp

from gainstage import functions
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.symbols import X, spelled_out, symbolic
from gainstage.theory import gaussian

# E f, E f^2, Var f, 1/sqrt(E f^2), 1/sqrt(E f'^2), slope of the variance map at q = 1; 400-point Gauss-Legendre
# quadrature split at the kinks, made with other code.
MOMENTS = {
    "relu": (0.3989423, 0.5, 0.3408451, 1.414214, 1.414214, 1.0),
    "sigmoid": (0.5, 0.2933790, 0.0433790, 1.846229, 4.722646, 0.106),
    "tanh": (0.0, 0.3942945, 0.3942945, 1.592537, 1.467414, 0.461),
    "erf": (0.0, 0.4645591, 0.4645591, 1.467167, 1.325218, 0.409),
    "elu": (0.1605206, 0.6449454, 0.6191786, 1.245198, 1.223429, 0.891),
    "selu": (0.0, 1.0, 1.0, 1.0, 0.966026, 0.783),
    "silu": (0.2066210, 0.3557755, 0.3130833, 1.676532, 1.623320, 1.173),
    "gelu": (0.2820948, 0.4252215, 0.3456440, 1.533530, 1.481114, 1.144),
    "mish": (0.2404039, 0.4523422, 0.3945482, 1.486848, 1.444755, 1.076),
    "softplus": (0.8060592, 0.9212459, 0.2715145, 1.041867, 1.846229, 0.492),
    "softsign": (0.0, 0.1830140, 0.1830140, 2.337533, 2.095781, 0.477),
    "hardswish": (0.1662167, 0.3315674, 0.3039394, 1.736657, 1.670076, 1.224),
    "hardtanh": (0.0, 0.5160586, 0.5160586, 1.392036, 1.210287, 0.385),
    "hardsigmoid": (0.5, 0.2776391, 0.0276391, 1.897840, 6.008116, 0.097),
    "tanhshrink": (0.0, 0.1828835, 0.1828835, 2.338368, 1.988139, 1.826),
    "relu_squared": (0.5, 1.5, 1.25, 0.816497, 0.707107, 2.0),
    "sin": (0.0, 0.4323324, 0.4323324, 1.520867, 1.327251, 0.313),
}
# Interval Newton to 40 digits, made with other code: where, and the value there.
MINIMA = {
    "silu": (-1.278464542761073795109358739, -0.2784645427610737951093587390),
    "gelu": (-0.751791524693564457457904946779524, -0.169971207479903661693868470982433923),
    "mish": (-1.1924312145154952121375883404207394, -0.308843413017250406628760229042),
}
SLOPES = {
    "sigmoid": (0.0, 0.25),
    "gelu": (-0.128904145185154786340744442261973, 1.128904145185154786340744442261973),
    "silu": (-0.0998393201288669169581849243205710, 1.0998393201288669169581849243205710),
    "mish": (-0.11252612238946255152640730791114855, 1.0884981612517278612282936273921),
}
# One rounding to a double, and one of the literal.
DOUBLE = 3e-16


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_and_gains_are_those_of_another_quadrature(name: str) -> None:
    card = functions.card(name)
    mean, second, variance, gain, backward, slope = MOMENTS[name]
    found = card["moments"]
    assert found["mean"] == pytest.approx(mean, abs=6e-8)
    assert found["second"] == pytest.approx(second, abs=6e-8)
    assert found["second"] - found["mean"] ** 2 == pytest.approx(variance, abs=1.5e-7)
    assert card["gain"] == pytest.approx(gain, abs=6e-7)
    assert card["backward_gain"] == pytest.approx(backward, abs=6e-7)
    assert card["variance_slope"] == pytest.approx(slope, abs=6e-4)
    assert card.properties["moments"].proof == card.properties["gain"].proof == "certified"


def test_moments_have_arbs_digits() -> None:
    def moment(name: str, key: str) -> float:
        return functions.card(name)["moments"][key]

    assert moment("tanh", "second") == pytest.approx(0.394294490397841174416460, abs=DOUBLE)
    assert moment("silu", "second") == pytest.approx(0.355775519817352156230794, abs=DOUBLE)
    assert moment("gelu", "second") == pytest.approx(0.425221482570298674918554, abs=DOUBLE)
    assert moment("gelu", "mean") == pytest.approx(1 / (2 * math.sqrt(math.pi)), abs=DOUBLE)
    assert moment("sigmoid", "second") == pytest.approx(0.293379035858092962737649, abs=DOUBLE)
    assert moment("softplus", "mean") == pytest.approx(0.806059183347439784528, abs=DOUBLE)


@pytest.mark.parametrize("name", MINIMA)
def test_minima_have_all_digits_of_a_double(name: str) -> None:
    entry = functions.card(name).properties["minimum"]
    at, value = MINIMA[name]
    assert entry.proof == "certified" and entry.tolerance < 1e-15
    assert entry.value["at"] == pytest.approx(at, abs=DOUBLE)
    assert entry.value["value"] == pytest.approx(value, abs=DOUBLE)


@pytest.mark.parametrize("name", SLOPES)
def test_ranges_of_derivatives_have_all_digits_of_a_double(name: str) -> None:
    entry = functions.card(name).properties["derivative_range"]
    low, high = SLOPES[name]
    assert entry.proof == "certified"
    assert (entry.value["low"], entry.value["high"]) == pytest.approx((low, high), abs=4e-16)
    assert functions.card(name)["lipschitz"] == pytest.approx(max(abs(low), high), abs=4e-16)


@pytest.mark.parametrize("name", sorted(set(DEFINITIONS) - {"soft_clipping", "siren"}))
def test_moments_are_mpmaths(name: str) -> None:
    """Tanh-sinh quadrature at 25 digits, on sympy's own functions."""
    definition = DEFINITIONS[name]
    curve = Curve(definition, definition.settings({}))
    edges = [float(edge.low) for edge in curve.edges]
    pieces = [spelled_out(symbolic(text, curve.decimals)) for text in definition.pieces]
    with mp.workdps(25):
        total, bounds = mpmath.mpf(0), [-12.0, *edges, 12.0]
        for piece, low, high in zip(pieces, bounds, bounds[1:], strict=False):
            value = sympy.lambdify(X, piece, "mpmath")
            inner = [cut for cut in (-5.0, -2.0, 0.0, 2.0, 5.0) if low < cut < high]
            total += mpmath.quad(lambda x, f=value: f(x) ** 2 * mpmath.npdf(x), [low, *inner, high])
    assert functions.card(name)["moments"]["second"] == pytest.approx(float(total), rel=1e-13)


@pytest.mark.parametrize("name", functions.names())
def test_certified_moments_agree_with_theorys(name: str) -> None:
    found, certified = gaussian.moments(functions.get(name)), functions.card(name)["moments"]
    assert found.mean == pytest.approx(certified["mean"], rel=1e-10, abs=1e-12)
    assert found.second == pytest.approx(certified["second"], rel=1e-10)
    assert found.transmission == pytest.approx(certified["transmission"], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("name", functions.names())
def test_the_variance_maps_slope_is_the_slope_of_the_variance_map(name: str) -> None:
    """dq'/dq with the gain held, by a difference quotient of the moments."""
    card, function = functions.card(name), functions.get(name)
    step = 1e-4
    above, below = (gaussian.moments(function, 0.0, math.sqrt(1 + side * step)).second for side in (1, -1))
    slope = card["gain"] ** 2 * (above - below) / (2 * step)
    assert card["variance_slope"] == pytest.approx(slope, rel=2e-4, abs=2e-4)
    kind = "neutral" if card["homogeneity"] == 1.0 else "attracting" if slope < 1 else "repelling"
    assert card["fixed_point"] == kind
