"""The fault matrix is complete and sound on paper: every script listed, every cure applicable, every rule real."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gainstage.diagnose.engine import discover

DETECTION = Path(__file__).resolve().parents[2] / "benchmarks" / "detection"
SCRIPTS = DETECTION / "scripts"
MODULES = ("matrix", "execute", "judge")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, imported as its run.py does and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(DETECTION))
    known = set(sys.modules)
    yield SimpleNamespace(**{name: import_module(name) for name in MODULES})
    for name in set(sys.modules) - known:
        if name.partition(".")[0] in MODULES:
            del sys.modules[name]


def names(folder: str) -> list[str]:
    return sorted(path.stem for path in (SCRIPTS / folder).glob("*.py"))


def test_the_matrix_is_as_large_as_promised(bench: Any) -> None:
    assert len(bench.matrix.SICK) >= 60
    assert len(bench.matrix.HEALTHY) >= 40


def test_every_script_is_in_the_manifest_once(bench: Any) -> None:
    assert sorted(case.script for case in bench.matrix.SICK) == names("sick")
    assert sorted(case.script for case in bench.matrix.HEALTHY) == names("healthy")


def test_every_cure_applies_and_changes_the_script_into_valid_python(bench: Any) -> None:
    for case in bench.matrix.SICK:
        source = (SCRIPTS / "sick" / f"{case.script}.py").read_text()
        cured = case.cured(source)
        assert cured != source, case.script
        compile(cured, case.script, "exec")


def test_every_rule_the_manifest_asks_for_exists(bench: Any) -> None:
    known = set(discover()) | {rule.name for rule in discover().values()}
    asked = {name for case in bench.matrix.SICK for name in case.accepted}
    assert asked <= known, asked - known


def outcome(bench: Any, kind: str, metric: float, *said: tuple[str, str, str]) -> Any:
    findings = tuple(
        {"code": "GS000", "name": name, "severity": severity, "cause": {"name": cause}}
        for name, severity, cause in said
    )
    return bench.execute.Outcome("update_small_sgd", kind, "accuracy", metric, 1.0, 0, findings)


@pytest.mark.parametrize(
    ("said", "named", "right_cause"),
    [
        (("update-too-small", "error", "learning-rate"), 1, 1),
        (("update-too-small", "error", "activation"), 1, 0),
        (("update-too-small", "info", "learning-rate"), 0, 0),
        (("dead-units", "error", "learning-rate"), 0, 0),
    ],
)
def test_only_a_loud_finding_of_the_right_name_counts(bench: Any, said: Any, named: int, right_cause: int) -> None:
    verdict = bench.judge.judge({"sick/update_small_sgd": outcome(bench, "sick", 0.1, said)})
    row = verdict.rows["update-too-small"]
    assert (row.faults, row.named, row.right_cause) == (1, named, right_cause)
    assert len(verdict.misses) == 1 - named


def test_a_warning_on_a_cured_twin_is_a_false_alarm(bench: Any) -> None:
    said = ("update-too-small", "warning", "learning-rate")
    verdict = bench.judge.judge({"cured/update_small_sgd": outcome(bench, "cured", 0.9, said)})
    assert len(verdict.false_alarms) == 1
    assert verdict.rows["update-too-small"].true == 0


def test_a_sick_script_that_does_not_suffer_is_unsound(bench: Any) -> None:
    runs = {f"{kind}/update_small_sgd": outcome(bench, kind, 0.9) for kind in ("sick", "cured")}
    assert len(bench.judge.judge(runs).unsound) == 1


def test_the_last_number_is_read_with_its_label(bench: Any) -> None:
    assert bench.execute.last_number("epoch 1 loss 2\nfinal loss nan\n")[0] == "final loss"
    assert bench.execute.last_number("test accuracy: 0.93") == ("test accuracy", 0.93)
    assert bench.execute.last_number("solution error 1.5e-05") == ("solution error", 1.5e-05)
    assert bench.execute.last_number("") == ("", None)
