"""What the run file of a watched trial says about a candidate: findings, dead and saturated units, sparsity."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.diagnose.ladder import Rung, ladder
from gainstage.errors import GainstageError
from gainstage.record.reader import load
from gainstage.record.tables import rank_file

# Zero on a half line, where the slope is zero, too: what does not transmit is an exact zero.
EXACT_ZEROS = ("relu", "relu6")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the hidden activations, means over the stages; nan where nothing was measured.

    Attributes:
        findings: codes of errors and warnings.
        functions: the activations that were seen between layers.
        dead, saturated: shares of units.
        sparsity: share of exact zeros among the outputs.
    """

    findings: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    dead: float = math.nan
    saturated: float = math.nan
    sparsity: float = math.nan


def facts_of(folder: Path) -> Facts | None:
    """The facts of the trial in ``folder``; None where it broke before anything was recorded."""
    try:
        diagnosis = diagnose(load(folder / "run.gs"))
    except GainstageError:
        return None
    return facts_from(diagnosis)


def facts_from(diagnosis: Diagnosis) -> Facts:
    """The facts of a run that was watched."""
    rungs = [rung for rung in ladder(diagnosis.view) if rung.function and not rung.is_output]
    sick = [one.code for one in diagnosis.findings if one.severity != "info" and not one.code.startswith("GS9")]
    return Facts(
        tuple(dict.fromkeys(sick)),
        tuple(dict.fromkeys(rung.function for rung in rungs)),
        _mean([rung.dead_share for rung in rungs]),
        _mean([rung.saturated_share for rung in rungs]),
        _mean([_sparsity(rung) for rung in rungs]),
    )


def run_bytes(folder: Path) -> bytes:
    """The run file as one piece, also while it is being written; empty where there is none."""
    file = folder / "run.gs" / rank_file(0)
    if not file.exists():
        return b""
    copy = folder / "copy.sqlite"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy.read_bytes()


def _sparsity(rung: Rung) -> float:
    return 1 - rung.transmission if rung.function in EXACT_ZEROS else 0.0


def _mean(values: Sequence[float]) -> float:
    measured = [value for value in values if not math.isnan(value)]
    return sum(measured) / len(measured) if measured else math.nan
