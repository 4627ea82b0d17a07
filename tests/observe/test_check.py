"""``check`` looks once and leaves the model exactly as it was, also where the loss raises."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import gainstage
from gainstage.errors import GainstageError


def model() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.ReLU(), nn.Linear(8, 2))


def state(net: nn.Module) -> list[Any]:
    kept: list[Any] = [tensor.clone() for tensor in net.state_dict().values()]
    kept += [None if p.grad is None else p.grad.clone() for p in net.parameters()]
    return [*kept, torch.get_rng_state(), random.getstate()[1][0], np.random.get_state()[1].tolist(), net.training]


def same(first: list[Any], second: list[Any]) -> bool:
    return all(torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("mode", ["fresh", "with gradients", "evaluating", "raising"])
def test_the_model_is_left_as_it_was(mode: str) -> None:
    net, x = model(), torch.randn(16, 6)
    if mode == "with gradients":
        net(x).sum().backward()
    net.train(mode != "evaluating")
    gradients = [p.grad for p in net.parameters()]
    before = state(net)

    def loss(output: torch.Tensor) -> torch.Tensor:
        if mode == "raising":
            raise ZeroDivisionError("the user's own")
        return output.square().mean()

    if mode == "raising":
        with pytest.raises(ZeroDivisionError, match="the user's own"):
            gainstage.check(net, x, loss)
    else:
        assert gainstage.check(net, x, loss).findings is not None
    assert same(before, state(net))
    assert all(p.grad is g for p, g in zip(net.parameters(), gradients, strict=True))
    assert all(not module._forward_hooks and not module._backward_hooks for module in net.modules())


def test_check_works_under_no_grad_and_counts_no_training() -> None:
    net = model()
    with torch.no_grad():
        diagnosis = gainstage.check(net, torch.randn(16, 6), lambda output: output.square().mean())
    assert diagnosis.run.sampled == 1
    assert np.isfinite(diagnosis.run.signal(1, "gradient")).all()


@pytest.mark.parametrize("kind", ["tuple", "mapping", "tensor"])
def test_inputs_are_passed_as_the_model_takes_them(kind: str) -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(6, 2)

        def forward(self, x: torch.Tensor, scale: float = 1.0) -> dict[str, torch.Tensor]:
            return {"logits": self.layer(x) * scale}

    x = torch.randn(16, 6)
    inputs = {"tuple": (x, 2.0), "mapping": {"x": x, "scale": 2.0}, "tensor": x}[kind]
    run = gainstage.check(Two(), inputs, lambda output: output["logits"].square().mean()).run
    assert [site.operation for site in run.sites] == ["data", "linear"]


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda output: output, r"gave \(16, 2\), expected one number"),
        (lambda output: 3.0, "gave float, expected one number"),
        (lambda output: output.detach().sum(), "does not depend on any parameter"),
    ],
)
def test_a_loss_that_is_none_is_refused(loss: Any, words: str) -> None:
    with pytest.raises(GainstageError, match=words):
        gainstage.check(model(), torch.randn(16, 6), loss)


def test_check_watch_and_the_files_run_find_the_same(tmp_path: Any) -> None:
    torch.manual_seed(0)
    layers = [module for _ in range(16) for module in (nn.Linear(32, 32), nn.Sigmoid())]
    sick = nn.Sequential(*layers, nn.Linear(32, 2))
    x, labels = torch.randn(64, 32), torch.arange(64) % 2

    def codes(diagnosis: Any) -> set[str]:
        return {finding.code for finding in diagnosis.findings if finding.code[2] in "12"}

    checked = codes(gainstage.check(sick, x, lambda output: F.cross_entropy(output, labels)))
    found = []
    for path in (None, tmp_path / "run"):
        twin = copy.deepcopy(sick)
        optimizer = torch.optim.SGD(twin.parameters(), lr=1e-3)
        with gainstage.watch(path, every=1) as watching:
            for _ in range(3):
                optimizer.zero_grad()
                F.cross_entropy(twin(x), labels).backward()
                optimizer.step()
        found.append(codes(watching.diagnosis))
    assert "GS201" in checked
    assert found == [checked, checked]


def test_a_watch_inside_of_a_watch_is_refused() -> None:
    with gainstage.watch(), pytest.raises(GainstageError, match="inside of another"), gainstage.watch():
        pass


def test_a_model_in_the_place_of_a_name_is_refused() -> None:
    with pytest.raises(GainstageError, match="given Linear"), gainstage.watch(nn.Linear(2, 2)):  # type: ignore[arg-type]
        pass
