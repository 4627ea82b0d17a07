"""Runs one training in a process of its own, bare or watched, and keeps its last number and its findings."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from matrix import Reading

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts"
SOURCE = HERE.parents[1] / "src"
FIGURE = r"-?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)"
NUMBER = re.compile(rf"(.*?):?\s+({FIGURE})$")
NUMBERS = re.compile(rf"(?<![\w.]){FIGURE}(?![\w.])")
LOSSES = ("loss", "error", "variance")


@dataclass(frozen=True, slots=True)
class Task:
    """One run: ``kind`` is sick, cured or healthy; ``text`` is the script's source; ``reading``, of its last line."""

    name: str
    kind: str
    text: str
    reading: Reading | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left: ``label`` and ``metric`` from the last line it printed, ``findings`` from its JSON verdict."""

    name: str
    kind: str
    label: str
    metric: float | None
    seconds: float
    exit_code: int
    findings: tuple[dict[str, Any], ...] = ()
    observed: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def spoken(self) -> tuple[dict[str, Any], ...]:
        """The findings that count: warnings and errors."""
        return tuple(finding for finding in self.findings if finding["severity"] != "info")

    def as_json(self) -> dict[str, Any]:
        """For the results file, which names no folder of the machine it was measured on."""
        return {**asdict(self), "trouble": re.sub(r"(?:/[\w.+-]+)+/", "", self.trouble)}


def execute(task: Task, watched: bool, limit: float) -> Outcome:
    """Run ``task`` in an empty directory for at most ``limit`` seconds; a script that fails is an outcome, too."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / f"{task.name}.py"
        script.write_text(task.text)
        verdict = Path(folder) / "verdict.json"
        watch = ["-m", "gainstage", "run", "--json", str(verdict), "-q", "-o", str(Path(folder) / "run")]
        command = [sys.executable, *(watch if watched else []), str(script)]
        started = time.monotonic()
        try:
            done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=limit)
            printed, code, trouble = done.stdout, done.returncode, done.stderr[-2000:]
        except subprocess.TimeoutExpired:
            printed, code, trouble = "", -1, f"no end after {limit:g} s"
        seconds = time.monotonic() - started
        document = json.loads(verdict.read_text()) if verdict.exists() else {}
    label, metric = read(printed, task.reading)
    if watched and not document:
        trouble = f"no verdict; {trouble}"
    return Outcome(task.name, task.kind, label, metric, round(seconds, 2), code, tuple(document.get("findings", ())),
                   document.get("observed", {}), trouble)  # fmt: skip


def environment() -> dict[str, str]:
    """One thread, the loading module and the package under test in reach."""
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join((str(SCRIPTS), str(SOURCE))),
        "GAINSTAGE_OFF": "",
    }


def read(printed: str, reading: Reading | None) -> tuple[str, float | None]:
    """The label and the number that tell how well a script learnt; no number where it never came to its final line."""
    if reading is None:
        return last_number(printed)
    last = printed.strip().rpartition("\n")[2]
    numbers = NUMBERS.findall(last) if last.startswith("final") else []
    return reading.label, float(numbers[reading.position]) if reading.position < len(numbers) else None


def last_number(printed: str) -> tuple[str, float | None]:
    """The label and the number of the last line: ``"test accuracy 0.93"`` gives both."""
    lines = printed.strip().splitlines()
    found = NUMBER.match(lines[-1].strip()) if lines else None
    return (found.group(1), float(found.group(2))) if found else ("", None)


def lower_is_better(label: str) -> bool:
    return any(word in label for word in LOSSES)


def worse(sick: Outcome, cured: Outcome) -> bool:
    """Whether the fault really hurts: a tenth more loss or 0.02 less accuracy than the twin, or no number at all."""
    if cured.metric is None or math.isnan(cured.metric):
        return False
    if sick.metric is None or math.isnan(sick.metric):
        return True
    if lower_is_better(sick.label):
        return sick.metric > cured.metric + 0.1 * abs(cured.metric)
    return sick.metric < cured.metric - 0.02


def reaches(outcome: Outcome, floor: float) -> bool:
    """Whether a healthy training has learnt: its last number is at least (for losses at most) ``floor``."""
    if outcome.metric is None:
        return False
    return outcome.metric <= floor if lower_is_better(outcome.label) else outcome.metric >= floor
