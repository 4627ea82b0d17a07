"""What is fuzzed: each target takes an input drawn by hypothesis, and fails where the answer is not a plain one.

A plain answer is a result, or an error of ours that tells what was given: never another exception, never a crash.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st
from torch.nn import functional as F

import gainstage
from gainstage.cli import main
from gainstage.cli.dispatch import COMMANDS
from gainstage.cli.exits import FAULT
from gainstage.config import Config, read
from gainstage.diagnose.engine import diagnose
from gainstage.errors import GainstageError, UnreadableRun
from gainstage.record import tables
from gainstage.record.reader import load
from gainstage.record.run import Run
from gainstage.show.annotations import github, sarif
from gainstage.show.html import render as page
from gainstage.show.machine import dumps, to_json
from gainstage.show.report import build
from gainstage.show.sheet import sheet
from gainstage.show.text import render as terminal

MARKUP = ("</script>", "<img src=x onerror=alert(1)>", "[red]", "{{}}", "'\"`", "%0A::error::", "javascript:alert(1)")
CONTROLS = ("\x1b]0;x\x07", "\u202e", "\0", "\r\n", "\ud7ff\U000e0001")
MARKS = st.sampled_from((*MARKUP, *CONTROLS))
TEXT = st.one_of(st.text(max_size=30), MARKS, st.builds("{}{}".format, MARKS, st.text()))
NUMBER = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.integers(-2, 70))
LEAF = st.one_of(st.none(), st.booleans(), NUMBER, TEXT)
JSON = st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)
CELL = st.one_of(st.none(), NUMBER, TEXT, st.binary(max_size=20), JSON.map(lambda value: json.dumps(value)))
FITTING = ("1%", 0.5, 3, True, "GS201", ["GS2", "dead-units"], "error", "never", "auto", "name")
# These start processes, train or compute for long: of them the arguments alone are fuzzed.
ONLY_PARSED = {"run", "fix", "live", "demo", "claims", "compare", "lab", "propagation", "approximate", "advise"}


@dataclass
class Target:
    """One thing to fuzz. ``outcomes`` counts how the inputs were answered."""

    name: str
    what: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any, Path], str]
    outcomes: Counter[str] = field(default_factory=Counter)


def patient(folder: Path) -> Path:
    """A run file of a sick training, with findings to show; the run's folder."""
    torch.manual_seed(0)
    layers = [part for _ in range(8) for part in (torch.nn.Linear(8, 8), torch.nn.Sigmoid())]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(8, 2))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    inputs = torch.randn(64, 8)
    with gainstage.watch(folder / "patient", every=1):
        for _ in range(6):
            optimizer.zero_grad()
            F.cross_entropy(network(inputs), (inputs[:, 0] > 0).long()).backward()
            optimizer.step()
    return folder / "patient.gs"


def targets(folder: Path) -> list[Target]:
    """Everything that a stranger can hand in; ``folder`` is where the patient's run file is made."""
    good = patient(folder)
    data = (good / "rank0.sqlite").read_bytes()
    edit = st.tuples(st.integers(0, len(data) - 1), st.binary(min_size=1, max_size=8))
    damage = st.tuples(st.lists(edit, min_size=1, max_size=8), st.booleans())
    cells = st.lists(st.tuples(st.sampled_from(_columns()), CELL, st.booleans()), min_size=1, max_size=4)
    names = st.lists(TEXT, min_size=1, max_size=6)
    arguments = st.lists(st.one_of(TEXT, st.sampled_from(_options())), max_size=5)
    known = st.sampled_from(sorted(Config.__slots__))
    settings = st.dictionaries(known, st.one_of(JSON, st.sampled_from(FITTING)), max_size=3)
    unknown = st.dictionaries(st.one_of(known, TEXT), JSON, max_size=4)
    return [
        Target("bytes", "run files with bytes overwritten, or cut off", damage, _bytes(data)),
        Target("cells", "run files with other values in their cells", cells, _cells(data)),
        Target("settings", "settings: flags, environment, pyproject.toml", settings | unknown, _settings),
        Target("arguments", "command lines", st.tuples(st.sampled_from(sorted(COMMANDS)), arguments), _arguments),
        Target("names", "names on the page, the terminal, in JSON, SARIF and annotations", names, _names(good)),
    ]


def _columns() -> list[tuple[str, str]]:
    found = [value for value in vars(tables).values() if isinstance(value, tables.Table)]
    return [(table.name, column.name) for table in found for column in table.columns]


def _options() -> list[str]:
    from gainstage.cli.dispatch import build as parser

    commands = parser()._subparsers._group_actions[0].choices.values()  # type: ignore[union-attr]
    found = {text for command in commands for text in command._option_string_actions if text not in ("-h", "--help")}
    return sorted(found | {"GS201", "relu", "0", "-1", "nan", "1e400", "patient", "tensorboard", "json"})


def _shown(run: Run) -> None:
    """Everything that the readers make of a run."""
    diagnosis = diagnose(run)
    report = build(diagnosis)
    page([sheet(diagnosis)])
    terminal(report)
    json.loads(dumps(to_json(report)))


def _read(file: Path) -> str:
    try:
        run = load(file)
    except UnreadableRun:
        return "refused"
    _shown(run)
    return "read"


def _bytes(data: bytes) -> Callable[[Any, Path], str]:
    def check(case: Any, folder: Path) -> str:
        edits, cut = case
        damaged = bytearray(data)
        for place, piece in edits:
            damaged[place : place + len(piece)] = piece
        file = folder / "rank0.sqlite"
        file.write_bytes(damaged[: edits[0][0]] if cut else damaged)
        return _read(file)

    return check


def _cells(data: bytes) -> Callable[[Any, Path], str]:
    def check(case: Any, folder: Path) -> str:
        file = folder / "rank0.sqlite"
        for left in folder.iterdir():
            left.unlink()
        file.write_bytes(data)
        with closing(sqlite3.connect(file)) as connection:
            for (table, column), value, everywhere in case:
                where = "" if everywhere else f' WHERE "{column}" = (SELECT max("{column}") FROM "{table}")'
                try:
                    connection.execute(f'UPDATE "{table}" SET "{column}" = ?{where}', (value,))
                except (sqlite3.Error, UnicodeEncodeError):
                    continue  # two rows of one key, or a text that SQLite cannot hold
            connection.commit()
        return _read(file)

    return check


def _settings(case: dict[str, Any], folder: Path) -> str:
    text = "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in case.items())
    (folder / "pyproject.toml").write_text(f"[tool.gainstage]\n{text}", encoding="utf-8", errors="replace")
    environment = {f"GAINSTAGE_{key.upper()}": str(value) for key, value in case.items()}
    answers = []
    for flags, place, variables in ((case, folder.parent, {}), ({}, folder, {}), ({}, folder.parent, environment)):
        try:
            known = {key: value for key, value in flags.items() if key in Config.__slots__}
            answers.append(isinstance(read(known, folder=place, environment=variables), Config))
        except GainstageError:
            answers.append(False)
    return "read" if all(answers) else "refused"


def _toml(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, dict) and value is not None else "{}"


def _arguments(case: Any, folder: Path) -> str:
    name, arguments = case
    arguments = [argument.replace("\0", "") for argument in arguments]  # no operating system passes a NUL on
    here = os.getcwd()
    os.chdir(folder)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
            code = _parsed(name, arguments) if name in ONLY_PARSED else main([name, *arguments])
    finally:
        os.chdir(here)
    assert code in (0, 1, 2, 5), f"exit code {code}: {said.getvalue()}"
    assert code != FAULT
    assert code != 2 or said.getvalue().strip(), "wrong use, and no word about it"
    return "done" if code != 2 else "refused"


def _parsed(name: str, arguments: list[str]) -> int:
    from gainstage.cli.parser import Parser

    try:
        COMMANDS[name].build(Parser(prog=name)).parse_args(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


class Tags(HTMLParser):
    """What a browser would make of a page: elements with the names of their attributes, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[tuple[str, str]] = set()
        self.scripts = 0
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.elements |= {(tag, name) for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("src", "href", "action")}


def _names(good: Path) -> Callable[[Any, Path], str]:
    plain = _tags(renamed(good, ["layer"], good.parent))

    def check(names: list[str], folder: Path) -> str:
        changed = renamed(good, names, folder)
        diagnosis = diagnose(changed)
        report = build(diagnosis)
        seen = _tags(changed)
        assert seen.elements <= plain.elements, seen.elements - plain.elements
        assert seen.scripts == plain.scripts
        assert all(address.startswith("#") for address in seen.addresses - plain.addresses), seen.addresses
        printed = terminal(report).replace("\n", "")
        assert printed.isprintable(), [c for c in printed if not c.isprintable()]
        assert "<" not in dumps(to_json(report))
        json.dumps(sarif(report), allow_nan=False)
        lines = github(report).splitlines()
        assert len(lines) == len(report.findings)
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
        return "shown"

    return check


def _tags(run: Run) -> Tags:
    found = Tags()
    found.feed(page([sheet(diagnose(run))]))
    return found


def renamed(good: Path, names: list[str], folder: Path) -> Run:
    """The run file ``good`` with a stranger's names for whatever has one, copied into ``folder`` and read again."""
    file = folder / "rank0.sqlite"
    file.write_bytes((good / "rank0.sqlite").read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        for (index,) in connection.execute('SELECT "index" FROM site').fetchall():
            name = names[index % len(names)]
            values = (name, names[0], names[-1], f"{name}:7", index)
            connection.execute(
                'UPDATE site SET module = ?, root = ?, module_class = ?, source_line = ? WHERE "index" = ?', values
            )
        versions = json.dumps(dict.fromkeys(names, names[-1]))
        connection.execute("UPDATE run SET argv = ?, script = ?, versions = ?", (json.dumps(names), names[0], versions))
        connection.commit()
    return load(file)
