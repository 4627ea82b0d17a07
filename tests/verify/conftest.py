"""One laboratory for all tests: its process imports torch once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gainstage.verify.launch import Laboratory, Trial
from gainstage.verify.order import Order
from trials import TRAINING, Run


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    with Laboratory(2) as made:
        yield made


@pytest.fixture
def run(laboratory: Laboratory, tmp_path: Path) -> Run:
    """``run("train(5)")`` runs the training with these last lines; settings of the order by keyword."""

    def carry_out(text: str, steps: int = 0, limit: float = 60.0, whole: bool = False, **settings: Any) -> Trial:
        script = tmp_path / "train.py"
        script.write_text(text if whole else TRAINING + text + "\n")
        order = Order("file", "train.py", (), cwd=str(tmp_path), folder="", **settings)
        trial = laboratory.prepare(order, limit)
        laboratory.run([trial], steps)
        return trial

    return carry_out
