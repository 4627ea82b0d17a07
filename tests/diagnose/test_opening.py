"""Branches that begin closed, by weights of zero, hold no gradient back: that is how they are meant."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import gainstage


class Adapted(nn.Module):
    """A frozen layer with an adapter beside it (Hu et al. 2021): the second matrix starts at ``size``."""

    def __init__(self, size: float) -> None:
        super().__init__()
        self.frozen, self.first = nn.Linear(32, 32), nn.Linear(32, 4, bias=False)
        self.second = nn.Linear(4, 32, bias=False)
        self.frozen.requires_grad_(False)
        nn.init.normal_(self.second.weight, std=size) if size else nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.frozen(x) + self.second(self.first(x)))


@pytest.mark.parametrize(("size", "said"), [(0.0, False), (1e-6, True)])
def test_a_branch_that_starts_closed_is_no_vanishing_gradient(size: float, said: bool) -> None:
    """The same branch, faint without being zero, is one."""
    torch.manual_seed(0)
    model = nn.Sequential(Adapted(size), Adapted(size), nn.Linear(32, 4))
    inputs, labels = torch.randn(64, 32), torch.randint(4, (64,))
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    with gainstage.watch(every=1) as watching:
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    assert ("GS201" in {finding.code for finding in watching.diagnosis.findings}) is said
