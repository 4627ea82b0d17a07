"""GS604 shuffled-labels-suspected: the loss rests at that of guessing although the training works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import motion
from gainstage.diagnose.outlet import BINARY_LOSSES, outlets
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import CLASS_LOSSES, Skill, skill, supervised
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

ENOUGH_SAMPLES, ENOUGH_STEPS = 8, 100
REWRITTEN = 0.1  # the weights' path over the run, in units of their size
NOTHING = 0.03  # share explained: what full training on a few hundred rows gives by chance


@final
class ShuffledLabelsSuspected(Rule):
    """
    ## What it detects
    A classification whose loss rests at that of predicting the classes' shares although the weights were rewritten:
    the input says nothing about the target.

    ## Why it matters
    Inputs and labels that were shuffled apart, sorted differently or joined on the wrong key look exactly so. No
    change of the network helps.

    ## When it stays silent
    Any other finding that explains the loss (the engine drops this one), regression, short runs, and rows so few
    that the network learns them by heart.

    ## Example
    `X = X[torch.randperm(len(X))]` without the same permutation of `y`

    ## Remedies
    Compare a few rows with their source by hand (safe).

    ## Source
    Zhang, Bengio, Hardt, Recht, Vinyals (2017), Understanding deep learning requires rethinking generalization.
    """

    code = "GS604"
    name = "shuffled-labels-suspected"
    summary = "The loss rests at that of guessing although the weights move: inputs and labels may not belong together."
    severity = "info"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss over classes."""
        moved = motion(view)
        if moved.span < ENOUGH_STEPS or view.learning.samples < ENOUGH_SAMPLES or not supervised(view):
            return
        for outlet in outlets(view):
            known = skill(outlet)
            classes = outlet.loss.operation in (*CLASS_LOSSES, *BINARY_LOSSES)
            if classes and -0.1 < known.value < NOTHING and moved.total_ratio > REWRITTEN:
                yield self.report(view, outlet.loss, known, moved.total_ratio)

    def report(self, view: View, loss: Site, known: Skill, path: float) -> Finding:
        """The finding for one loss."""
        text = (
            f"The loss rests at {number(known.end)}, that of guessing is {number(known.baseline)}, although the "
            f"weights moved by {number(path)} times their size: the input seems to say nothing about the target."
        )
        remedy = Remedy("check-labels", "safe", "the data", f"a loss below {number(known.baseline)}", known.baseline)
        evidence = {"loss": known.end, "loss_of_guessing": known.baseline, "skill": known.value, "weights_moved": path}
        return self.finding(
            "info", text, sites=[loss], steps=view.steps, evidence=evidence, cause=Cause("data"), remedies=[remedy]
        )
