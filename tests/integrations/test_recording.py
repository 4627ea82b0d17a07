"""What all callbacks share: begin, stop, end, and silence where the training is watched already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import gainstage
from gainstage.integrations.recording import Recording, watched
from gainstage.integrations.standin import stand_in


def train(recording: Recording | None = None, steps: int = 8, depth: int = 12) -> int:
    """Train a chain of sigmoids, in a loop that asks whether to stop; returns the steps done."""
    torch.manual_seed(0)
    layers = [part for _ in range(depth) for part in (nn.Linear(32, 32), nn.Sigmoid())]
    network = nn.Sequential(*layers, nn.Linear(32, 2))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    inputs = torch.randn(128, 32)
    for step in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(network(inputs), (inputs[:, 0] > 0).long()).backward()
        optimizer.step()
        if recording is not None and recording.stopping:
            return step + 1
    return steps


Make = Callable[..., Recording]


@pytest.fixture
def make() -> Iterator[Make]:
    """A recording; at the test's end it is over, so that a failing test fails alone."""
    made: list[Recording] = []

    def recording(*args: object, **settings: object) -> Recording:
        made.append(Recording(*args, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield recording
    for one in made:
        one.end()


def test_the_verdict_is_kept_and_printed(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    recording = make()
    recording.begin()
    train()
    recording.end()
    assert recording.diagnosis is not None
    assert recording.diagnosis.findings[0].code == "GS201"
    said = capsys.readouterr()
    assert "GS201 vanishing-gradient" in said.err
    assert said.out == ""
    recording.end()
    assert capsys.readouterr().err == ""


def test_every_training_has_a_recording_of_its_own(make: Make) -> None:
    recording = make(quiet=True)
    for steps in (3, 5):
        recording.begin()
        train(steps=steps)
        recording.end()
        assert recording.diagnosis is not None
        assert len(recording.diagnosis.run.steps) == steps


@pytest.mark.parametrize(("stop_on", "steps"), [("error", 4), ("never", 8)])
def test_it_stops_where_asked_to(make: Make, stop_on: str, steps: int) -> None:
    recording = make(stop_on=stop_on, quiet=True)
    recording.begin()
    assert train(recording) == steps
    recording.end()
    assert (recording.stopping is not None) == (stop_on == "error")


def test_a_healthy_training_is_not_stopped(make: Make) -> None:
    recording = make(stop_on="error", quiet=True)
    recording.begin()
    assert train(recording, depth=1) == 8
    recording.end()


def test_an_exception_is_written_down(make: Make, tmp_path: Path) -> None:
    recording = make(tmp_path / "died", quiet=True)
    recording.begin()
    train(steps=3)
    recording.end(ValueError("no more data"))
    run = gainstage.load(tmp_path / "died")
    assert run.info.outcome == "exception"
    assert any("no more data" in event.text for event in run.events)


def test_a_training_that_died_in_silence_ends_with_the_next(make: Make) -> None:
    recording = make(quiet=True)
    recording.begin()
    train(steps=3)
    recording.begin()
    train(steps=2)
    recording.end()
    assert recording.diagnosis is not None
    assert len(recording.diagnosis.run.steps) == 2


def test_what_is_watched_already_is_left_alone(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    recording = make()
    assert not watched()
    with gainstage.watch() as watching:
        assert watched()
        recording.begin()
        train(steps=3)
        recording.end()
    assert recording.diagnosis is None
    assert watching.run.sampled == 3
    assert capsys.readouterr().err == ""


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(gainstage.GainstageError, match="did you mean 'error'"):
        Recording(stop_on="errors")


def test_steps_of_an_optimizer_that_is_not_torchs_are_seen() -> None:
    weight = torch.ones(3, 1, requires_grad=True)
    shown = stand_in("Lion", [weight], {"lr": 0.0})

    def update() -> str:
        with torch.no_grad():
            weight.sub_(0.5 * weight.grad)  # type: ignore[operator]
        return "done"

    with gainstage.watch() as watching:
        for _ in range(3):
            weight.grad = None
            F.mse_loss(torch.ones(8, 3) @ weight, torch.zeros(8, 1)).backward()
            assert shown.around(update, 0.5) == "done"
    steps = watching.run.steps
    assert [(step.optimizer, step.learning_rate) for step in steps] == [("Lion", 0.5)] * 3
