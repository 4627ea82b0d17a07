"""Predicted gradients against sampled networks of finite width."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gainstage import functions
from gainstage.theory.gains import initial_gain
from gainstage.theory.meanfield import Layer, gradient_db

MODULES = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def _measured_db(name: str, gain: float, depth: int, width: int = 256) -> float:
    torch.manual_seed(0)
    x, gradients = torch.randn(256, width), []
    for layer in range(depth):
        x = x @ (torch.randn(width, width) * gain / width**0.5)
        x.requires_grad_() if not layer else x.retain_grad()
        gradients.append(x)
        x = MODULES[name]()(x) if layer < depth - 1 else x
    (x * torch.randn_like(x)).sum().backward()
    first, last = (g.grad.square().mean().sqrt() for g in (gradients[0], gradients[-1]) if g.grad is not None)
    return float(20 * torch.log10(first / last))


@pytest.mark.parametrize("name", sorted(MODULES))
@pytest.mark.parametrize("gain", [0.58, 1.41, 3.0])
def test_prediction_is_what_a_wide_network_does(name: str, gain: float) -> None:
    function, depth = functions.get(name), 8
    predicted = gradient_db([Layer(256, 256, function, gain)] * depth)
    assert predicted == pytest.approx(_measured_db(name, gain, depth), abs=0.05 * abs(predicted) + 2.0)


def test_the_gradient_adds_up_over_depth() -> None:
    relu = Layer(64, 64, functions.get("relu"), 1.0)
    assert gradient_db([relu] * 21) == pytest.approx(2 * gradient_db([relu] * 11))


def test_fitting_gains_keep_the_gradient_of_rectifiers() -> None:
    relu = functions.get("relu")
    assert gradient_db([Layer(64, 64, relu, initial_gain(relu))] * 50) == pytest.approx(0.0, abs=0.1)
