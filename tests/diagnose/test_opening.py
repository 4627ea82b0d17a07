"""Branches that begin closed, by weights of zero, hold no gradient back: that is how they are meant."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import gainstage


class Adapted(nn.Module):
    """A frozen layer with an adapter beside it (Hu et al. 2021): the second matrix starts at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen, self.first = nn.Linear(32, 32), nn.Linear(32, 4, bias=False)
        self.second = nn.Linear(4, 32, bias=False)
        self.frozen.requires_grad_(False)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.frozen(x) + self.second(self.first(x)))


def steps(model: nn.Module, count: int = 3) -> set[str]:
    """What a few watched steps of plain descent find."""
    inputs, labels = torch.randn(64, 32), torch.randint(4, (64,))
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    with gainstage.watch(every=1) as watching:
        for _ in range(count):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    return {finding.code for finding in watching.diagnosis.findings}


def test_a_branch_that_starts_closed_is_no_vanishing_gradient() -> None:
    torch.manual_seed(0)
    assert "GS201" not in steps(nn.Sequential(Adapted(), Adapted(), nn.Linear(32, 4)))


def test_a_chain_without_a_way_around_is_one() -> None:
    """As faint as an adapter's first matrix, and nothing leads around it."""
    torch.manual_seed(0)
    faint = [nn.Linear(32, 32) for _ in range(4)]
    for layer in faint:
        nn.init.normal_(layer.weight, std=1e-4)
    assert "GS201" in steps(nn.Sequential(*faint, nn.Linear(32, 4)))


def test_a_residual_branch_whose_normalisation_starts_at_zero_is_not_blocked() -> None:
    """Goyal et al. 2017, section 5.1; as timm and torchvision's zero_init_residual do."""
    torch.manual_seed(0)
    closed = Branch()
    nn.init.zeros_(closed.norm.weight)
    model = nn.Sequential(nn.Linear(32, 32), closed, nn.Linear(32, 4))
    assert "GS203" not in codes(model, torch.randn(64, 32))
    assert "GS203" not in steps(model)


class Branch(nn.Module):
    """A residual branch that ends in a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm = nn.Linear(32, 32), nn.BatchNorm1d(32)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.norm(self.layer(x)))


def test_an_output_layer_that_starts_at_zero_is_waited_for() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*(m for _ in range(4) for m in (nn.Linear(32, 32), nn.Tanh())), nn.Linear(32, 4))
    nn.init.zeros_(model[-1].weight)
    assert "GS201" not in steps(model)


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
