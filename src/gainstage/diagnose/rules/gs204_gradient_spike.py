"""GS204 gradient-spike: single steps with a gradient far outside of what is usual around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import Array, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.gradients import gradient_norms
from gainstage.diagnose.rule import Rule, number

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

AROUND = 5  # samples before that say what is usual; twice as many after it in which it must be over
FACTOR = 10.0
DEVIATIONS = 6.0
HALFWAY = np.log(FACTOR) / 2  # back down, on a logarithmic scale


@final
class GradientSpike(Rule):
    """
    ## What it detects
    Single samples whose gradient norm is ten times the median of its neighbours and six deviations beyond those
    before it, and that did harm: the step moved the weights five times as far as usual and the loss was higher
    after it.

    ## Why it matters
    One bad batch (an outlier in the targets, a division by almost zero) can undo hundreds of steps.

    ## When it stays silent
    Spikes that clipping or the optimizer absorbed, the first steps of a run, and a gradient that grows for good
    (GS202). Samples that were not looked at cannot be judged.

    ## Example
    A row with a target of 1e6 among targets of 1, under `mse_loss` and plain SGD.

    ## Remedies
    Clip the gradient's norm at a few times its median (unsafe); find the batch (its step is given).

    ## Source
    Pascanu et al. (2013), gradient clipping; Zhang et al. (2020), on heavy-tailed gradients.
    """

    code = "GS204"
    name = "gradient-spike"
    summary = "Single steps with a gradient far outside the usual that threw the training back."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, with all spikes."""
        norms = gradient_norms(view)
        spikes = [at for at in candidates(norms) if harmful(view, at)]
        if spikes:
            worst = max(spikes, key=lambda at: norms[at])
            usual = around(norms, worst)
            text = (
                f"At step {int(view.steps[worst])} the gradient's norm was {number(norms[worst])}, "
                f"{number(norms[worst] / usual)} times the usual {number(usual)}, and the loss was higher afterwards"
                + (f"; {len(spikes)} such steps were seen." if len(spikes) > 1 else ".")
            )
            evidence = {"steps": view.steps[spikes], "norms": norms[spikes], "usual_norm": usual,
                        "samples": len(norms), "levels": f"{FACTOR:g} times and {DEVIATIONS:g} deviations"}  # fmt: skip
            limit = 2 * usual
            clip = Remedy("clip-gradient", "unsafe", "optimizer", f"clipped at {number(limit)}, that step is "
                          f"{number(norms[worst] / limit)} times smaller", limit)  # fmt: skip
            yield self.finding("warning", text, steps=view.steps[spikes], evidence=evidence,
                               cause=Cause("single-batches"), remedies=[clip])  # fmt: skip


def candidates(norms: Array) -> list[int]:
    """Samples that stand out of those before them, on a logarithmic scale, and come down again."""
    with np.errstate(divide="ignore"):
        logs = np.log(norms)
    found = []
    for at in range(AROUND, len(logs) - 1):
        before, after = logs[at - AROUND : at], logs[at + 1 : at + 1 + 2 * AROUND]
        if not (np.isfinite(before).all() and np.isfinite(logs[at])):
            continue
        spread = 1.48 * float(np.median(np.abs(before - np.median(before))))
        stands_out = logs[at] - np.median(before) > max(np.log(FACTOR), DEVIATIONS * spread)
        if stands_out and norms[at] > FACTOR * around(norms, at) and logs[at] - np.fmin.reduce(after) > HALFWAY:
            found.append(at)
    return found


def around(norms: Array, at: int) -> float:
    """The median of the samples before and after: a gradient that grows for good is no spike."""
    return float(np.nanmedian(np.concatenate([norms[at - AROUND : at], norms[at + 1 : at + 1 + 2 * AROUND]])))


def harmful(view: View, at: int) -> bool:
    """Whether the step moved the weights unusually far and the loss was higher at the next sample than before."""
    moved = [view.update(p, "update") for p in view.run.parameters if len(p.shape) > 1]
    far = any(update[at] > 5 * middle(update[at - AROUND : at]) for update in moved)
    before, after = view.loss[at - AROUND : at], view.loss[at + 1 : at + 2]
    return bool(far and after.size and after[0] > np.fmax.reduce(before))
