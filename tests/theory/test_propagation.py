"""Chains of blocks: prediction against networks that were drawn, start recipes, and what would hold a chain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gainstage.errors import GainstageError
from gainstage.functions import get
from gainstage.theory.blocks import BLOCKS, State
from gainstage.theory.outlook import outlook
from gainstage.theory.propagation import predict, propagate
from gainstage.theory.simulate import simulate
from gainstage.theory.start import start
from gainstage.theory.wiring import WIRINGS

DEPTH = 6
CASES = [
    ("tanh", "torch", "plain"),
    ("relu", "he", "plain"),
    ("silu", "gain", "plain"),
    ("sigmoid", "glorot", "plain"),
    ("tanh", "critical=0.2", "plain"),
    ("elu", "orthogonal=1.1", "plain"),
    ("gelu", "lecun", "norm"),
    ("relu", "lecun", "residual"),
    ("silu", "he", "pre-norm"),
    ("tanh", "he", "post-norm"),
]


@pytest.mark.parametrize(("name", "recipe", "block"), CASES)
def test_wide_networks_are_within_three_standard_errors(name: str, recipe: str, block: str) -> None:
    function, width, seeds = get(name), 300, 10
    drawn = start(recipe, function, width, bias=True)
    expected = predict(function, drawn, block, DEPTH, 1.5)
    found = simulate(
        function, drawn, depth=DEPTH, width=width, block=block, input_variance=1.5, examples=40, seeds=seeds
    )
    powers = [[state.power for state in expected.states], [state.signal for state in expected.states]]
    back = np.cumprod(np.array(expected.ratios)[::-1])[::-1]
    measured = [found.power, found.signal, found.gradient[:, :-1] / found.gradient[:, -1:]]
    for values, wanted in zip(measured, [*powers, back], strict=True):
        error = values.std(axis=0, ddof=1) / math.sqrt(seeds)
        # Three standard errors; mean-field theory itself is off by the order of depth over width.
        assert (np.abs(values.mean(axis=0) - wanted) <= 3.5 * error + DEPTH / width * 1.5 * np.array(wanted)).all()


@pytest.mark.parametrize("block", WIRINGS)
def test_gradients_of_drawn_blocks_are_those_of_differences(block: str) -> None:
    from gainstage.theory.wiring import Drawn

    generator = np.random.default_rng(0)
    drawn = Drawn(get("tanh"), generator.standard_normal((9, 9)), generator.standard_normal(9))
    x, way, weight = (generator.standard_normal((4, 9)) for _ in range(3))
    step, small = WIRINGS[block](drawn, x), 1e-6
    ahead, behind = ((WIRINGS[block](drawn, x + sign * small * way).output * weight).sum() for sign in (1, -1))
    assert (step.backward(weight) * way).sum() == pytest.approx((ahead - behind) / (2 * small), rel=1e-6)


@pytest.mark.parametrize("block", BLOCKS)
def test_two_halves_are_the_whole(block: str) -> None:
    function, drawn = get("silu"), start("he", get("silu"), 64)
    whole = predict(function, drawn, block, 10)
    first = predict(function, drawn, block, 4)
    state = first.states[-1]
    for _ in range(6):
        state = BLOCKS[block](function, drawn.sigma_w, drawn.sigma_b).forward(state)
    assert state == whole.states[-1]
    assert first.ratios == whole.ratios[:4]


def test_normalisation_makes_the_weights_size_irrelevant() -> None:
    small, large = (predict(get("gelu"), start(f"gain={gain}", get("gelu"), 64), "norm", 5) for gain in (0.1, 10.0))
    assert small.signal_db == pytest.approx(large.signal_db, abs=1e-9)
    assert small.gradient_db == pytest.approx(large.gradient_db, abs=1e-9)


def test_the_stream_of_pre_norm_blocks_grows_linearly() -> None:
    block = BLOCKS["pre-norm"](get("relu"), 1.0, 0.0)
    state, powers = State(1.0), []
    for _ in range(4):
        state = block.forward(state)
        powers.append(state.power)
    assert powers == pytest.approx([1.5, 2.0, 2.5, 3.0])


def test_recipes_are_what_they_are_called() -> None:
    relu, silu = get("relu"), get("silu")
    assert start("torch", relu, 100, bias=True).sigma_w == pytest.approx(1 / math.sqrt(3))
    assert start("torch", relu, 100, bias=True).sigma_b == pytest.approx(1 / math.sqrt(300))
    assert start("torch", relu, 100).sigma_b == 0.0
    assert start("he", silu, 9).sigma_w == pytest.approx(math.sqrt(2))
    assert start("gain", silu, 9).sigma_w == pytest.approx(1.676532, rel=1e-6)
    assert start("gain", silu, 9).weights(0) == 1.0
    assert start("critical=0.2", get("tanh"), 9).sigma_w == pytest.approx(1.30415, rel=1e-5)
    assert start("orthogonal=1.5", silu, 9).sigma_w == 1.5
    for wrong in ("kaiming", "he=2", "gain=", "gain=-1", "gain=x", ""):
        with pytest.raises(GainstageError):
            start(wrong, silu, 9)


def test_torchs_linear_is_what_torch_does() -> None:
    import torch

    layer, drawn = torch.nn.Linear(1000, 1000), start("torch", get("relu"), 1000, bias=True)
    assert float(layer.weight.detach().std()) * math.sqrt(1000) == pytest.approx(drawn.sigma_w, rel=0.01)
    assert float(layer.bias.detach().std()) == pytest.approx(drawn.sigma_b, rel=0.1)


def test_the_outlook_names_what_is_lost_and_what_would_hold_it() -> None:
    lost = propagate("relu", depth=30, width=32, seeds=1)
    found = outlook(lost)
    assert (found.signal, found.gradient, found.healthy) == ("lost", "lost", False)
    assert found.weights_db + found.activation_db + found.other_db == pytest.approx(lost.gradient_db.predicted)
    assert found.gone_at == pytest.approx(-144.49 / (20 * math.log10(1 / math.sqrt(6))), rel=1e-3)
    assert found.remedy is not None and (found.remedy.recipe, found.remedy.block) == ("gain", "plain")
    held = propagate("relu", depth=30, width=32, recipe=found.remedy.recipe, seeds=1)
    assert outlook(held).healthy
    assert held.gradient_db.predicted == pytest.approx(found.remedy.gradient_db)


def test_a_fixed_point_that_repels_holds_on_paper_only() -> None:
    found = outlook(propagate("silu", depth=50, width=64, recipe="gain", seeds=1))
    assert (found.signal, found.gradient) == ("held", "held")
    assert found.astray and not found.healthy
    assert found.remedy is not None and found.remedy.block == "norm"


def test_sizes_that_make_no_sense_are_told() -> None:
    for wrong in (
        {"depth": 0},
        {"width": 0},
        {"seeds": 0},
        {"input_variance": 0.0},
        {"block": "dense"},
        {"width": 10**6},
    ):
        with pytest.raises(GainstageError):
            propagate("relu", **wrong)


def test_the_same_seeds_give_the_same_networks() -> None:
    first, second = (propagate("tanh", depth=3, width=16, seeds=2) for _ in range(2))
    assert first.rungs == second.rungs
