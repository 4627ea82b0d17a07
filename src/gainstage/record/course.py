"""The loss over a whole run, however long: what a line needs, with every spike in it."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gainstage.errors import UnreadableRun
from gainstage.record.database import Database
from gainstage.record.run import Run
from gainstage.record.tables import STEP

BUCKETS: Final = 400  # about one per pixel of a chart

# In SQLite the other columns of a row with min() or max() are those of the row where the extreme is.
_EXTREMES = """
SELECT "optimizer", "step", {extreme}("loss") FROM "step", (SELECT max("step") + 1 AS length FROM "step")
WHERE "loss" IS NOT NULL GROUP BY "optimizer", "step" * {buckets} / length
"""


@dataclass(frozen=True, slots=True)
class Course:
    """One optimizer's loss: ``points`` are (step, loss) in order, two per bucket at most, its extremes.

    A loss that was not a number is left out; infinity is kept.
    """

    optimizer: str
    points: tuple[tuple[int, float], ...]


def courses(run: Run, buckets: int = BUCKETS) -> tuple[Course, ...]:
    """The loss of each optimizer over ``run``.

    A run that was thinned on loading is read again from its file, so that no spike is lost between the samples that
    were loaded: the smallest and the largest loss of each of ``buckets`` equal parts of the run. Where the file is gone
    by now, the loaded samples are what there is.
    """
    found: dict[str, set[tuple[int, float]]] = {}
    for optimizer, step, loss in _extremes(run, buckets) or [(s.optimizer, s.step, s.loss) for s in run.steps]:
        if not math.isnan(loss):
            found.setdefault(optimizer, set()).add((step, loss))
    return tuple(Course(optimizer, tuple(sorted(points))) for optimizer, points in found.items())


def _extremes(run: Run, buckets: int) -> list[tuple[str, int, float]]:
    if not run.path or run.sampled <= len(run.steps):
        return []
    with suppress(UnreadableRun), Database.open(Path(run.path)) as database:
        if {"optimizer", "loss"} <= database.columns(STEP):
            rows = (
                row for end in ("min", "max") for row in database.rows(_EXTREMES.format(extreme=end, buckets=buckets))
            )
            return [(str(optimizer), int(step), float(loss)) for optimizer, step, loss in rows]
    return []
