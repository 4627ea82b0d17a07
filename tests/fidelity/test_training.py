"""Watched eager training ends in bit-identical weights, and a watched script prints what it prints in plain Python."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from compare import bare, watched

SCRIPTS = Path(__file__).parent / "scripts"
TRAININGS = sorted(file.name for file in SCRIPTS.glob("*.py") if file.name != "fingerprint.py")


@pytest.mark.slow
@pytest.mark.parametrize("script", TRAININGS)
def test_a_training_is_not_changed(script: str, tmp_path: Path) -> None:
    verdict = tmp_path / "verdict.json"
    # With every step sampled nothing is ever compiled, and this script prints how often it was.
    schedule = ("--budget", "1%") if script == "compiled.py" else ("--every", "1")
    own = ("-q", *schedule, "--json", str(verdict), "--output", str(tmp_path / "run"))
    with ThreadPoolExecutor() as pool:
        plain = pool.submit(bare, [script], SCRIPTS)
        seen = pool.submit(watched, [script], SCRIPTS, own=own)
    assert plain.result().out.count(b"\n") >= 4, "the script itself has failed"
    assert seen.result() == plain.result()
    observed = json.loads(verdict.read_text())["observed"]
    assert observed["sampled"] >= 2 and observed["sites"] >= 2, "nothing was watched: equality would mean nothing"


def test_there_are_enough_trainings() -> None:
    assert len(TRAININGS) >= 12
