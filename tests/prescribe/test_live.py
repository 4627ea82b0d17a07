"""Treatments of a model in memory: what they change, and that nothing is left of them once they are undone."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import gainstage
from gainstage.errors import GainstageError
from gainstage.prescribe.live.changes import Adjust, Clip, Normalise, Redraw, Rescale, Swap
from gainstage.prescribe.live.treatment import Treatment

COMMON: tuple[Any, ...] = ("a-remedy", "safe", "What it does.", "what it promises: 1")


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))


def data() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(256, 8, generator=generator)
    return x, (x[:, 0] * x[:, 1] > 0).long()


def train(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> float:
    x, y = data()
    loss = torch.zeros(())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


def treatments() -> list[Treatment]:
    return [
        Redraw(*COMMON, deviations={"0.weight": 0.5}, zeros=("0.bias",)),
        Redraw(*COMMON, deviations={"2.weight": 0.5}, rows={"2.weight": (0, 3)}),
        Redraw(*COMMON, orthogonal=("2.weight",)),
        Rescale(*COMMON, factors={"0.weight": 3.0, "4.weight": 0.1}),
        Swap(*COMMON, modules=("1", "3"), function="prelu"),
        Normalise(*COMMON, modules=("0", "2")),
        Normalise(*COMMON, modules=("0", "2"), kind="layer"),
        Clip(*COMMON, limit=0.01),
        Adjust(*COMMON, setting="lr", factor=0.1),
        Adjust(*COMMON, setting="weight_decay", value=0.1),
    ]


@pytest.mark.parametrize("treatment", treatments(), ids=lambda item: f"{type(item).__name__}-{item!r}"[:48])
def test_undone_it_never_was(treatment: Treatment) -> None:
    """Trained, treated, undone, trained on: bit for bit as without it, momenta included."""
    model, plain = network(), network()
    optimizer, other = (torch.optim.Adam(net.parameters(), lr=1e-2) for net in (model, plain))
    train(model, optimizer, 3), train(plain, other, 3)
    treatment.apply(model, optimizer)
    treatment.undo()
    before = copy.deepcopy(optimizer.state_dict()), len(optimizer.param_groups)
    train(model, optimizer, 3), train(plain, other, 3)
    assert [type(module) for module in model] == [type(module) for module in plain]
    for left, right in zip(model.parameters(), plain.parameters(), strict=True):
        assert torch.equal(left, right)
    assert before[1] == 1


@pytest.mark.parametrize("treatment", treatments(), ids=lambda item: f"{type(item).__name__}-{item!r}"[:48])
def test_applied_it_changes_the_training_and_leaves_the_rest(treatment: Treatment) -> None:
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    train(model, optimizer, 3)
    untouched = model[4].bias
    memory = optimizer.state[untouched]["exp_avg"].clone()
    random = torch.get_rng_state()
    treatment.apply(model, optimizer)
    if not isinstance(treatment, (Swap, Normalise)):
        assert torch.equal(random, torch.get_rng_state())
    assert torch.equal(optimizer.state[untouched]["exp_avg"], memory)
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in model.parameters()}
    loss = train(model, optimizer, 2)
    treatment.undo()
    plain = network()
    other = torch.optim.Adam(plain.parameters(), lr=1e-2)
    train(plain, other, 3)
    assert loss != train(plain, other, 2)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
def test_several_are_undone_in_reverse(chosen: list[int]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    train(model, optimizer, 2)
    before = copy.deepcopy((list(model.parameters()), optimizer.state_dict()))
    picked = [treatments()[index] for index in chosen]
    applied: list[Treatment] = []
    for treatment in picked:
        try:
            treatment.apply(model, optimizer)
        except GainstageError:
            continue  # a layer that another one has wrapped has a new name
        applied.append(treatment)
    for treatment in reversed(applied):
        treatment.undo()
    assert all(torch.equal(left, right) for left, right in zip(before[0], model.parameters(), strict=True))
    after = optimizer.state_dict()
    assert before[1]["param_groups"] == after["param_groups"]
    assert all(
        torch.equal(before[1]["state"][key]["momentum_buffer"], after["state"][key]["momentum_buffer"])
        for key in before[1]["state"]
    )


def test_after_an_error_everything_is_as_it_was() -> None:
    model = network()
    before = copy.deepcopy(model.state_dict())
    treatment = Rescale(*COMMON, factors={"0.weight": 3.0, "missing.weight": 2.0})
    with pytest.raises(GainstageError, match=r"no parameter 'missing.weight' in this Sequential"):
        treatment.apply(model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    with pytest.raises(GainstageError, match="not applied"):
        treatment.undo()
    with pytest.raises(GainstageError, match="about the optimizer's steps"):
        Clip(*COMMON).apply(model)


def test_a_dead_layer_is_revived_while_it_trains() -> None:
    """on_finding applies a safe remedy between two steps, and the training goes on to learn."""
    x, y = data()

    def go(treat: bool) -> float:
        model = network()
        with torch.no_grad():
            model[0].bias.fill_(-30.0)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
        told: list[str] = []

        def on_finding(finding: gainstage.Finding, watched: nn.Module | None, stepping: torch.optim.Optimizer) -> None:
            told.append(finding.code)
            assert watched is model and stepping is optimizer
            if treat and finding.code == "GS101":
                safe = [item for item in gainstage.remedies(watching.diagnosis) if item.safety == "safe"]
                safe[0].apply(watched, stepping)

        with gainstage.watch(every=1, on_finding=on_finding) as watching:
            train(model, optimizer, 80)
        assert "GS101" in told and len(told) == len(set(told))
        return F.cross_entropy(model(x), y).item()

    assert go(treat=True) < 0.35 < 0.65 < go(treat=False)


def test_a_failing_callback_ends_the_calls_and_not_the_training(capsys: pytest.CaptureFixture[str]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
    calls = []

    def on_finding(*arguments: object) -> None:
        calls.append(arguments)
        raise ValueError("oops")

    with gainstage.watch(every=1, on_finding=on_finding) as watching:
        train(model, optimizer, 40)
    assert watching.run.sampled == 40
    assert len(calls) == 1
    assert "on_finding is not called any more: ValueError: oops" in capsys.readouterr().err


def test_a_callback_may_end_the_training() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)

    def on_finding(*arguments: object) -> None:
        raise SystemExit("enough")

    with pytest.raises(SystemExit), gainstage.watch(every=1, on_finding=on_finding):
        train(model, optimizer, 40)
