"""Operations beyond plain layers: recurrence, attention, products with a parameter, and what feeds them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import looked, number, operations, rms, signal, site


class Free(nn.Module):
    """``function(parameters, input)``."""

    def __init__(self, function: Callable[..., torch.Tensor], *shapes: tuple[int, ...]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.p = nn.ParameterList([nn.Parameter(torch.randn(shape)) for shape in shapes])
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.p, x)


X = torch.randn(5, 4, 6, generator=torch.Generator().manual_seed(0))
FLAT = X[:, 0]
PRODUCTS: dict[str, tuple[Callable[..., torch.Tensor], tuple[int, ...], torch.Tensor, str]] = {
    "x @ W": (lambda p, x: x @ p[0], (6, 3), X, "matmul"),
    "x @ W.t()": (lambda p, x: x @ p[0].t(), (3, 6), X, "matmul"),
    "x @ W.T": (lambda p, x: x @ p[0].T, (3, 6), X, "matmul"),
    "W @ columns": (lambda p, x: p[0] @ x.t(), (3, 6), FLAT, "matmul"),
    "mm": (lambda p, x: torch.mm(x, p[0]), (6, 3), FLAT, "mm"),
    "addmm": (lambda p, x: torch.addmm(torch.zeros(3), x, p[0]), (6, 3), FLAT, "addmm"),
    "einsum": (lambda p, x: torch.einsum("btd,dk->btk", x, p[0]), (6, 3), X, "einsum"),
    "einsum, turned": (lambda p, x: torch.einsum("kd,btd->btk", p[0], x), (3, 6), X, "einsum"),
    "F.linear": (lambda p, x: F.linear(x, p[0]), (3, 6), X, "linear"),
    "F.linear by name": (lambda p, x: F.linear(input=x, weight=p[0]), (3, 6), X, "linear"),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_with_a_parameter_is_an_affine_stage(name: str) -> None:
    function, shape, x, operation = PRODUCTS[name]
    model = Free(function, shape)
    run = looked(model, x, lambda output: output.square().mean())
    place = site(run, operation)
    output = model(x)
    output.retain_grad()
    output.square().mean().backward()
    assert (place.kind, place.weight) == ("affine", "p.0")
    assert (place.fan_in, place.fan_out, place.units) == (6, 3, 3)
    assert number(run, place, "signal") == pytest.approx(signal(output, 0 if "columns" in name else -1), rel=1e-4)
    assert number(run, place, "gradient") == pytest.approx(rms(output.grad), rel=1e-4)


@pytest.mark.parametrize("product", [lambda p, x: x @ p[0], lambda p, x: torch.mv(x, p[0])])
def test_logistic_regression_by_hand_is_seen(product: Callable[..., torch.Tensor]) -> None:
    model = Free(lambda p, x: torch.sigmoid(product(p, x)), (6,))
    run = looked(model, FLAT, lambda output: F.binary_cross_entropy(output, torch.ones(5)))
    affine, sigmoid = run.sites[1], site(run, "sigmoid")
    assert (affine.kind, affine.weight, affine.fan_in, affine.units) == ("affine", "p.0", 6, 1)
    assert sigmoid.sources == (affine.index,)


def test_a_product_of_two_activations_is_no_stage() -> None:
    run = looked(Free(lambda p, x: (x @ p[0]) @ (x @ p[0]).transpose(1, 2), (6, 3)), X, lambda o: o.square().mean())
    assert operations(run) == ["matmul", "matmul"]
    assert [s.call for s in run.sites if s.kind == "affine"] == [0, 1]


def test_the_power_iteration_of_spectral_norm_is_no_stage() -> None:
    model = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2)))
    run = looked(model, FLAT, lambda output: output.square().mean())
    assert operations(run) == ["linear", "tanh", "linear"]


def test_bilinear() -> None:
    run = looked(nn.Bilinear(6, 6, 3), (FLAT, FLAT.flip(0)), lambda output: output.square().mean())
    place = site(run, "bilinear")
    assert (place.weight, place.bias, place.units) == ("weight", "bias", 3)


@pytest.mark.parametrize(
    ("build", "operation"),
    [
        (lambda: nn.LSTM(6, 4, batch_first=True), "lstm"),
        (lambda: nn.GRU(6, 4, num_layers=2), "gru"),
        (lambda: nn.RNN(6, 4), "rnn_tanh"),
        (lambda: nn.RNN(6, 4, nonlinearity="relu", bidirectional=True), "rnn_relu"),
    ],
)
def test_a_recurrent_layer_is_one_stage(build: Callable[[], nn.Module], operation: str) -> None:
    torch.manual_seed(0)
    model = build()
    run = looked(model, X, lambda output: output[0].square().mean())
    output = model(X)[0]
    output.retain_grad()
    output.square().mean().backward()
    place = site(run, operation)
    assert (place.kind, place.weight, place.units) == ("recurrent", "weight_ih_l0", output.shape[-1])
    assert number(run, place, "signal") == pytest.approx(signal(output), rel=1e-4)
    assert number(run, place, "gradient") == pytest.approx(rms(output.grad), rel=1e-4)


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_a_cell_is_fed_by_its_own_past(cell: Callable[[int, int], nn.Module]) -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = cell(6, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            state: Any = None
            for moment in x.unbind(1):
                state = self.cell(moment, state)
            return state[0] if isinstance(state, tuple) else state

    run = looked(Loop(), X, lambda output: output.square().mean())
    cells = [s for s in run.sites if s.kind == "recurrent"]
    assert [s.call for s in cells] == [0, 1, 2, 3]
    for before, after in pairwise(cells):
        assert before.index in after.sources
        assert number(run, before, "gradient") < number(run, after, "gradient")


def test_attention_is_fed_by_queries_keys_and_values() -> None:
    torch.manual_seed(0)
    model = Free(
        lambda p, x: F.scaled_dot_product_attention(*(F.linear(x, weight) for weight in p)), (6, 6), (6, 6), (6, 6)
    )
    run = looked(model, X, lambda output: output.square().mean())
    place = site(run, "scaled_dot_product_attention")
    assert place.sources == tuple(site(run, "linear", call).index for call in range(3))
    output = model(X)
    assert number(run, place, "signal") == pytest.approx(signal(output), rel=1e-4)


def test_multi_head_attention_keeps_its_projection_and_its_output() -> None:
    class Cross(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = nn.Linear(6, 6), nn.Linear(6, 6)
            self.attention = nn.MultiheadAttention(6, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            memory = self.right(x)
            return self.attention(self.left(x), memory, memory)[0]

    torch.manual_seed(0)
    model = Cross()
    run = looked(model, X, lambda output: output.square().mean())
    place = site(run, "multi_head_attention")
    assert (place.kind, place.weight) == ("attention", "attention.in_proj_weight")
    assert set(place.sources) == {site(run, "linear", module=name).index for name in ("left", "right")}
    output = model(X)
    output.retain_grad()
    output.square().mean().backward()
    assert number(run, place, "signal") == pytest.approx(signal(output), rel=1e-4)
    assert number(run, place, "gradient") == pytest.approx(rms(output.grad), rel=1e-4)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_what_arrives_at_each_moment_of_a_fused_layer(kind: type[nn.RNNBase], batch_first: bool) -> None:
    torch.manual_seed(0)
    embed, layer = nn.Embedding(5, 6), kind(6, 8, batch_first=batch_first)
    ids = torch.randint(5, (9, 4))

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.layer = embed, layer

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            read = self.layer(self.embed(ids))[0]
            return read[:, -1] if batch_first else read[-1]

    run = looked(Reader(), ids, lambda output: output.square().mean())
    place = next(s for s in run.sites if s.kind == "recurrent")
    sequence = embed(ids).detach().requires_grad_()
    read = layer(sequence)[0]
    (read[:, -1] if batch_first else read[-1]).square().mean().backward()
    assert sequence.grad is not None
    levels = sequence.grad.double().square().mean((0, 2) if batch_first else (1, 2)).sqrt()
    assert run.signal_extra(place.index, "moments") == [4 if batch_first else 9]
    assert run.signal_extra(place.index, "gradient_first") == [pytest.approx(float(levels[0] / levels.max()))]
    assert run.signal_extra(place.index, "moments_reached") == [int((levels >= 0.01 * levels.max()).sum())]
