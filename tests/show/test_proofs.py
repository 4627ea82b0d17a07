"""What `gainstage fix` has proved, on the page of the finding that it was for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sheets

from gainstage.errors import GainstageError
from gainstage.show.html import render
from gainstage.show.proofs import read

EFFECT = {"mean": 0.31, "low": 0.25, "high": 0.38, "scale": "ratio", "clear": True}
CURE = {
    "remedy": "reinitialise",
    "codes": ["GS201"],
    "proved": True,
    "predicted": {"text": "gradient -50 dB instead of -336 dB"},
    "measured": {"text": "gradient -48 dB"},
    "against_untouched": EFFECT,
    "final": {"untouched": 2.3, "cured": 0.4},
}


def written(folder: Path, *candidates: dict[str, Any], **changes: Any) -> Path:
    measure = {"name": "training loss"}
    document = {"schema": "gainstage.fix/1", "seeds": 3, "measure": measure, "candidates": list(candidates), **changes}
    file = folder / "fix.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_proof_stands_with_its_finding(tmp_path: Path) -> None:
    failed = {**CURE, "proved": False, "final": None, "against_untouched": {**EFFECT, "high": None}}
    page = render([replace(sheets.sick(), trials=read(written(tmp_path, CURE, failed)))])
    first, rest = page.split("GS302", 1)
    assert "training loss 0.31 times the untouched training&#x27;s [0.25 … 0.38, 95 % interval], 3 seeds" in first
    assert "at the script&#x27;s end 0.4 instead of 2.3." in first
    assert first.count(">proved<") == first.count(">not proved<") == 1
    assert "untouched training" not in rest


def test_a_candidate_that_was_never_compared_is_no_proof(tmp_path: Path) -> None:
    assert read(written(tmp_path, {**CURE, "against_untouched": None})) == ()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": "gainstage.fix/1"}', '{"schema": "gainstage.fix/1", "candidates": [3]}', "[" * 9999],
)
def test_anything_else_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(GainstageError, match=r"expected what `gainstage fix --json FILE` writes"):
        read(file)
