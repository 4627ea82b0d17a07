"""The recipes for continuous integration: every command in them is one of ours, with options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import gainstage
from gainstage.cli import main
from gainstage.cli import run as run_command
from gainstage.cli.parser import Parser
from gainstage.config import read

ROOT = Path(__file__).parents[2]
RECIPES = [ROOT / "docs" / "ci.md", ROOT / "examples" / "ci" / "github.yml", ROOT / "examples" / "ci" / "gitlab.yml"]
RUN = "gainstage run --fail-on error --every 1 --output verdict train.py --epochs 1"


def commands(file: Path) -> list[str]:
    """The lines of a page or a workflow that call us."""
    found = re.findall(r"^\s*(?:- )?(?:run: )?(gainstage (?:run|report) .*)$", file.read_text(encoding="utf-8"), re.M)
    assert found
    return found


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.name)
def test_the_training_is_run_with_options_that_exist(file: Path) -> None:
    assert commands(file)[0] == RUN
    own, target = run_command.split(run_command.build(Parser()), shlex.split(RUN)[2:])
    options = run_command.build(Parser()).parse_args(own)
    assert target is not None
    assert (target.name, target.arguments) == ("train.py", ("--epochs", "1"))
    assert read({"fail_on": options.fail_on, "every": options.every}).every == 1


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.name)
def test_the_reports_are_written(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)  # a finding, surely
    with gainstage.watch("verdict", every=1):
        for _ in range(4):
            optimizer.zero_grad()
            model(torch.randn(32, 4)).square().mean().backward()
            optimizer.step()
    capsys.readouterr()
    for command in commands(file)[1:]:
        arguments = shlex.split(command.partition(">")[0])[1:]
        assert main(arguments) == 0
        said = capsys.readouterr().out
        if "github" in arguments:
            assert said.startswith("::")
        if "sarif" in arguments:
            assert '"version": "2.1.0"' in said
    assert (tmp_path / "verdict.html").stat().st_size > 10_000


def test_the_hook_of_pre_commit_runs_the_same() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    example = (ROOT / "examples" / "ci" / "pre-commit.yml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"entry: (.*)", hook)
    (given,) = re.findall(r"args: \[(.*)\]", example)
    words = [word.strip().strip('"') for word in given.split(",")]
    assert " ".join([entry, *words]) == RUN
    assert re.findall(r"- id: (.*)", hook) == re.findall(r"- id: (.*)", example)
