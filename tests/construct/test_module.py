"""The torch module: the same network in its dtype, an ordinary one to train, copy, cut and save."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

import gainstage
from gainstage.construct.build import construct
from gainstage.construct.export import exported, tensors
from gainstage.construct.module import activation, module
from gainstage.construct.unit import unit
from gainstage.functions import names

WAVE = "sin(3*x)*exp(-x/2)"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["sigmoid", "tanh", "relu", "gelu", "leaky_relu", "softplus", "binary_step"])
def test_torch_stays_within_the_bound_everywhere(kind: str, dtype: str) -> None:
    network = gainstage.approximate(WAVE, (0, 3), 0.05, kind, dtype=dtype)
    x = torch.linspace(0, 3, 20_001, dtype=getattr(torch, dtype))[:, None]
    with torch.no_grad():
        error = (network(x).double() - torch.sin(3 * x.double()) * torch.exp(-x.double() / 2)).abs().max().item()
    assert error <= network.report.bound <= 0.05
    computed = network(x).detach().numpy()
    assert network.evaluate(x.numpy()) == pytest.approx(computed, abs=network.report.rounding + 1e-12)


def test_it_is_an_ordinary_sequential() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    network = gainstage.approximate("x**2", (-1, 1), 0.05, unit="relu")
    assert torch.equal(before, torch.get_rng_state())
    assert isinstance(network, torch.nn.Sequential) and len(network) == 3
    assert isinstance(network[1], torch.nn.ReLU)
    assert len(network[:2]) == 2
    twin = copy.deepcopy(network)
    assert twin.report == network.report
    network(torch.zeros(5, 7, 1)).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@pytest.mark.parametrize("kind", names())
def test_activations_are_the_catalogues(kind: str) -> None:
    one = unit(kind)
    x = torch.linspace(-6, 6, 241, dtype=torch.float64)
    found = activation(one)(x)
    assert not list(activation(one).parameters())
    assert found.numpy() == pytest.approx(one.function.value(x.numpy()), rel=1e-9, abs=1e-9)


def test_training_goes_on_from_it() -> None:
    network = gainstage.approximate(WAVE, (0, 3), 0.2, unit="relu")
    x = torch.linspace(0, 3, 257)[:, None]
    y = torch.sin(3 * x) * torch.exp(-x / 2)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_safetensors_hold_the_state_dict_and_the_report(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    from safetensors.torch import load_file

    built = construct(WAVE, (0, 3), 0.05, "relu")
    file = tmp_path / "wave.safetensors"
    file.write_bytes(exported(built, "safetensors"))
    network = module(built)
    network.load_state_dict(load_file(file))
    with safetensors.safe_open(file, "np") as opened:
        said = opened.metadata()
    assert said["unit"] == "relu" and float(said["bound"]) == built.report.bound
    assert set(tensors(built)) == set(network.state_dict())


@pytest.mark.parametrize(("kind", "dtype"), [("relu", "float32"), ("sigmoid", "float32"), ("elu", "float64")])
def test_onnx_computes_the_same(kind: str, dtype: str) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    built = construct(WAVE, (0, 3), 0.05, kind, dtype=dtype)
    model = onnx.load_from_string(exported(built, "onnx"))
    x = np.linspace(0, 3, 101)[:, None].astype(dtype)
    with np.errstate(all="ignore"):  # the reference computes both branches of a sigmoid
        (y,) = ReferenceEvaluator(model).run(None, {"x": x})
    assert y.ravel() == pytest.approx(built.network(x.astype(float)), abs=built.report.rounding + 1e-9)


def test_onnx_without_an_operator_says_so() -> None:
    with pytest.raises(gainstage.GainstageError, match="no operator for squareplus"):
        exported(construct("x^2", (-1, 1), 0.1, "squareplus"), "onnx")


def test_onnx_would_round_a_slope_of_a_hundredth() -> None:
    with pytest.raises(gainstage.GainstageError, match="rounds the parameters of leaky_relu"):
        exported(construct("x^2", (-1, 1), 0.1, "leaky_relu", dtype="float64"), "onnx")
