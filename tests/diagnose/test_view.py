"""Stages, gains and the samples that stand for the start and the present."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.diagnose.view import View
from synthetic import Recording, mlp


def test_a_chain_becomes_one_stage_per_linear_layer() -> None:
    view = View(mlp(4, function="tanh").run())
    assert [stage.site.operation for stage in view.stages] == ["linear"] * 4
    assert [stage.function for stage in view.stages] == ["tanh", "tanh", "tanh", ""]
    assert [stage.is_output for stage in view.stages] == [False, False, False, True]
    assert view.chain == view.stages
    assert [stage.inputs for stage in view.stages] == [(), (0,), (1,), (2,)]


@settings(max_examples=30, deadline=None)
@given(st.floats(-80, 40), st.floats(-80, 40), st.integers(2, 12))
def test_shares_sum_to_the_backward_gain(weights: float, activation: float, depth: int) -> None:
    view = View(mlp(depth, weights_db=weights, activation_db=activation).run())
    for stage in view.stages[1:]:
        total, shares = view.backward_db(stage), view.shares_db(stage)
        assert np.allclose(sum(shares.values()), total, atol=1e-9)
        assert np.allclose(shares["weights"], weights, atol=1e-6)
        assert np.allclose(shares["activation"], 0.0 if stage.is_output else activation, atol=1e-6)


def test_forward_gain_is_signal_out_over_signal_in() -> None:
    view = View(mlp(5, forward_db=-8.0).run())
    for stage in view.stages:
        assert np.allclose(view.forward_db(stage), -8.0)


def test_first_stage_without_an_input_gradient_has_no_backward_gain_but_an_activation_share() -> None:
    view = View(mlp(3, activation_db=-12.0).run())
    assert np.isnan(view.backward_db(view.stages[0])).all()
    assert np.allclose(view.shares_db(view.stages[0])["activation"], -12.0)


def _residual() -> Recording:
    made = Recording()
    made.site("input", "input")
    made.site("affine", "linear", module="stem", sources=(0,), columns={"gradient": 1.0})
    made.site("affine", "linear", module="inner", sources=(1,), columns={"gradient_in": 2.0, "gradient": 1.0})
    made.site("activation", "relu", function="relu", sources=(2,), columns={"gradient_in": 1.0, "gradient": 2.0})
    made.site("affine", "linear", module="head", sources=(1, 3), via=("add",), columns={"gradient_in": 2.0})
    made.site("loss", "mse_loss", sources=(4,))
    return made


def test_a_skip_around_a_stage_makes_it_residual() -> None:
    view = View(_residual().run())
    assert [(s.site.module, s.residual) for s in view.stages] == [("stem", False), ("inner", True), ("head", False)]
    assert [s.site.module for s in view.chain] == ["stem", "inner", "head"]
    assert set(view.shares_db(view.stages[1])) >= {"weights", "activation", "residual"}


def test_two_inputs_added_are_no_residual_connection() -> None:
    made = Recording()
    made.site("affine", "linear", module="left", sources=())
    made.site("affine", "linear", module="right", sources=())
    made.site("activation", "tanh", function="tanh", sources=(0, 1), via=("add",))
    assert not any(stage.residual for stage in View(made.run()).stages)


def test_a_gate_is_not_the_main_activation() -> None:
    made = Recording()
    made.site("affine", "linear", sources=())
    made.site("activation", "sigmoid", function="sigmoid", sources=(0,), gate=True)
    made.site("activation", "tanh", function="tanh", sources=(0,), via=("chunk",))
    assert View(made.run()).stages[0].function == "tanh"


@pytest.mark.parametrize(
    ("via", "function"),
    [(("view",), ""), (("where", "exp"), "custom"), (("mul",), "custom"), (("max_pool2d",), "custom")],
)
def test_unrecognised_operations_between_make_the_stage_custom(via: tuple[str, ...], function: str) -> None:
    made = Recording()
    made.site("affine", "linear", sources=())
    made.site("affine", "linear", via=via)
    assert View(made.run()).stages[0].function == function


def test_without_a_loss_the_chain_is_the_largest_network() -> None:
    made = Recording()
    made.site("affine", "linear", sources=())
    made.site("affine", "linear")
    view = View(made.run())
    assert len(view.chain) == 2
    assert [stage.is_output for stage in view.stages] == [False, True]


def test_an_empty_run_has_nothing_and_breaks_nothing() -> None:
    view = View(Recording(steps=()).run())
    assert view.stages == view.chain == () and not view.early.any() and not view.late.any()
    assert math.isnan(view.learning.start) and not view.learning.decreasing


def test_early_samples_end_when_the_weights_have_moved() -> None:
    assert View(mlp(3, ratio=1e-4).run()).early.tolist() == [True, True, True, False, False, False]
    assert View(mlp(3, ratio=0.5).run()).early.tolist() == [True, False, False, False, False, False]


def test_late_samples_end_before_the_loss_is_not_finite() -> None:
    assert View(mlp(3).run()).late.tolist() == [False] * 4 + [True] * 2
    broken = mlp(3, loss=(1.0, 2.0, 9.0, float("nan"), float("nan"), float("nan")))
    assert View(broken.run()).late.tolist() == [False, False, True, False, False, False]


def test_learning_tells_progress_from_noise() -> None:
    steps = range(100)
    wobble = np.random.default_rng(0).normal(0, 0.2, 100)
    assert View(Recording(steps, 2.3 - 0.015 * np.arange(100) + wobble).run()).learning.decreasing
    assert not View(Recording(steps, 2.3 + wobble).run()).learning.decreasing
    assert not View(Recording(steps, 2.3 - 1e-7 * np.arange(100)).run()).learning.decreasing


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-6, 1e6))
def test_learning_does_not_depend_on_the_loss_scale(scale: float) -> None:
    loss = np.linspace(2.0, 1.0, 20)
    plain, scaled = (View(Recording(range(20), factor * loss).run()).learning for factor in (1.0, scale))
    assert plain.decreasing == scaled.decreasing
    assert plain.relative_change == pytest.approx(scaled.relative_change)
