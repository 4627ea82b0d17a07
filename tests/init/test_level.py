"""Levels: what theorems say of distortion, and that the budget is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.init.level import BUDGET, at, is_odd, level, odd_part

SMOOTH = ("tanh", "sigmoid", "silu", "gelu", "mish", "elu", "selu", "softplus", "sin", "relu", "leaky_relu")
STRAIGHT_IN_PAIRS = ("relu", "leaky_relu", "silu", "gelu", "softplus", "hardswish")
CHAINS = ("sigmoid", "tanh", "relu", "elu", "selu", "gelu", "silu", "mish", "relu_squared", "softsign", "absolute")


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SMOOTH), st.floats(0.02, 3), st.floats(-2, 2), st.booleans())
def test_no_stage_has_a_distortion_below_one(name: str, std: float, offset: float, paired: bool) -> None:
    """Chernoff 1981: Var f(z) <= E f'(z)^2."""
    assert at(functions.get(name), std, offset, paired=paired).distortion >= 1 - 1e-9


@pytest.mark.parametrize("name", STRAIGHT_IN_PAIRS)
def test_pairs_of_these_are_a_straight_line(name: str) -> None:
    x = np.linspace(-2.9, 2.9, 59)
    value = odd_part(functions.get(name)).value(x)
    assert np.allclose(value, x * value[-1] / x[-1], rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(CHAINS), st.integers(1, 200))
def test_a_chain_stays_within_its_budget(name: str, stages: int) -> None:
    found = level(functions.get(name), stages)
    assert found.distortion**stages <= BUDGET * (1 + 1e-6)


def test_shallow_networks_keep_the_standard_level() -> None:
    """One hidden ReLU bends by 0.5 / (0.5 - 1/(2 pi)) = 1.467, which is within the budget."""
    found = level(functions.get("relu"), 1)
    assert (found.std, found.offset, found.paired) == (1.0, 0.0, False)
    assert found.distortion == pytest.approx(0.5 / (0.5 - 0.5 / np.pi))


def test_deeper_networks_work_at_lower_levels() -> None:
    levels = [level(functions.get("tanh"), stages).std for stages in (1, 5, 20, 100)]
    assert levels == sorted(levels, reverse=True) and levels[0] == 1.0 > levels[-1]


def test_units_that_cannot_be_paired_move() -> None:
    found = level(functions.get("relu"), 50, pairable=False)
    assert not found.paired and found.offset > 0
    still = level(functions.get("relu"), 50, pairable=False, movable=False)
    assert (still.std, still.offset) == (1.0, 0.0)


@pytest.mark.parametrize(("name", "odd"), [("tanh", True), ("sigmoid", True), ("silu", False), ("elu", False)])
def test_odd_up_to_a_constant(name: str, odd: bool) -> None:
    assert is_odd(functions.get(name)) is odd


@pytest.mark.parametrize("name", ["silu", "gelu", "hardswish", "relu_squared"])
def test_what_repels_alone_does_not_drift_in_pairs(name: str) -> None:
    function = functions.get(name)
    assert at(function, 1.0).slope ** 50 > 3
    assert level(function, 50).slope ** 50 <= BUDGET
