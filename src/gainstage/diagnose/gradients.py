"""The gradient as a whole and the steps it led to, over time."""

from __future__ import annotations

import numpy as np

from gainstage.diagnose.decibels import Array, decibels
from gainstage.diagnose.view import View


def gradient_norms(view: View) -> Array:
    """L2 norm over all parameters at each sample; nan where no gradient was seen."""
    squares = [view.update(parameter, "gradient") ** 2 for parameter in view.run.parameters]
    if not squares:
        return np.full(len(view.steps), np.nan)
    seen = ~np.isnan(squares).all(axis=0)
    return np.where(seen, np.sqrt(np.nansum(squares, axis=0)), np.nan)


def growth_db(view: View) -> float:
    """The largest finite gradient norm of the run over the first one."""
    norms = gradient_norms(view)
    norms = norms[np.isfinite(norms)]
    return float(decibels(norms.max(), norms[0])) if norms.size and norms[0] > 0 else float("nan")


def stepped(view: View) -> bool:
    """Whether any parameter moved: a single look without an optimizer says nothing about steps."""
    return any(bool((view.update(parameter, "ratio") > 0).any()) for parameter in view.run.parameters)


def largest_ratio(view: View) -> float:
    """The largest update ratio of any weight in the chain, nan without a step; infinite counts, it is non-finite."""
    if not stepped(view):
        return float("nan")
    ratios = [view.update(stage.weight, "ratio") for stage in view.chain if stage.weight is not None]
    values = np.concatenate(ratios) if ratios else np.array([])
    values = values[~np.isnan(values)]
    return float(values.max()) if values.size else float("nan")
