"""Gradients that were cut between the backward pass and the step."""

from __future__ import annotations

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.gradients import gradient_norms
from gainstage.diagnose.transfer import input_rms
from gainstage.diagnose.view import View

FEWEST, ALIKE = 5, 1e-3  # samples; how equal their norms are when clipping sets them
CUT = 0.05  # of what the gradient at the output must make of the last weights, signs at random


def clipped_at(view: View) -> float:
    """The norm to which every sample's gradient is cut; nan where none is.

    All norms are equal, and the last stage's weights hold far less than what arrived there in the backward pass.
    """
    norms = gradient_norms(view)
    norms = norms[np.isfinite(norms)]
    if norms.size < FEWEST or not norms.min() > 0 or np.ptp(norms) > ALIKE * norms.max() or not view.chain:
        return float("nan")
    return float(np.median(norms)) if kept_share(view) < CUT else float("nan")


def kept_share(view: View) -> float:
    """The last weights' gradient over its size without cancelling: |g| / (|delta| rms(x) sqrt(fan-in)).

    Examples' contributions of random sign give 1, of equal sign the root of their number.
    """
    stage = view.chain[-1]
    if stage.weight is None or not stage.site.fan_in:
        return float("nan")
    arrived = view.gradient(stage) * np.sqrt(view.run.step("examples") * max(stage.site.units, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = arrived * input_rms(view, stage) * np.sqrt(stage.site.fan_in)
        return middle(view.update(stage.weight, "gradient") / whole)
