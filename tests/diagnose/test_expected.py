"""Expected gains beside measured ones, in networks that are drawn and run; and where theory says nothing."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

import gainstage
from gainstage.diagnose.ladder import Rung, ladder
from gainstage.diagnose.view import View

WIDTH = 128


def rungs(model: nn.Module) -> tuple[Rung, ...]:
    """Of a random linear loss: the theory's gradients know nothing of the weights that they come back through."""
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    with gainstage.watch(None) as watching:
        for _ in range(3):
            optimizer.zero_grad()
            (model(torch.randn(256, WIDTH)) * torch.randn(256, WIDTH)).sum().backward()
            optimizer.step()
    return ladder(View(watching.run))


def chain(activation: nn.Module, *norm: type[nn.Module]) -> nn.Sequential:
    torch.manual_seed(0)
    layers = [[nn.Linear(WIDTH, WIDTH), *(kind(WIDTH) for kind in norm), activation] for _ in range(4)]
    return nn.Sequential(*(module for layer in layers for module in layer), nn.Linear(WIDTH, WIDTH))


@pytest.mark.parametrize("activation", [nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.SiLU()])
@pytest.mark.parametrize("norm", [(), (nn.LayerNorm,), (nn.BatchNorm1d,)])
def test_random_stages_do_what_is_expected(activation: nn.Module, norm: tuple[type[nn.Module], ...]) -> None:
    found = rungs(chain(activation, *norm))
    for rung in found[1:]:  # 128 units share an offset to 6 %, half a decibel: three standard deviations
        assert rung.forward_db == pytest.approx(rung.expected_forward_db, abs=1.5)
        assert rung.backward_db == pytest.approx(rung.expected_backward_db, abs=1.5)


def test_orthogonal_weights_are_expected_like_any_others() -> None:
    model = chain(nn.Tanh())
    for module in model:
        if isinstance(module, nn.Linear):
            nn.init.orthogonal_(module.weight)
    for rung in rungs(model)[1:]:
        assert rung.forward_db == pytest.approx(rung.expected_forward_db, abs=0.7)


def test_convolutions_have_an_expectation_as_well() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Unflatten(1, (2, 8, 8)), nn.Conv2d(2, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3),
                          nn.ReLU(), nn.Flatten(), nn.Linear(32 * 36, WIDTH))  # fmt: skip
    for rung in rungs(model):
        assert rung.forward_db == pytest.approx(rung.expected_forward_db, abs=1.5)


class Skip(nn.Module):
    """A branch around which the input goes."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)


@pytest.mark.parametrize("between", [nn.Dropout(0.5), nn.GroupNorm(4, WIDTH), nn.MaxPool1d(2)])
def test_where_theory_does_not_apply_nothing_is_claimed(between: nn.Module) -> None:
    torch.manual_seed(0)
    width = WIDTH // 2 if isinstance(between, nn.MaxPool1d) else WIDTH
    first = rungs(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), between, nn.Linear(width, WIDTH)))[0]
    assert math.isnan(first.expected_forward_db) and math.isnan(first.expected_backward_db)


def test_residual_stages_are_left_out() -> None:
    torch.manual_seed(0)
    found = rungs(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh(), Skip(), nn.Tanh(), nn.Linear(WIDTH, WIDTH)))
    assert math.isnan(found[1].expected_forward_db)
