"""Units that start equal and therefore stay equal."""

from __future__ import annotations

import numpy as np

from gainstage.diagnose.decibels import Array
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View


def distinct_rows(view: View, stage: Stage) -> Array:
    """How many rows of the stage's weight differ, at the samples where it was looked at."""
    if stage.weight is None:
        return np.array([])
    rows = view.update(stage.weight, "distinct")
    return rows[~np.isnan(rows) & (rows >= 0)]


def constant(view: View, stage: Stage, at: int) -> bool:
    """Whether all entries of the weight are the same at a sample: their mean is then their RMS."""
    if stage.weight is None:
        return False
    rms, mean = view.update(stage.weight, "weight")[at], view.update(stage.weight, "mean")[at]
    return bool(abs(abs(mean) - rms) <= 1e-6 * rms)


def still_symmetric(view: View, stage: Stage) -> bool:
    """Whether all units of the stage are the same now, or cannot become different after the only sample there is."""
    weight = stage.weight
    if weight is None or weight.shape[0] < 2 or not len(view.steps):
        return False
    sizes, rows = view.update(weight, "weight"), distinct_rows(view, stage)
    seen = np.flatnonzero(~np.isnan(sizes))
    if not seen.size:
        return False
    now = int(seen[-1])
    equal = bool(sizes[now] == 0 or constant(view, stage, now) or (rows.size and rows[-1] == 1))
    if not equal or seen.size > 1:
        return equal
    behind = [later for later in view.stages if stage.index in later.inputs]
    return bool(behind) and all(constant(view, later, now) for later in behind)
