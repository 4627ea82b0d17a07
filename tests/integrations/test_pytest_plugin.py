"""The pytest plugin, in a pytest of its own: the fixture, the marker, and a start without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import gainstage
from gainstage.testing import Unhealthy, assert_healthy, healthy_training

TESTS = '''
import sys
import pytest

STARTED_WITH = set(sys.modules)

def chain(depth, activation):
    import torch
    torch.manual_seed(0)
    layers = [part for _ in range(depth) for part in (torch.nn.Linear(16, 16), getattr(torch.nn, activation)())]
    return torch.nn.Sequential(*layers, torch.nn.Linear(16, 2))

def train(model):
    import torch
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs = torch.randn(128, 16)
    for _ in range(4):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), (inputs[:, 0] > 0).long()).backward()
        optimizer.step()

def test_started_light():
    assert not {"torch", "numpy", "rich"} & STARTED_WITH

def test_fixture(gainstage_check):
    import torch
    gainstage_check(chain(12, "Sigmoid"), torch.randn(64, 16), lambda output: output.square().mean())

@pytest.mark.gainstage(select=["GS201"])
def test_marker():
    train(chain(12, "Sigmoid"))

@pytest.mark.gainstage(select=["GS201"])
def test_marker_healthy():
    train(chain(1, "ReLU"))

@pytest.mark.gainstage
def test_marker_and_a_failure_of_its_own():
    assert 1 == 2
'''


@pytest.mark.timeout(300)
def test_fixture_and_marker(tmp_path: Path) -> None:
    (tmp_path / "test_them.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    last = done.stdout.splitlines()
    failed = [line.partition("::")[2].partition(" ")[0] for line in last if line.startswith("FAILED")]
    assert failed == ["test_fixture", "test_marker", "test_marker_and_a_failure_of_its_own"], done.stdout
    assert "3 failed, 2 passed" in last[-1]
    assert done.stdout.count("GS201 vanishing-gradient") >= 2
    assert "pytest_plugin.py" not in done.stdout  # no line of ours in the way


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    inputs = torch.randn(128, 16)
    return inputs, (inputs[:, 0] > 0).long()


def chain(activation: type[nn.Module]) -> nn.Module:
    layers = [part for _ in range(12) for part in (nn.Linear(16, 16), activation())]
    return nn.Sequential(*layers, nn.Linear(16, 2))


def test_findings_are_the_message(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    inputs, labels = batch
    with pytest.raises(AssertionError) as caught:
        assert_healthy(chain(nn.Sigmoid), inputs, lambda output: F.cross_entropy(output, labels))
    assert str(caught.value).startswith("GS201 vanishing-gradient")
    assert "GS402" not in str(caught.value)  # a warning does not count at level error


def test_levels_and_rules_are_obeyed(batch: tuple[torch.Tensor, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, labels = batch

    def check(**settings: object) -> gainstage.Diagnosis:
        return assert_healthy(chain(nn.Sigmoid), inputs, lambda output: F.cross_entropy(output, labels), **settings)

    assert check(ignore=["GS201"]).findings
    assert check(fail_on="never").findings
    with pytest.raises(Unhealthy, match="GS402"):
        check(ignore=["GS201"], fail_on="warning")
    monkeypatch.setenv("GAINSTAGE_IGNORE", "GS201")
    assert check().findings
    with pytest.raises(gainstage.GainstageError, match="fail-on"):
        check(fail_on="eror")


def test_a_training_without_steps_is_no_healthy_one() -> None:
    with pytest.raises(Unhealthy, match="no training step"), healthy_training():
        pass


def test_an_exception_inside_is_the_one_that_is_seen() -> None:
    with pytest.raises(KeyError), healthy_training():
        raise KeyError("theirs")
