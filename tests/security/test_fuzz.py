"""Some inputs for every target of the fuzzing, and that each target would notice a fault."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
NAMES = ("bytes", "cells", "settings", "arguments", "names")


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return import_module("fuzz_targets")


@pytest.fixture(scope="module")
def targets(fuzz: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {target.name: target for target in fuzz.targets(tmp_path_factory.mktemp("patient"))}


@pytest.mark.parametrize("name", NAMES)
def test_every_input_gets_a_plain_answer(name: str, targets: dict[str, Any], tmp_path: Path) -> None:
    target = targets[name]
    place = tmp_path / "inner"
    place.mkdir()

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(target.inputs)
    def try_one(case: Any) -> None:
        assert target.check(case, place) in ("read", "refused", "done", "shown")

    try_one()


def test_no_target_is_left_out(targets: dict[str, Any]) -> None:
    assert tuple(targets) == NAMES


def test_a_reader_that_breaks_is_noticed(
    fuzz: ModuleType, targets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise KeyError("step")

    monkeypatch.setattr(fuzz, "load", broken)
    with pytest.raises(KeyError):
        targets["cells"].check([(("run", "argv"), "[]", True)], tmp_path)


@pytest.mark.parametrize("name", ["<b onclick=x>", "\x1b[31m", "\u202e"])
def test_a_page_and_a_terminal_that_do_not_escape_are_noticed(
    name: str, fuzz: ModuleType, targets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = fuzz.page
    monkeypatch.setattr(fuzz, "page", lambda sheets: page(sheets) + (name if name.startswith("<") else ""))
    monkeypatch.setattr(fuzz, "terminal", lambda report: report.script.name)
    with pytest.raises(AssertionError):
        targets["names"].check([name], tmp_path)


def test_a_command_that_fails_is_noticed(
    fuzz: ModuleType, targets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "main", lambda arguments: fuzz.FAULT)
    with pytest.raises(AssertionError, match="101"):
        targets["arguments"].check(("rules", []), tmp_path)


def test_codes_that_are_no_text_are_refused(tmp_path: Path, targets: dict[str, Any]) -> None:
    place = tmp_path / "inner"
    place.mkdir()
    assert targets["settings"].check({"select": [1]}, place) == "refused"
