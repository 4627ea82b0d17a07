"""An error of ours ends observing with one line on stderr; the training ends in the same bits, with every hook gone."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import gainstage
from gainstage.errors import GainstageError, RecordingFailed
from gainstage.observe import samples, weights
from gainstage.observe.reduce import Reducer
from gainstage.observe.watcher import Watcher
from gainstage.record.sink import Memory
from gainstage.record.writer import Writer


def training() -> tuple[Callable[[], None], list[torch.Tensor]]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Dropout(0.1), nn.Linear(8, 1))
    optimizer, x = torch.optim.Adam(model.parameters(), lr=0.01), torch.randn(16, 6)

    def step() -> None:
        optimizer.zero_grad()
        F.mse_loss(model(x), x[:, :1]).backward()
        optimizer.step()

    return step, list(model.parameters())


def expected(steps: int) -> list[torch.Tensor]:
    step, parameters = training()
    for _ in range(steps):
        step()
    return [parameter.detach() for parameter in parameters]


def later(real: Callable[..., Any], calls: int) -> Callable[..., Any]:
    """Works ``calls`` times, then raises."""
    done = 0

    def broken(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        done += 1
        if done > calls:
            raise ValueError("a fault of ours")
        return real(*args, **kwargs)

    return broken


PLACES: dict[str, tuple[Any, str]] = {
    "before an operation": (Watcher, "before"),
    "after an operation": (Watcher, "after"),
    "hearing a gradient": (Reducer, "energy"),
    "before the optimizer's step": (weights, "look"),
    "after the optimizer's step": (weights, "read_gradients"),
    "working a sample out": (samples, "harvest"),
    "storing a sample": (Memory, "sample"),
}


@pytest.mark.parametrize("calls", [0, 3])
@pytest.mark.parametrize("place", PLACES)
def test_an_error_of_ours_ends_observing_and_nothing_else(
    place: str, calls: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, name = PLACES[place]
    monkeypatch.setattr(owner, name, later(getattr(owner, name), calls))
    step, parameters = training()
    with gainstage.watch(every=1) as watching:
        for _ in range(6):
            step()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("gainstage: stopped watching, the training goes on: ")
    assert captured.err.count("\n") == 1
    assert "a fault of ours" in captured.err
    assert [event.kind for event in watching.run.events if event.kind == "observer-error"] == ["observer-error"]
    assert all(torch.equal(a, b) for a, b in zip(parameters, expected(6), strict=True))
    assert all(not parameter._backward_hooks for parameter in parameters)


def test_a_hook_leaves_with_the_first_error_also_from_a_graph_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watcher, "after", later(Watcher.after, 4))
    layer = nn.Linear(6, 6)
    with gainstage.watch(every=1):
        hidden = layer(torch.ones(2, 6))
        output = torch.tanh(torch.tanh(hidden))
        for _ in range(3):
            output = output + 1
        assert not output._backward_hooks
    assert not hidden._backward_hooks
    output.sum().backward()


@pytest.mark.parametrize("calls", [0, 2])
def test_a_disk_that_fills_up_ends_the_recording_and_not_the_training(
    calls: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    real, done = Writer.sample, 0

    def sample(self: Writer, *args: Any, **kwargs: Any) -> None:
        nonlocal done
        done += 1
        if done > calls:
            raise RecordingFailed("run: the disk is full") from OSError(errno.ENOSPC, "No space left on device")
        real(self, *args, **kwargs)

    monkeypatch.setattr(Writer, "sample", sample)
    step, parameters = training()
    with gainstage.watch(tmp_path / "run", every=1) as watching:
        for _ in range(6):
            step()
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "the disk is full" in error
    assert all(torch.equal(a, b) for a, b in zip(parameters, expected(6), strict=True))
    assert len(watching.run.steps) == calls


def test_check_says_that_it_was_our_fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Watcher, "before", later(Watcher.before, 0))
    layer = nn.Linear(6, 1)
    with pytest.raises(GainstageError, match="inside of Gainstage"):
        gainstage.check(layer, torch.ones(2, 6), lambda output: output.sum())
    assert layer.weight.grad is None
    assert capsys.readouterr().err.count("\n") == 1
