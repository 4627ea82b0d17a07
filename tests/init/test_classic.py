"""Initialisers of single layers: that they keep what they promise, for any layer, reproducibly."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from zoo import seeded, state

from gainstage import functions, theory
from gainstage.init import critical_, glorot_, he_, lecun_, orthogonal_

ALL = (he_, glorot_, lecun_, orthogonal_, critical_)
FUNCTIONS = ("relu", "tanh", "sigmoid", "silu", "gelu", "elu", "mish", "softplus")

# Layers whose every output meets equally many inputs, with the shape of a batch and the border to leave out.
LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], int]] = {
    "linear": (lambda: nn.Linear(300, 200), (200, 300), 0),
    "conv1d": (lambda: nn.Conv1d(32, 48, 5), (16, 32, 64), 0),
    "conv2d": (lambda: nn.Conv2d(32, 48, 3, stride=2), (8, 32, 17, 17), 0),
    "conv3d": (lambda: nn.Conv3d(16, 24, 3), (4, 16, 7, 7, 7), 0),
    "grouped": (lambda: nn.Conv2d(64, 64, 3, groups=8), (8, 64, 16, 16), 0),
    "depthwise": (lambda: nn.Conv2d(1024, 1024, 3, groups=1024), (2, 1024, 12, 12), 0),
    "transposed": (lambda: nn.ConvTranspose2d(64, 32, 4, stride=2), (8, 64, 12, 12), 3),
    "transposed, grouped": (lambda: nn.ConvTranspose1d(64, 32, 4, stride=2, groups=4), (32, 64, 40), 3),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("initialise", [lecun_, orthogonal_])
def test_unit_variance_stays_unit_variance(name: str, initialise: Callable[..., nn.Module]) -> None:
    make, shape, border = LAYERS[name]
    layer = initialise(make(), generator=seeded(1))
    output = layer(torch.randn(shape, generator=seeded(2))).detach()
    for dimension in range(2, output.dim()):
        output = output.narrow(dimension, border, output.shape[dimension] - 2 * border)
    assert float(output.square().mean()) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signal_and_gradient_are_kept_through_any_function(name: str) -> None:
    function, width = functions.get(name), 800
    z = torch.randn(400, width, generator=seeded(3), dtype=torch.float64)
    after = torch.from_numpy(function.value(z.numpy()))
    weight = he_(torch.empty(width, width, dtype=torch.float64), name, generator=seeded(4))
    assert float((after @ weight.T).square().mean()) == pytest.approx(1.0, abs=0.05)
    weight = he_(torch.empty(width, width, dtype=torch.float64), name, mode="fan_out", generator=seeded(4))
    slopes = torch.from_numpy(function.derivative(z.numpy()))
    gradient = torch.randn(400, width, generator=seeded(5), dtype=torch.float64)
    assert float((gradient @ weight * slopes).square().mean()) == pytest.approx(1.0, abs=0.05)


def test_he_agrees_with_torch_where_torch_knows_the_gain() -> None:
    ours = he_(torch.empty(500, 400), generator=seeded(1))
    theirs = nn.init.kaiming_normal_(torch.empty(500, 400), nonlinearity="relu", generator=seeded(1))
    assert torch.allclose(ours, theirs, rtol=1e-5)
    ours = glorot_(torch.empty(500, 400), generator=seeded(1))
    theirs = nn.init.xavier_uniform_(torch.empty(500, 400), generator=seeded(1))
    assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("initialise", ALL)
def test_the_tensor_is_the_first_argument_and_the_generator_a_keyword(initialise: Callable[..., object]) -> None:
    parameters = inspect.signature(initialise).parameters
    assert next(iter(parameters)) == "target"
    assert parameters["generator"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("initialise", ALL)
def test_in_place_reproducible_and_the_random_state_untouched(initialise: Callable[..., nn.Module]) -> None:
    first, second = nn.MultiheadAttention(32, 4), nn.MultiheadAttention(32, 4)
    before = torch.random.get_rng_state()
    assert initialise(first, generator=seeded(9)) is first
    initialise(second, generator=seeded(9))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(value, state(second)[name]) for name, value in state(first).items())
    initialise(second)
    assert not torch.equal(before, torch.random.get_rng_state())


def test_a_packed_projection_is_three_matrices() -> None:
    layer = orthogonal_(nn.MultiheadAttention(32, 4), generator=seeded())
    for part in layer.in_proj_weight.detach().chunk(3):
        assert torch.allclose(part @ part.T, torch.eye(32), atol=1e-5)


def test_each_gate_is_a_matrix_of_its_own() -> None:
    layer = orthogonal_(nn.LSTM(8, 16), generator=seeded())
    for part in layer.weight_hh_l0.detach().chunk(4):
        assert torch.allclose(part @ part.T, torch.eye(16), atol=1e-5)


def test_an_embedding_gives_unit_variance_and_keeps_its_padding_zero() -> None:
    layer = lecun_(nn.Embedding(500, 64, padding_idx=3), generator=seeded())
    assert not layer.weight[3].any()
    assert float(layer.weight.detach().std()) == pytest.approx(1.0, abs=0.02)


def test_delta_orthogonal_convolutions_are_isometric() -> None:
    layer = orthogonal_(nn.Conv2d(16, 16, 3, padding=1, padding_mode="circular", bias=False), delta=True)
    x = torch.randn(4, 16, 8, 8, generator=seeded())
    assert float(layer(x).detach().norm()) == pytest.approx(float(x.norm()), rel=1e-5)


def test_critical_draws_weights_and_biases_on_the_edge_of_chaos() -> None:
    layer = critical_(nn.Linear(2000, 1000), "tanh", sigma_b=0.3, generator=seeded())
    point = theory.critical.critical("tanh", 0.3)  # chi_1 = 1 is tested there
    assert float(layer.weight.detach().std()) * math.sqrt(2000) == pytest.approx(point.sigma_w, rel=0.01)
    assert float(layer.bias.detach().std()) == pytest.approx(0.3, rel=0.1)


def test_any_callable_is_an_activation() -> None:
    mine = he_(torch.empty(30, 20), lambda x: np.maximum(x, 0.0), generator=seeded())
    known = he_(torch.empty(30, 20), "relu", generator=seeded())
    assert torch.allclose(mine, known, rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_the_dtype_stays(dtype: torch.dtype) -> None:
    weight = orthogonal_(torch.empty(64, 64, dtype=dtype), generator=seeded())
    assert weight.dtype is dtype
    assert float((weight @ weight.T).trace()) == pytest.approx(64, rel=0.02)
