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


def test_an_output_layer_that_starts_at_zero_is_waited_for() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*(m for _ in range(4) for m in (nn.Linear(32, 32), nn.Tanh())), nn.Linear(32, 4))
    nn.init.zeros_(model[-1].weight)
    inputs, labels = torch.randn(64, 32), torch.randint(4, (64,))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with gainstage.watch(every=1) as watching:
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    assert "GS201" not in {finding.code for finding in watching.diagnosis.findings}


class Scaled(nn.Module):
    """A residual branch behind a layer scale that starts at 1e-6 (Touvron et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.widen, self.narrow = nn.LayerNorm(32), nn.Linear(32, 64), nn.Linear(64, 32)
        self.scale = nn.Parameter(torch.full((32,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale * self.narrow(nn.functional.gelu(self.widen(self.norm(x))))


class Bottleneck(nn.Module):
    """An inverted residual whose projection is linear on purpose (Sandler et al. 2018), of one width throughout."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise = nn.Sequential(nn.Conv2d(8, 8, 3, 2, 1, groups=8), nn.BatchNorm2d(8), nn.ReLU6())
        self.project = nn.Sequential(nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))

    def forward(self, x: Tensor) -> Tensor:
        return self.project(self.depthwise(x))


def test_faint_gradients_on_branches_are_no_loss_on_the_way() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(32, 32), *(Scaled() for _ in range(4)), nn.Linear(32, 4))
    assert "GS201" not in codes(model, torch.randn(64, 32))


def test_a_stage_in_front_of_which_the_gradient_comes_back_is_no_loss_on_the_way() -> None:
    """A normalisation divides by what the weights behind it multiply with."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(32, 32), nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 4))
    with torch.no_grad():
        model[1].weight *= 1e4
        model[1].bias.zero_()
    assert "GS201" not in codes(model, torch.randn(64, 32))


def test_linear_bottlenecks_are_no_linear_collapse() -> None:
    torch.manual_seed(0)
    stem, head = nn.Conv2d(3, 8, 3, padding=1), (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 4))
    plain = nn.Sequential(stem, nn.ReLU(), Bottleneck(), nn.Conv2d(8, 24, 1), nn.ReLU(), *head)
    assert "GS106" not in codes(plain, torch.randn(64, 3, 8, 8))
    missing = nn.Sequential(stem, nn.ReLU(), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 24, 1), nn.ReLU(), *head)
    assert "GS106" in codes(missing, torch.randn(64, 3, 8, 8))


def codes(model: nn.Module, inputs: Tensor) -> set[str]:
    """What one look at the model finds."""
    labels = torch.randint(4, (len(inputs),))
    diagnosis = gainstage.check(model, inputs, lambda output: nn.functional.cross_entropy(output, labels))
    return {finding.code for finding in diagnosis.findings}
