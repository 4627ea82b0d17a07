"""The modules keep the conventions of torch.nn, and keep no more memory than they must."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest
import torch
from torch import nn as theirs

import gainstage
from gainstage import nn as ours

NAMES = [name for name in ours.__all__ if name != "functional"]
ARGUMENTS: dict[str, tuple[Any, ...]] = {"Swish": (1.5, True, 4), "PReLU": (4,), "SReLU": (4,), "Snake": (4,)}


def made(name: str) -> theirs.Module:
    return getattr(ours, name)(*ARGUMENTS.get(name, ()))


@pytest.mark.parametrize("name", NAMES)
def test_modules_copy_save_load_and_say_what_they_are(name: str) -> None:
    module = made(name)
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    twin = copy.deepcopy(module)
    assert torch.equal(twin(x), module(x))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.25)
    twin.load_state_dict(module.state_dict())
    assert torch.equal(twin(x), module(x))
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(x), module(x))
    assert repr(module).startswith(f"{name}(") and len(repr(module).splitlines()) == 1
    assert type(module).__doc__


@pytest.mark.parametrize("name", ARGUMENTS)
def test_parameters_take_device_and_dtype(name: str) -> None:
    module = getattr(ours, name)(*ARGUMENTS[name], device="meta", dtype=torch.float64)
    assert {(p.device.type, p.dtype) for p in module.parameters()} == {("meta", torch.float64)}
    assert made(name)(torch.randn(2, 4).bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(theirs, name)])
def test_modules_stand_in_for_torchs(name: str) -> None:
    ours_module, their_module = made(name), getattr(theirs, name)(*ARGUMENTS.get(name, ()))
    assert isinstance(ours_module, getattr(theirs, name))
    assert list(ours_module.state_dict()) == list(their_module.state_dict())
    x = torch.linspace(-4, 4, 40).view(10, 4)
    torch.testing.assert_close(ours_module(x), their_module(x), rtol=1e-5, atol=2e-6)


def kept(activation: theirs.Module) -> float:
    """Bytes per element that autograd keeps between two linear layers."""
    width, rows = 64, 1024
    before, after = theirs.Linear(width, width), theirs.Linear(width, width)
    if isinstance(activation, ours.Maxout):
        before = theirs.Linear(width, 2 * width)
    storages: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x = before(torch.randn(rows, width))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = after(activation(x))
    del storages[after.weight.untyped_storage().data_ptr()]
    assert result.requires_grad
    return sum(size for size in storages.values() if size >= rows * width) / (rows * width)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        *[(name, 4.0) for name in ("ReLU", "LeakyReLU", "ReLU6", "Hardtanh", "PReLU")],
        ("Maxout", 5.0),
        *[(name, 8.0) for name in ("GELU", "SiLU", "Mish", "Tanh", "Sigmoid", "ELU", "Softplus", "Softsign", "Serf")],
    ],
)
def test_little_is_kept_for_backward(name: str, most: float) -> None:
    assert kept(getattr(ours, name)()) == most


def test_the_package_is_loaded_on_first_use() -> None:
    assert gainstage.nn is ours and "nn" in dir(gainstage)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["GELU", "ELU", "Tanhshrink", "ReLU", "PReLU", "Swish", "Maxout", "SwiGLU", "Snake", "BinaryStep"]
)
def test_compiled_calls_give_the_same_bits_without_a_graph_break(name: str) -> None:
    module = made(name)
    x = torch.cat([torch.linspace(-20, 20, 4001), torch.logspace(-12, 0, 199)]).view(-1, 4)
    seed = torch.randn_like(module(x))
    results = []
    for call in (module, torch.compile(module, fullgraph=True)):
        given = x.clone().requires_grad_()
        y = call(given)
        results.append((y.detach(), *torch.autograd.grad(y, (given, *module.parameters()), seed)))
    for position, (eager, compiled) in enumerate(zip(*results, strict=True)):
        # A parameter's gradient is a sum over all elements, whose order is no promise.
        torch.testing.assert_close(compiled, eager, rtol=0 if position < 2 else 1e-5, atol=0)
