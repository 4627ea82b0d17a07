"""Forward passes that run twice or not in Python: activation checkpointing and torch.compile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch._dynamo.testing import CompileCounterWithBackend
from torch.utils.checkpoint import checkpoint
from watched import descend, names, number, operations, rms, watched

import gainstage

X = torch.randn(16, 6, generator=torch.Generator().manual_seed(0))


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool, dropout: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.block = nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Linear(8, 8))
        self.head = nn.Linear(8, 1)
        self.reentrant = reentrant

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(checkpoint(self.block, x, use_reentrant=self.reentrant))


def test_a_recomputed_forward_is_counted_once_and_its_gradients_are_heard() -> None:
    model = Checkpointed(reentrant=False, dropout=0.0)
    run = watched(descend(model, lambda: model(X).square().mean(), rate=0.0), 3)
    inside = ["block.0 (linear)", "block.1 (relu)", "block.2 (dropout)", "block.3 (linear)"]
    assert names(run)[1:] == [*inside, "head (linear)"]
    assert [s.backward_passes for s in run.steps] == [1, 1, 1]
    tensors = [X]
    for layer in (*model.block, model.head):
        tensors.append(layer(tensors[-1].clone()))
        tensors[-1].retain_grad()
    tensors[-1].square().mean().backward()
    for place, tensor in zip(run.sites[1:], tensors[1:], strict=True):
        assert number(run, place, "gradient") == pytest.approx(rms(tensor.grad), rel=1e-5)


def test_reentrant_checkpointing_does_not_break() -> None:
    model = Checkpointed(reentrant=True)
    inputs = X.clone().requires_grad_()
    run = watched(descend(model, lambda: model(inputs).square().mean()), 3)
    assert "head (linear)" in names(run)
    assert [s.step for s in run.steps] == [0, 1, 2]


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpointed_training_ends_in_the_same_bits(reentrant: bool) -> None:
    ends = []
    for watching in (False, True):
        model, inputs = Checkpointed(reentrant), X.clone().requires_grad_()
        torch.manual_seed(1)
        step = descend(model, lambda model=model, inputs=inputs: model(inputs).square().mean())
        if watching:
            watched(step, 3)
        else:
            for _ in range(3):
                step()
        ends.append([parameter.detach().clone() for parameter in model.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*ends, strict=True))


@pytest.fixture(autouse=True)
def fresh_compiler() -> Any:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def compiled(backend: str) -> tuple[nn.Module, Callable[[], None], Any]:
    torch.manual_seed(0)
    counter = CompileCounterWithBackend(backend)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
    fast = torch.compile(model, backend=counter)
    return model, descend(model, lambda: F.mse_loss(fast(X), X[:, :1])), counter


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("when", ["compiled before", "compiled inside"])
def test_watching_causes_no_compilation(backend: str, when: str) -> None:
    model, step, counter = compiled(backend)
    if when == "compiled before":
        step()
        assert counter.frame_count == 1
    run = watched(step, 7, every=3)
    assert counter.frame_count == 1
    step()
    assert counter.frame_count == 1, "nothing of ours was a guard"
    assert operations(run) == ["linear", "tanh", "linear", "mse_loss"]
    assert [s.step for s in run.steps] == [0, 3, 6]
    assert {s.root for s in run.sites if s.module} == {"Sequential"}
    assert {p.name for p in run.parameters} == {name for name, _ in model.named_parameters()}


def test_a_sampled_step_runs_eagerly_and_the_others_compiled() -> None:
    calls: list[str] = []

    def backend(graph: torch.fx.GraphModule, inputs: object) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            calls.append("compiled")
            return graph(*args)

        return run

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
    fast = torch.compile(model, backend=backend)
    step = descend(model, lambda: F.mse_loss(fast(X), X[:, :1]))
    step()
    counts = []
    with gainstage.watch(every=2):
        for _ in range(4):
            calls.clear()
            step()
            counts.append(len(calls))
    assert counts == [0, 1, 0, 1]
