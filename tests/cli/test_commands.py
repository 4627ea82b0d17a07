"""The commands that read: their output, their exit codes, their messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gainstage.cli import exits, main, rules
from gainstage.diagnose.engine import RULES
from stored import store
from synthetic import Recording, mlp

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sick(here: Path) -> Path:
    """Twenty sigmoid stages whose gradient vanishes and whose loss does not move."""
    chain = mlp(20, function="sigmoid", activation_db=-12.0, weights_db=-5.0, loss=2.3)
    # Two parameters a layer; the update falls with the gradient.
    chain.updates = [replace(row, ratio=1e-3 * 10 ** (row.parameter // 2 - 19)) for row in chain.updates]
    return store(chain, here / "sick.gs")


@pytest.fixture
def healthy(here: Path) -> Path:
    return store(mlp(4), here / "healthy.gs", started=2.0)


def test_report_says_what_is_wrong(sick: Path, capsys: Capture) -> None:
    assert main(["report", str(sick)]) == exits.FINDINGS
    text = capsys.readouterr().out
    assert "GS201" in text and "vanishing-gradient" in text


def test_report_takes_the_newest_run(sick: Path, healthy: Path, capsys: Capture) -> None:
    assert main(["report"]) == exits.OK
    assert "GS201" not in capsys.readouterr().out


def test_report_as_json_is_one_document(sick: Path, capsys: Capture) -> None:
    assert main(["report", "sick", "--json"]) == exits.FINDINGS
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "gainstage.report/1"
    assert "GS201" in [finding["code"] for finding in document["findings"]]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "never"], exits.OK),
        (["--fail-on", "info"], exits.FINDINGS),
        (["--ignore", "GS"], exits.OK),
        (["--select", "GS201"], exits.FINDINGS),
        (["--select", "GS7,float16-underflow"], exits.OK),
    ],
)
def test_report_exits_by_level_and_choice(sick: Path, options: list[str], code: int) -> None:
    assert main(["report", *options]) == code


def test_report_of_a_run_that_saw_nothing(here: Path) -> None:
    store(Recording(()), here / "empty.gs")
    assert main(["report"]) == exits.NOTHING_OBSERVED
    assert main(["report", "--fail-on", "never"]) == exits.OK


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["report"], "gainstage run train.py"),
        (["report", "absent.gs"], "absent"),
        (["explain", "GS20"], "no rule 'GS20'; did you mean"),
        (["explain", "vanishing-gradents"], "'vanishing-gradient'"),
        (["explain", "zzz"], "known are GS"),
        (["repotr"], "no command 'repotr'; did you mean 'report' or 'export'?"),
        (["train.py", "--epochs", "3"], "to watch a script, say: gainstage run train.py --epochs 3"),
        (["run"], "run what?"),
        (["run", "--quiet"], "run what?"),
        (["run", "-m"], "the module is missing"),
        (["run", "--budget", "x", "a.py"], "the command line: budget = 'x'"),
        (["run", "--bugdet", "1%", "a.py"], "did you mean --budget?"),
        (["run", "--fail-on", "eror", "a.py"], "did you mean 'error'?"),
        (["report", "--jsn"], "did you mean --json?"),
        (["report", "--select", "GS999"], "absent"),
        (["--verison"], "did you mean --version?"),
        (["completion", "fish"], "fish"),
        (["report", "--rank", "x"], "rank"),
    ],
)
def test_wrong_use_gets_one_clear_message(here: Path, arguments: list[str], complaint: str, capsys: Capture) -> None:
    if "GS999" in arguments:
        store(mlp(3), here / "a.gs")
        complaint = "GS999"
    assert main(arguments) == exits.USAGE
    printed = capsys.readouterr()
    assert complaint in printed.err
    assert printed.out == "" and "Traceback" not in printed.err
    assert len(printed.err.splitlines()) <= 2


@pytest.mark.parametrize("arguments", [[], ["--help"], *([name, "--help"] for name in ("run", "report", "demo"))])
def test_help_teaches_by_example(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == (exits.OK if arguments else exits.USAGE)
    text = capsys.readouterr().out
    assert "gainstage" in text and ("example" in text or "digits.gs" in text)


def test_every_rule_is_listed_and_explained(capsys: Capture) -> None:
    assert main(["rules"]) == exits.OK
    listed = capsys.readouterr().out
    assert main(["rules", "--json"]) == exits.OK
    document = json.loads(capsys.readouterr().out)
    assert [row["code"] for row in document["rules"]] == list(RULES)
    for code, rule in RULES.items():
        assert code in listed and rule.name in listed
        assert main(["explain", code.lower()]) == exits.OK
        assert rule.name in capsys.readouterr().out
    assert main(["explain", next(iter(RULES)), "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["schema"] == "gainstage.explain/1"


def test_a_fault_of_ours_is_called_one(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def fail(arguments: object) -> int:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(rules, "execute", fail)
    assert main(["rules"]) == exits.FAULT
    printed = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in printed and "issues" in printed and "Traceback" not in printed
    assert main(["--debug", "rules"]) == exits.FAULT
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(sick: Path) -> None:
    command = [sys.executable, "-m", "gainstage", "explain", "GS201"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_colour_is_for_terminals_and_for_those_who_ask(sick: Path) -> None:
    def bytes_of(*options: str, **variables: str) -> bytes:
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        command = [sys.executable, "-m", "gainstage", "report", *options]
        return subprocess.run(command, stdout=subprocess.PIPE, env={**kept, **variables}, check=False).stdout

    assert b"\x1b[" not in bytes_of()
    assert b"\x1b[" in bytes_of("--color", "always")
    assert b"\x1b[" in bytes_of(FORCE_COLOR="1")
    assert b"\x1b[" not in bytes_of(FORCE_COLOR="1", NO_COLOR="1")
    assert b"\x1b[" not in bytes_of("--color", "never", FORCE_COLOR="1")


def test_completion(capsys: Capture) -> None:
    code = main(["completion", "bash"])
    printed = capsys.readouterr()
    if code == exits.USAGE:
        assert "pip install 'gainstage[completion]'" in printed.err
    else:
        assert "gainstage" in printed.out and "report" in printed.out


def test_the_demo_s_script_is_a_stranger_s(capsys: Capture) -> None:
    assert main(["demo", "--show"]) == exits.OK
    script = capsys.readouterr().out
    compile(script, "digits.py", "exec")
    assert "gainstage" not in script.lower()
