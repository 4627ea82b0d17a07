"""The race in this process, for a model that two functions make and train."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import gainstage
from gainstage.errors import GainstageError

X = torch.randn(64, 8, generator=torch.Generator().manual_seed(0))


def make() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))


def train(model: nn.Module) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(40):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(X), X[:, :1]).backward()
        optimizer.step()


def test_a_model_in_memory_is_compared_and_nothing_is_left_behind() -> None:
    state = torch.get_rng_state()
    found = gainstage.compare(make, train, activations=["relu", "tanh"], inits=["default", "he"], factors=[1], seeds=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert {row.arm.name for row in found.rows} == {"relu", "tanh", "relu, he", "tanh, he"}
    facts = {row.arm.name: row.best.facts for row in found.rows}
    assert facts["relu, he"] is not None and facts["relu, he"].functions == ("relu",)


def test_an_activation_that_is_a_function_is_told() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(8, 16), nn.Linear(16, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.b(torch.tanh(self.a(x)))

    with pytest.raises(GainstageError, match="cannot be replaced in memory"):
        gainstage.compare(Net, train)
