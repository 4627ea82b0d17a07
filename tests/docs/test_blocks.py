"""Every block of code in the documentation does what it is there for: Python runs, command lines are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from gainstage.cli.dispatch import COMMANDS
from gainstage.cli.parser import Parser

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "integrations").glob("*.md"))]
# The integrations' own tests run their scripts, with the frameworks that they need.
RUNNABLE = [page for page in PAGES if page.parent.name != "integrations"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("dask_jobqueue", "dask_kubernetes")  # they need a cluster
SCRIPTED = ("run", "fix", "compare", "advise")  # what follows the script is the script's own


def blocks(page: Path, language: str) -> list[str]:
    """The page's blocks in this language, from top to bottom."""
    return [text for name, text in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def label(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def surroundings() -> dict[str, Any]:
    """What a reader has at hand where a page says ``model``, ``inputs``, ``train(model)``."""
    import torch

    import gainstage

    torch.manual_seed(0)
    inputs, labels = torch.randn(64, 16), torch.randint(4, (64,))

    def make_model() -> Any:
        return torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.SiLU(), torch.nn.Linear(32, 4))

    def train(network: Any) -> None:
        optimizer = torch.optim.Adam(network.parameters())
        for _ in range(5):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(inputs), labels).backward()
            optimizer.step()

    return {
        "torch": torch, "gainstage": gainstage, "inputs": inputs, "batch": inputs, "labels": labels,
        "make_model": make_model, "model": make_model(), "train": train, "layer": torch.nn.Linear(16, 16),
        "loss_function": torch.nn.CrossEntropyLoss(), "x": inputs[:, 0].numpy(), "my_function": lambda z: z.clip(0),
        "my_activation": torch.nn.functional.softsign,
    }  # fmt: skip


@pytest.mark.parametrize("page", [page for page in RUNNABLE if blocks(page, "python")], ids=label)
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = surroundings()
    if "train.gs" in page.read_text(encoding="utf-8"):
        with names["gainstage"].watch("train"):
            names["train"](names["model"])
    for number, text in enumerate(blocks(page, "python")):
        if not any(name in text for name in ELSEWHERE):
            exec(compile(text, f"{page.name}, block {number + 1}", "exec"), names)


def lines(page: Path) -> list[list[str]]:
    """The page's ``gainstage`` command lines, word by word."""
    found = []
    for text in blocks(page, "sh"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            end = next((place for place, word in enumerate(words) if re.fullmatch(r"\d?[|<>&]+", word)), None)
            if words[:1] == ["gainstage"] and len(words) > 1:
                found.append(words[1:end])
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if lines(page)], ids=label)
def test_command_lines_are_understood(page: Path) -> None:
    for words in lines(page):
        assert words[0] in COMMANDS or words[0].startswith("-"), words
        if words[0] in COMMANDS:
            parser = COMMANDS[words[0]].build(Parser(prog="gainstage"))
            parser.parse_args(own(parser, *words))


def own(parser: Parser, name: str, *rest: str) -> list[str]:
    """Gainstage's own options: what stands before the script or module, whose arguments are its own."""
    if name in SCRIPTED:
        for place, word in enumerate(rest):
            valued = place > 0 and parser.takes_value(rest[place - 1])
            if not valued and (word.endswith(".py") or word in ("-m", "-c", "-")):
                return list(rest[:place])
    return list(rest)
