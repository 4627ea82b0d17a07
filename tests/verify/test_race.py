"""The race as a whole, without the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainstage.observe.script import Target
from gainstage.verify.plan import Options
from gainstage.verify.prove import prove
from trials import TRAINING

# One weight in a hundred: the first steps of an optimizer that is far too slow.
SLOW = TRAINING.replace("lr=0.5", "lr=1e-5") + "train(120)\n"


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    (tmp_path / "train.py").write_text(SLOW)
    monkeypatch.chdir(tmp_path)
    return Target("file", "train.py")


@pytest.mark.slow
def test_an_interrupt_leaves_the_results_so_far(slow: Target) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if stage.startswith("repeating"):
            raise KeyboardInterrupt

    proof = prove(slow, Options(unsafe=True, candidates=1), interrupt)
    assert proof.interrupted and proof.chosen is None
    (tried,) = proof.tried
    assert tried.candidate.remedy == "raise-learning-rate" and len(tried.arm.values) == 1
    assert tried.against_untouched is not None and tried.against_untouched.mean < 1


@pytest.mark.slow
def test_unsafe_remedies_are_listed_and_not_tried(slow: Target) -> None:
    proof = prove(slow, Options(unsafe=False))
    assert proof.tried == () and "--unsafe" in proof.reason and proof.cost.trials == 1
    assert "raise-learning-rate" in {candidate.remedy for candidate in proof.listed}
