"""Formulas against torch, derivatives against autograd, properties against what they mean."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gainstage import functions
from gainstage.functions.entries import DEFINITIONS, VECTORS


def in_torch(name: str, x: torch.Tensor) -> torch.Tensor:
    """The function by its torch expression."""
    definition = DEFINITIONS[name]
    return eval(definition.torch, {"torch": torch, "F": torch.nn.functional, "x": x, **definition.settings({})})


@pytest.mark.parametrize("name", functions.names())
def test_values_and_derivatives_are_torchs(name: str) -> None:
    x = torch.linspace(-12, 12, 1201, dtype=torch.float64)
    x = (x + 1e-4).requires_grad_()  # beside the kinks
    y = in_torch(name, x)
    y.sum().backward()
    function = functions.get(name)
    points = x.detach().numpy()
    np.testing.assert_allclose(function.value(points), y.detach().numpy(), rtol=1e-9, atol=1e-12)
    assert x.grad is not None
    np.testing.assert_allclose(
        function.derivative(points), x.grad.numpy(), rtol=1e-7, atol=1e-12
    )  # torch rounds 1/6 to float32


MODULES = {name: entry.module for name, entry in {**DEFINITIONS, **VECTORS}.items() if entry.module}
ARGUMENTS = {"Threshold": (0.0, 0.0), "Softmax": (-1,), "LogSoftmax": (-1,), "Softmin": (-1,), "Maxout": (2, 1, 2)}


@pytest.mark.parametrize("name", [name for name in MODULES if name in DEFINITIONS])
def test_modules_are_the_functions_they_are_named_for(name: str) -> None:
    root, _, kind = MODULES[name].rpartition(".")
    module = getattr(importlib.import_module(root), kind)(*ARGUMENTS.get(kind, ())).double().eval()
    x = torch.linspace(-8, 8, 641, dtype=torch.float64) + 1e-4
    with torch.no_grad():
        found = module(x.clone())
    expected = functions.get(name).value(x.numpy())
    np.testing.assert_allclose(found.numpy(), expected, rtol=2e-7, atol=1e-12)  # learned parameters start in float32


def test_every_activation_module_of_torch_is_reached() -> None:
    named = {module.rpartition(".")[2] for module in MODULES.values() if module.startswith("torch.nn.")}
    assert set(torch.nn.modules.activation.__all__) - named == {"MultiheadAttention", "Softmax2d"}
    assert functions.card("Softmax2d").name == "softmax"


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_modules_exist(module: str) -> None:
    root, _, kind = module.rpartition(".")
    assert issubclass(getattr(importlib.import_module(root), kind), torch.nn.Module)


@pytest.mark.parametrize("name", functions.names())
def test_no_point_transmits_more_than_the_best(name: str) -> None:
    function = functions.get(name)
    anywhere = np.random.default_rng(0).uniform(-20, 20, 100_000)
    assert (function.derivative(anywhere) ** 2 <= function.best_transmission * (1 + 1e-9)).all()


def test_best_transmission_of_functions_with_a_known_maximum() -> None:
    assert functions.get("sigmoid").best_transmission == pytest.approx(1 / 16)
    assert functions.get("gelu").best_transmission == pytest.approx(
        (0.5 * (1 + math.erf(1)) + math.sqrt(2) * math.exp(-1) / math.sqrt(2 * math.pi)) ** 2, rel=1e-10
    )  # its derivative peaks at sqrt 2
    assert functions.get("exp").best_transmission == math.inf


def test_properties_follow_from_the_formula() -> None:
    names = functions.names()
    assert [n for n in names if functions.get(n).linear] == ["linear"]
    homogeneous = {n for n in names if functions.get(n).homogeneous}
    assert homogeneous == {n for n in names if functions.card(n)["homogeneity"] == 1.0}
    assert {"linear", "relu", "leaky_relu", "prelu", "rrelu", "threshold", "absolute", "srelu"} == homogeneous
    odd = {n for n in names if functions.get(n).zero_centred}
    assert odd == {n for n in names if functions.card(n)["symmetry"] == "odd"}
    assert {"linear", "hardtanh", "tanh", "softsign", "tanhshrink", "softshrink", "hardshrink", "sin", "erf"} < odd
    assert functions.get("sigmoid").range == pytest.approx((0, 1))
    assert functions.get("relu").range == (0.0, math.inf)
    assert functions.get("logsigmoid").range[0] == -math.inf


@given(st.floats(0.001, 0.9))
def test_parameters_are_taken_over(slope: float) -> None:
    function = functions.get("leaky_relu", {"negative_slope": slope, "inplace": True})
    assert function.value(np.array([-2.0]))[0] == pytest.approx(-2 * slope)


def test_unknown_names_are_an_error() -> None:
    assert not functions.known("softmax") and "softmax" in functions.NOT_ELEMENTWISE
    with pytest.raises(KeyError):
        functions.get("softmax")
