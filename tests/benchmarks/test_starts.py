"""The documentation's tables of initialisations say who wins, and where ours lose."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    return import_module("starts")


def verdict(loss: float, *, best: bool = False, tied: bool = False, trains: int = 3) -> dict[str, Any]:
    found = {"loss": loss, "low": 0.9 * loss, "high": 1.1 * loss, "trains": trains, "seeds": 3, "rate": 0.01}
    return found | {"best": best, "tied": tied or best}


def measured(verdicts: dict[str, Any]) -> dict[str, Any]:
    """Results with one row."""
    cells = {name: {"seconds": 0.5} for name in verdicts}
    row = {"name": "chain-50-silu", "family": "chain", "depth": 50, "activation": "silu", "steps": 150, "guessing": 2.3}
    row["complete"] = True
    return {
        "date": "2026-01-01",
        "machine": "x86_64",
        "seeds": 3,
        "tasks": 1,
        "versions": {"torch": "2", "lsuv": "1", "dks": "1"},
        "methods": {"he": "He", "dks": "DKS", "init": "`init_`", "stage": "`stage_`"},
        "rows": [row | {"cells": cells, "verdicts": verdicts}],
    }


def test_a_row_that_ours_lose_is_published(starts: ModuleType) -> None:
    text = starts.block(measured({"dks": verdict(0.2, best=True), "init": verdict(0.5)}))
    assert "| `chain-50-silu` | 0.50 (0.45–0.55) | DKS: **0.20 (0.18–0.22)** |" in text
    assert "| silu | **0.20 (0.18–0.22)** | 0.50 (0.45–0.55) |" in text


def test_a_tie_of_either_is_no_loss(starts: ModuleType) -> None:
    shown = {"dks": verdict(0.2, best=True), "init": verdict(0.5), "stage": verdict(0.21, tied=True)}
    assert "`init_` or `stage_` is best or tied" in starts.block(measured(shown))


def test_who_does_not_train_has_no_loss(starts: ModuleType) -> None:
    text = starts.block(measured({"he": verdict(2.2, trains=2), "dks": verdict(0.2, best=True)}))
    assert "| silu | – | **0.20 (0.18–0.22)** |" in text
    assert "| He | 0 of 1 | 0 | 0 | 11.00 | 0.500 |" in text
    assert "best or tied." not in text.partition("### ")[2], "nothing is said of ours where they were not measured"
