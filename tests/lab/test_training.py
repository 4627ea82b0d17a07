"""A training under watch: torch really runs, the page follows, and nothing is left behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from gainstage.lab import train
from gainstage.lab.controls import read
from gainstage.lab.panels import PANELS
from gainstage.lab.training import Training, begin

pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")
PATIENCE = 100  # seconds


def until(training: Training, holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, training.said
        time.sleep(0.05)


def arguments(**changed: object) -> list[str]:
    query = {name: str(value) for name, value in changed.items()}
    state = read(PANELS["train"].controls(query), query)
    assert state.troubles == ()
    return train.arguments(state.values)


def test_settings_become_the_scripts_own_arguments() -> None:
    words = arguments(data="moons", activation="leaky_relu", lr=0.0001, scale=100, pace=100000)
    assert {"--data=moons", "--activation=LeakyReLU", "--lr=0.0001", "--scale=100", "--pace=100000"} <= set(words)
    assert all(word.startswith("--") and " " not in word for word in words)


def test_every_activation_that_is_offered_is_a_module_of_torch() -> None:
    import torch

    offered = [name for pairs in train._activations().values() for name, _ in pairs]
    assert {"relu", "sigmoid", "gelu", "linear"} <= set(offered)
    for name in offered:
        module = getattr(torch.nn, train._module(name))()
        assert module(torch.zeros(2)).shape == (2,)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_training_is_followed_to_its_end_and_leaves_nothing() -> None:
    training = begin(arguments(data="xor", init="zero", optimizer="SGD", lr=0.1, steps=600, pace=100000))
    try:
        until(training, lambda: not training.running and training.frame)
        assert training.state == {"state": "finished"}
        scene, frame = json.loads(training.scene), json.loads(training.frame)
        assert len(scene["points"]) == len(scene["labels"]) == 400
        assert frame["step"] == 600 and 0.3 < frame["accuracy"] < 0.7  # zeros learn nothing of xor
        until(training, lambda: "GS401" in training.sections().get("findings", ""))
        assert {"verdict", "chain", "findings", "stages"} <= set(training.sections())
    finally:
        training.close()
    assert not training.folder.exists()


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_training_can_be_stopped_and_one_that_fails_says_why() -> None:
    going, failing = begin(arguments(steps=6000, pace=30)), begin(["--data=nothing"])
    try:
        until(going, lambda: going.frame)
        going.stop()
        assert going.state == {"state": "stopped"}
        until(failing, lambda: not failing.running and any("invalid choice" in line for line in failing.said))
        assert failing.state["state"] == "failed" and "invalid choice" in failing.state["why"]
    finally:
        going.close()
        failing.close()
    assert not going.folder.exists() and not failing.folder.exists()
