"""A team's own tests: the network's start, and its first steps. Run them with `pytest examples/ci`."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    inputs = torch.randn(256, 16)
    return inputs, (inputs[:, 0] > 0).long()


def test_the_start_is_healthy(gainstage_check, model, batch):
    inputs, labels = batch
    gainstage_check(model, inputs, lambda output: F.cross_entropy(output, labels))


@pytest.mark.gainstage(fail_on="warning")
def test_the_first_steps_are_healthy(model, batch):
    inputs, labels = batch
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(32):
        optimizer.zero_grad()
        F.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
