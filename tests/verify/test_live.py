"""``gainstage.fix``: the proof for a model in this process."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import gainstage
from gainstage.errors import NothingObserved

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(256, 16, generator=GENERATOR)
Y = (X[:, 0] + X[:, 1] > 0).long()


FITTING = (2 / 16) ** 0.5  # He's: torch's own start is too small for four layers of ReLU


def make_model(std: float) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(4):
        layers += [nn.Linear(16, 16), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(16, 2))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=std)
    return model


def train(model: nn.Module, steps: int = 100) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), Y).backward()
        optimizer.step()


def test_a_bad_start_is_cured_and_proved() -> None:
    fixed = gainstage.fix(lambda: make_model(0.02), train, candidates=1)
    chosen = fixed.proof.chosen
    assert chosen is not None and chosen.candidate.remedy == "reinitialise", fixed.proof.reason
    assert chosen.against_untouched is not None and chosen.against_untouched.high < 1
    assert chosen.against_random is not None and chosen.against_random.clear
    model = make_model(0.02)
    assert fixed.treatment is not None
    fixed.treatment.apply(model)
    assert model[0].weight.std() > 0.2  # type: ignore[index,operator,union-attr]


def test_a_healthy_training_is_trained_once_and_nothing_is_left_behind() -> None:
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    made: list[nn.Module] = []

    def make() -> nn.Module:
        made.append(make_model(FITTING))
        return made[-1]

    fixed = gainstage.fix(make, train)
    assert fixed.treatment is None and "nothing to cure" in fixed.proof.reason and len(made) == 1
    after = random.random(), np.random.rand(), float(torch.rand(()))
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    assert after == (random.random(), np.random.rand(), float(torch.rand(())))


def test_a_trial_ends_after_its_steps() -> None:
    def endless(model: nn.Module) -> None:
        train(model, 10**9)

    assert gainstage.fix(lambda: make_model(FITTING), endless, steps=30).proof.length == 30


def test_torch_is_as_it_was_after_a_trial() -> None:
    before = torch.autograd._engine_run_backward, torch.amp.GradScaler.scale
    gainstage.fix(lambda: make_model(FITTING), train)
    assert before == (torch.autograd._engine_run_backward, torch.amp.GradScaler.scale)


def test_a_training_without_a_step_is_told() -> None:
    def idle(model: nn.Module) -> Any:
        return None

    with pytest.raises(NothingObserved, match="no optimizer step"):
        gainstage.fix(lambda: make_model(FITTING), idle)
