"""GS306 loss-not-decreasing: no progress, and nothing inside the network explains it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import motion
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import SLIGHT, outcome_of, supervised

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

ENOUGH_SAMPLES, ENOUGH_STEPS = 8, 50
SLOW = 0.05
MOVED = 0.05  # the weights' path over the run: below it nothing was tried yet


@final
class LossNotDecreasing(Rule):
    """
    ## What it detects
    A supervised loss that did not fall over at least 50 steps although the weights moved. The engine drops it where
    another finding says why, so what remains is: nothing wrong inside the network was found.

    ## Why it matters
    Then the reason lies where no gradient shows it: labels that do not belong to the inputs, an input that does not
    hold the answer, a loss computed on something else than the prediction.

    ## When it stays silent
    The loss fell, or may have fallen by a twentieth within its noise, or came below that of a constant prediction;
    several optimizers (GANs); losses that may be negative (policy gradients); short runs. It is an info where no
    baseline is known for the loss.

    ## Example
    Labels shuffled apart from their inputs.

    ## Remedies
    Train on a single batch of ten examples (safe: it only asks): a network that works drives its loss to zero.

    ## Source
    Karpathy (2019), A recipe for training neural networks: overfit one batch.
    """

    code = "GS306"
    name = "loss-not-decreasing"
    summary = "The loss does not fall although the weights move, and nothing found explains it."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        learning, outcome, moved = view.learning, outcome_of(view), motion(view)
        enough = learning.samples >= ENOUGH_SAMPLES and moved.span >= ENOUGH_STEPS
        if not enough or not supervised(view) or outcome.fell or outcome.skill > SLIGHT or not learning.start > 0:
            return
        # Down by a twentieth, or perhaps so within the noise, may be a slow start: only a loss that stays is spoken of.
        if moved.total_ratio < MOVED or outcome.change - learning.uncertainty < -SLOW:
            return
        text = (
            f"The loss went from {number(learning.start)} to {number(learning.end)} in {moved.span} steps, although "
            f"the weights moved by {number(moved.total_ratio)} times their size. Looked at: {len(view.stages)} stages, "
            f"{len(view.run.parameters)} parameters, {len(view.losses)} losses on {learning.samples} samples."
        )
        evidence = {
            "start": learning.start, "end": learning.end, "noise": learning.noise, "samples": learning.samples,
            "steps": moved.span, "weights_moved": moved.total_ratio, "skill": outcome.skill,
        }  # fmt: skip
        severity = "info" if math.isnan(outcome.skill) else "warning"
        remedy = Remedy("overfit-one-batch", "safe", "the data", "a loss near 0 within some hundred steps", 0.0)
        yield self.finding(
            severity, text, steps=view.steps, evidence=evidence, cause=Cause("unexplained"), remedies=[remedy]
        )
