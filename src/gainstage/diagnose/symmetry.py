"""Units that start equal and therefore stay equal."""

from __future__ import annotations

import numpy as np

from gainstage.diagnose.decibels import Array
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View


def distinct_rows(view: View, stage: Stage) -> Array:
    """How many rows of the stage's weight differ, at the samples where it was looked at."""
    if stage.weight is None or stage.weight.shard:  # a shard's rows are not compared with the others'
        return np.array([])
    rows = view.update(stage.weight, "distinct")
    return rows[~np.isnan(rows) & (rows >= 0)]


def constant(view: View, stage: Stage, at: int) -> bool:
    """Whether all entries of the weight are the same at a sample: their mean is then their RMS."""
    if stage.weight is None:
        return False
    rms, mean = view.update(stage.weight, "weight")[at], view.update(stage.weight, "mean")[at]
    return bool(abs(abs(mean) - rms) <= 1e-6 * rms)


def started_symmetric(view: View, stage: Stage) -> bool:
    """Whether the units of the stage were drawn equal, and the stages behind it do not make them differ."""
    if stage.weight is None or stage.weight.shape[0] < 2 or not len(view.steps):
        return False
    behind = [later for later in view.stages if stage.index in later.inputs and later.weight is not None]
    if constant(view, stage, 0):
        return bool(behind) and all(constant(view, later, 0) for later in behind)
    rows = distinct_rows(view, stage)
    return bool(rows.size > 1 and rows[0] == rows[-1] == 1)
