"""How well the training did its job: what turns an imperfection into a fault, or back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import numpy as np

from gainstage.diagnose.finding import SEVERITIES, Severity
from gainstage.diagnose.outlet import outlets
from gainstage.diagnose.skill import skill
from gainstage.diagnose.view import View

Progress = Literal["good", "some", "none", "unknown"]
FEWEST = 5  # samples; medians of fewer say nothing about a trend
LOWER: dict[Severity, Severity] = {"error": "warning", "warning": "info", "info": "info"}


@lru_cache(maxsize=1)  # many rules ask it of one run
def progress(view: View) -> Progress:
    """ "good": half of what a constant prediction misses is explained, or an unknown loss was halved.

    "some": the loss fell, and below that of a constant prediction where that is known. "none": it did not, or it ended
    non-finite. "unknown": too few samples.
    """
    loss = view.loss
    if loss.size and np.isfinite(loss).any() and not np.isfinite(loss[-1]):
        return "none"
    learning = view.learning
    if learning.samples < FEWEST:
        return "unknown"
    known = [s for s in map(skill, outlets(view)) if np.isfinite(s.value)]
    if known:
        if all(s.learnt for s in known):
            return "good"
        if all(s.value <= 0 for s in known):
            return "none"
    elif learning.decreasing and learning.relative_change < -0.5:
        return "good"
    return "some" if learning.decreasing else "none"


def softened(severity: Severity, view: View) -> Severity:
    """One level lower where the network learns well all the same: the fault is there, its cost is small."""
    return LOWER[severity] if progress(view) == "good" else severity


def most_severe(severities: Iterable[Severity]) -> Severity:
    """The gravest of several."""
    return min(severities, key=SEVERITIES.index)
