"""Signal and offset behind an activation: the correlation map where its closed form is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.functions import get
from gainstage.theory.conditional import after, opposed, slopes_after
from gainstage.theory.gaussian import moments

NAMES = ["relu", "tanh", "silu", "elu", "hardtanh", "softsign", "binary_step"]
POWERS = st.floats(1e-2, 3.0)


def arc_cosine(c: float) -> float:
    """E relu(u) relu(v) for unit variance (Cho & Saul 2009)."""
    return (math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * c) / (2 * math.pi)


def williams(c: float) -> float:
    """E erf(u) erf(v) for unit variance (Williams 1997)."""
    return 2 / math.pi * math.asin(2 * c / 3)


@pytest.mark.parametrize(("name", "kernel"), [("relu", arc_cosine), ("erf", williams)])
@pytest.mark.parametrize("c", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_kernels_that_have_closed_forms(name: str, kernel, c: float) -> None:
    signal, offset = math.sqrt(1 - c), math.sqrt(c)
    parts = after(get(name), signal, offset)
    assert parts.offset == pytest.approx(kernel(c), rel=1e-12, abs=1e-15)
    assert parts.signal == pytest.approx(kernel(1.0) - kernel(c), rel=1e-9)
    assert opposed(get(name).value, get(name).kinks, signal, offset) == pytest.approx(kernel(-c), rel=1e-11, abs=1e-14)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NAMES), POWERS, POWERS)
def test_the_parts_add_up_to_the_whole(name: str, signal: float, offset: float) -> None:
    parts, whole = after(get(name), signal, offset), moments(get(name), 0.0, math.hypot(signal, offset))
    assert parts.signal + parts.offset == pytest.approx(whole.second, rel=1e-11)
    assert parts.signal >= 0


@pytest.mark.parametrize("name", ["tanh", "silu", "relu"])
def test_a_small_signal_goes_through_the_tangent(name: str) -> None:
    """Down to signals that are lost in the offset's rounding."""
    whole = moments(get(name), 0.0, 1.0)
    for signal in (1e-4, 1e-6, 1e-9, 1e-100):
        assert after(get(name), signal, 1.0).signal == pytest.approx(signal**2 * whole.transmission, rel=1e-4)


@pytest.mark.parametrize("name", ["tanh", "silu", "gelu"])
def test_the_slope_of_the_kernel_is_the_kernel_of_the_slopes(name: str) -> None:
    """d/dc E f(u) f(v) = E f'(u) f'(v) at unit variance (Price's theorem)."""
    c, step = 0.4, 1e-4
    above, below = (after(get(name), math.sqrt(1 - each), math.sqrt(each)).offset for each in (c + step, c - step))
    found = slopes_after(get(name), math.sqrt(1 - c), math.sqrt(c)).offset
    assert found == pytest.approx((above - below) / (2 * step), rel=1e-6)


def test_an_odd_function_makes_no_offset_out_of_none() -> None:
    assert after(get("tanh"), 0.7, 0.0).offset == 0.0
    assert after(get("tanh"), 0.7, 1e-30).offset == 0.0


def test_sampled_units_agree() -> None:
    generator = np.random.default_rng(0)
    pre = generator.normal(0, 1.5, (1, 4000)) + generator.normal(0, 0.6, (1500, 4000))
    value = get("silu").value(pre)
    parts = after(get("silu"), 0.6, 1.5)
    assert parts.signal == pytest.approx(value.var(axis=0, ddof=1).mean(), rel=0.03)
    assert parts.offset == pytest.approx((value.mean(axis=0) ** 2).mean(), rel=0.06)
