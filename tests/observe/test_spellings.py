"""The same network in other words: modules, functions, methods, in place, and activations made of tensor operations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import looked, number, operations, rms, signal, site

from gainstage.diagnose.view import View
from gainstage.record.run import Run

Activation = Callable[[torch.Tensor], torch.Tensor]
SPELLINGS: dict[str, list[Activation]] = {
    "relu": [
        nn.ReLU(),
        nn.ReLU(inplace=True),
        F.relu,
        lambda x: F.relu(x, inplace=True),
        F.relu_,
        torch.relu,
        torch.relu_,
        lambda x: x.relu(),
        lambda x: x.relu_(),
        lambda x: x.clamp(min=0),
        lambda x: x.clamp_(min=0),
        lambda x: torch.clamp(x, 0),
        lambda x: x.clamp_min(0),
        lambda x: x.clip(min=0),
    ],
    "tanh": [nn.Tanh(), F.tanh, torch.tanh, lambda x: x.tanh(), lambda x: x.tanh_()],
    "sigmoid": [nn.Sigmoid(), torch.sigmoid, lambda x: x.sigmoid(), lambda x: x.sigmoid_(), torch.special.expit],
    "leaky_relu": [nn.LeakyReLU(), nn.LeakyReLU(inplace=True), F.leaky_relu, F.leaky_relu_],
    "elu": [nn.ELU(), nn.ELU(inplace=True), F.elu, F.elu_],
    "silu": [nn.SiLU(), nn.SiLU(inplace=True), F.silu],
    "hardtanh": [nn.Hardtanh(), nn.Hardtanh(inplace=True), F.hardtanh, F.hardtanh_],
    "selu": [nn.SELU(), F.selu, torch.selu, torch.selu_],
}


class Doubled(torch.autograd.Function):
    """An activation that no function mode ever sees."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return 2 * x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        return 2 * gradient * (ctx.saved_tensors[0] > 0)


OWN: dict[str, Activation] = {
    "autograd.Function": Doubled.apply,
    "swish": lambda x: x * torch.sigmoid(x),
    "where": lambda x: torch.where(x > 0, x, 0.1 * x),
    "maximum": lambda x: torch.maximum(x, torch.zeros(())),
    "mask": lambda x: x * (x > 0),
    "square": lambda x: x.square() / (1 + x.square()),
    "softplus-like": lambda x: torch.log(1 + torch.exp(x)),
}
X = torch.randn(24, 6, generator=torch.Generator().manual_seed(1))


class Net(nn.Module):
    def __init__(self, activation: Activation) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = nn.Linear(6, 8), nn.Linear(8, 3)
        self.activation = activation if isinstance(activation, nn.Module) else None
        self._function = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self._function(self.first(x)))


def look(activation: Activation) -> Run:
    return looked(Net(activation), X, lambda output: F.mse_loss(output, torch.ones(24, 3)))


@pytest.mark.parametrize(
    ("name", "spelling"), [(name, n) for name, spellings in SPELLINGS.items() for n in range(len(spellings))]
)
def test_every_spelling_gives_the_same_sites_and_numbers(name: str, spelling: int) -> None:
    plain, run = look(SPELLINGS[name][0]), look(SPELLINGS[name][spelling])
    assert operations(run) == ["linear", name, "linear", "mse_loss"]
    assert site(run, name).function == name
    for column in ("signal_in", "signal", "offset_in", "gradient", "gradient_in", "transmission", "minimum"):
        ours = [number(run, s, column) for s in run.sites]
        np.testing.assert_allclose(ours, [number(plain, s, column) for s in plain.sites], rtol=1e-5, err_msg=column)


def test_a_pre_activation_is_read_before_it_is_overwritten() -> None:
    net = Net(torch.relu_)
    before = net.first(X)
    run = looked(net, X, lambda output: output.square().mean())
    relu = site(run, "relu")
    assert number(run, relu, "signal_in") == pytest.approx(signal(before), rel=1e-5)
    first = site(run, "linear", module="first")
    assert number(run, first, "minimum") == pytest.approx(float(before.detach().min()))
    assert number(run, relu, "minimum") == 0.0
    assert number(run, relu, "transmission") == pytest.approx(float((before > 0).double().mean()), rel=1e-6)
    assert relu.in_place


@pytest.mark.parametrize("name", OWN)
def test_an_activation_of_tensor_operations_is_measured(name: str) -> None:
    net = Net(OWN[name])
    before = net.first(X)
    before.retain_grad()
    after = OWN[name](before)
    after.retain_grad()
    F.mse_loss(net.last(after), torch.ones(24, 3)).backward()
    run = look(OWN[name])
    first, last = site(run, "linear", module="first"), site(run, "linear", module="last")
    assert number(run, first, "gradient") == pytest.approx(rms(before.grad), rel=1e-5)
    assert number(run, last, "gradient_in") == pytest.approx(rms(after.grad), rel=1e-5)
    assert first.index in last.sources
    assert last.via


@pytest.mark.parametrize("activation", [*OWN.values(), F.relu, torch.tanh], ids=[*OWN, "relu", "tanh"])
def test_the_shares_of_a_stage_add_up_to_its_gain(activation: Activation) -> None:
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(4)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers[:-1]:
                x = activation(layer(x))
            return self.layers[-1](x)

    view = View(looked(Deep(), X, lambda output: output.square().mean()))
    assert len(view.stages) == 4
    for stage, following in pairwise(view.stages[1:]):
        total = view.backward_db(stage)
        assert np.isfinite(total).all()
        assert sum(view.shares_db(stage).values()) == pytest.approx(total, abs=1e-6)
        here, there = (number(view.run, s.site, "gradient_in") for s in (stage, following))
        assert total[0] == pytest.approx(20 * np.log10(here / there), abs=1e-6)
    assert all(stage.function for stage in view.stages[:-1])
