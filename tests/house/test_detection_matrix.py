"""The fault matrix is complete and sound on paper: every script listed, every cure applicable, every rule real."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gainstage.diagnose.engine import discover

DETECTION = Path(__file__).resolve().parents[2] / "benchmarks" / "detection"
SCRIPTS = DETECTION / "scripts"
MODULES = ("matrix", "execute", "judge", "table")
ABSOLUTE = re.compile(r"""["'](?:/|~|[A-Z]:)[\w.-]+/""")
TABLE = re.compile(r"""["']([\w.-]+\.csv(?:\.gz)?)["']""")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, imported as its run.py does and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(DETECTION))
    known = set(sys.modules)
    yield SimpleNamespace(**{name: import_module(name) for name in MODULES})
    for name in set(sys.modules) - known:
        if name.partition(".")[0] in MODULES:
            del sys.modules[name]


@pytest.fixture(params=["matrix", "strangers"])
def exam(request: pytest.FixtureRequest, bench: Any) -> Any:
    """Each set of trainings in turn."""
    return bench.matrix.EXAMS[request.param]


def names(exam: Any, kind: str) -> list[str]:
    return sorted(path.stem for path in (SCRIPTS / exam.folder / kind).glob("*.py"))


def source(exam: Any, case: Any) -> str:
    return (SCRIPTS / exam.folder / "sick" / f"{case.script}.py").read_text()


def test_no_set_is_forgotten_here(bench: Any) -> None:
    assert list(bench.matrix.EXAMS) == ["matrix", "strangers"]


@pytest.mark.parametrize(("name", "sick", "healthy"), [("matrix", 60, 40), ("strangers", 90, 50)])
def test_the_sets_are_as_large_as_promised(bench: Any, name: str, sick: int, healthy: int) -> None:
    assert len(bench.matrix.EXAMS[name].sick) >= sick
    assert len(bench.matrix.EXAMS[name].healthy) >= healthy


def test_every_script_is_in_the_manifest_once(exam: Any) -> None:
    assert sorted(case.script for case in exam.sick) == names(exam, "sick")
    assert sorted(case.script for case in exam.healthy) == names(exam, "healthy")


def test_every_cure_applies_and_changes_the_script_into_valid_python(exam: Any) -> None:
    for case in exam.sick:
        cured = case.cured(source(exam, case))
        assert cured != source(exam, case), case.script
        compile(cured, case.script, "exec")


def test_every_rule_the_manifest_asks_for_exists(exam: Any) -> None:
    known = set(discover()) | {rule.name for rule in discover().values()}
    asked = {name for case in exam.sick for name in case.accepted}
    assert asked <= known, asked - known


def test_the_first_look_is_of_as_many_faults_as_the_manifest_has(bench: Any) -> None:
    exam = bench.matrix.STRANGERS
    assert exam.first_look.faults == sum(len(case.faults) for case in exam.sick)
    assert exam.first_look.healthy == len(exam.healthy)


def test_a_script_reads_no_file_but_the_tables_of_the_benchmark(exam: Any) -> None:
    folder = SCRIPTS / exam.folder
    for path in [*(folder / "sick").glob("*.py"), *(folder / "healthy").glob("*.py")]:
        text = path.read_text()
        assert not ABSOLUTE.search(text), path.name
        for table in TABLE.findall(text):
            assert (DETECTION / "data" / table).exists(), (path.name, table)


def test_every_table_says_where_it_comes_from() -> None:
    told = (DETECTION / "data" / "README.md").read_text()
    for path in (DETECTION / "data").glob("*.csv*"):
        assert f"`{path.name}`" in told


def outcome(bench: Any, kind: str, metric: float, *said: tuple[str, str, str], name: str = "update_small_sgd") -> Any:
    findings = tuple(
        {"code": "GS000", "name": rule, "severity": severity, "cause": {"name": cause}}
        for rule, severity, cause in said
    )
    return bench.execute.Outcome(name, kind, "accuracy", metric, 1.0, 0, findings)


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
    runs = {"sick/update_small_sgd": outcome(bench, "sick", 0.1, said)}
    verdict = bench.judge.judge(runs, bench.matrix.MATRIX)
    row = verdict.rows["update-too-small"]
    assert (row.faults, row.named, row.right_cause) == (1, named, right_cause)
    assert len(verdict.misses) == 1 - named


def test_a_warning_on_a_cured_twin_is_a_false_alarm(bench: Any) -> None:
    said = ("update-too-small", "warning", "learning-rate")
    runs = {"cured/update_small_sgd": outcome(bench, "cured", 0.9, said)}
    verdict = bench.judge.judge(runs, bench.matrix.MATRIX)
    assert len(verdict.false_alarms) == 1
    assert verdict.rows["update-too-small"].true == 0


def test_a_sick_script_that_does_not_suffer_is_unsound(bench: Any) -> None:
    runs = {f"{kind}/update_small_sgd": outcome(bench, kind, 0.9) for kind in ("sick", "cured")}
    assert len(bench.judge.judge(runs, bench.matrix.MATRIX).unsound) == 1


def test_the_last_number_is_read_with_its_label(bench: Any) -> None:
    assert bench.execute.last_number("epoch 1 loss 2\nfinal loss nan\n")[0] == "final loss"
    assert bench.execute.last_number("test accuracy: 0.93") == ("test accuracy", 0.93)
    assert bench.execute.last_number("solution error 1.5e-05") == ("solution error", 1.5e-05)
    assert bench.execute.last_number("") == ("", None)


def test_a_reading_picks_its_number_from_the_final_line(bench: Any) -> None:
    second = bench.matrix.Reading("accuracy", 1)
    assert bench.execute.read("0 7\nfinal nan 0.95\n", second) == ("accuracy", 0.95)
    assert bench.execute.read("final loss 0.3 acc 9e-1", second) == ("accuracy", 0.9)
    assert bench.execute.read("final mean [-1.5, 2] should be [2, 0]", bench.matrix.Reading("mean")) == ("mean", -1.5)


def test_a_script_that_never_comes_to_its_final_line_has_no_number(bench: Any) -> None:
    assert bench.execute.read("0 0.7\n100 0.6", bench.matrix.Reading("loss", 1)) == ("loss", None)
    assert bench.execute.read("final 0.6", bench.matrix.Reading("loss", 1)) == ("loss", None)


def test_an_info_counts_only_where_the_manifest_says_so(bench: Any) -> None:
    exam = bench.matrix.STRANGERS
    case = next(case for case in exam.sick if any(fault.info for fault in case.faults))
    fault = case.faults[0]
    said = outcome(bench, "sick", 0.1, (fault.rules[0], "info", (fault.cause or ("any",))[0]), name=case.script)
    verdict = bench.judge.judge({said.key: said}, exam)
    assert (verdict.rows[fault.rules[0]].named, verdict.misses) == (1, [])


def test_the_page_says_that_a_set_was_seen_before(bench: Any) -> None:
    page = bench.table.markdown([seen_before(bench)])
    assert "At first sight** (commit 045000c" in page
    assert "87 of 99 faults named (87.9%)" in page
    assert "no blind score" in page


def seen_before(bench: Any) -> dict[str, Any]:
    """The results document of the strangers' set with one run."""
    exam = bench.matrix.STRANGERS
    run = outcome(bench, "sick", 0.1, name=exam.sick[0].script)
    verdict = bench.judge.judge({run.key: run}, exam)
    lists = {key: [] for key, _ in bench.table.LISTS}
    return {
        "set": exam.name, "origin": exam.origin, "first_look": asdict(exam.first_look), "date": "2026-01-01",
        "versions": {}, "note": "", "summary": bench.judge.summary({run.key: run}, verdict), "rules": {}, **lists,
    }  # fmt: skip
