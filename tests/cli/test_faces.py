"""report --html and --format, figure and live on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gainstage.cli import exits, main
from stored import store
from synthetic import mlp

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def sick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    chain = mlp(20, function="sigmoid", activation_db=-12.0, weights_db=-5.0, loss=2.3)
    chain.updates = [replace(row, ratio=1e-3 * 10 ** (row.parameter // 2 - 19)) for row in chain.updates]
    return store(chain, tmp_path / "sick.gs")


@pytest.fixture
def healthy(sick: Path) -> Path:
    return store(mlp(4), sick.parent / "healthy.gs", started=0.5)


def test_a_page_is_written_and_nothing_printed(sick: Path, capsys: Capture) -> None:
    assert main(["report", "--html", "out.html"]) == exits.FINDINGS
    said = capsys.readouterr()
    assert said.out == ""
    assert "wrote out.html" in said.err
    page = Path("out.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "GS201" in page


def test_the_exit_code_of_several_runs_is_the_worst(sick: Path, healthy: Path) -> None:
    assert main(["report", "healthy", "--html", "one.html"]) == exits.OK
    assert main(["report", "healthy", "sick", "--html", "both.html"]) == exits.FINDINGS
    assert main(["report", "healthy", "sick", "--fail-on", "never", "--html", "both.html"]) == exits.OK
    assert "2 runs compared" in Path("both.html").read_text(encoding="utf-8")


def test_a_page_and_a_format_may_go_together(sick: Path, capsys: Capture) -> None:
    main(["report", "--html", "out.html", "--json"])
    assert json.loads(capsys.readouterr().out)["schema"] == "gainstage.report/1"
    assert Path("out.html").exists()


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_each_format_is_one_document(form: str, sick: Path, capsys: Capture) -> None:
    assert main(["report", "--format", form]) == exits.FINDINGS
    text = capsys.readouterr().out
    assert text.startswith("::error") if form == "github" else json.loads(text)


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["report", "--format", "sarfi"], "did you mean 'sarif'"),
        (["report", "sick", "healthy"], "several at once only as a page"),
        (["report", "sick", "healthy", "--json"], "several at once only as a page"),
        (["report", "--html", "no/such/folder/x.html"], "cannot write --html"),
        (["live", "nothing-here"], "cannot read the run"),
        (["live", "sick", "--port", "99999999"], "cannot listen on 127.0.0.1 port 99999999"),
        (["live", "sick", "--host", "256.1.1.1"], "cannot listen on 256.1.1.1"),
        (["figure", "sick", "leiter"], "there are ladder"),
        (["figure", "sick", "ladder", "-o", "x.gif"], "ends in"),
    ],
)
def test_errors_are_one_clear_line(arguments: list[str], told: str, healthy: Path, capsys: Capture) -> None:
    assert main(arguments) == exits.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert told in said.err


@pytest.mark.parametrize("options", [[], ["--json"], ["--format", "sarif"], ["--format", "github"]])
def test_a_pipe_that_closes_is_quiet(options: list[str], sick: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gainstage", "report", *options]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.stderr == b""


def test_without_its_packages_the_live_page_says_what_to_install(
    sick: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("gainstage.live.launch.find_spec", lambda name: None)
    for arguments in (["live", "sick"], ["run", "--live", "train.py"]):
        assert main(arguments) == exits.USAGE
        assert "pip install 'gainstage[live]'" in capsys.readouterr().err
