"""Weights that the optimizer's decay took away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Remedy
from gainstage.diagnose.rule import number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View

SHRUNK_DB = -20.0  # a tenth of what they were


def decayed(view: View, path: Sequence[Stage]) -> tuple[Cause, Remedy] | None:
    """The cause and the cure where weight decay shrank most weights of ``path`` to a tenth of their start."""
    decay = view.run.steps[-1].settings.get("weight_decay", 0.0) if view.run.steps else 0.0
    if not isinstance(decay, int | float) or not decay > 0:
        return None
    sizes = [view.update(stage.weight, "weight") for stage in path if stage.weight is not None]
    lost = [float(decibels(middle(size[view.late]), middle(size[view.early]))) for size in sizes]
    if not lost or float(np.median(lost)) > SHRUNK_DB:
        return None
    text = f"weight decay {number(decay)} shrank the weights by {-float(np.median(lost)):.0f} dB"
    smaller = decay / 1000
    predicted = f"weight decay {number(smaller)}: weights of their first size, {-float(np.median(lost)):+.0f} dB"
    remedy = Remedy("less-weight-decay", "unsafe", "the optimizer", predicted, smaller)
    return Cause("weight-decay", {"weights": float(np.sum(lost))}, text), remedy
