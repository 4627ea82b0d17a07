"""GS501 activation-loss-mismatch: the last activation and the loss do not belong together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.mismatch import Mismatch, mismatch
from gainstage.diagnose.outlet import Outlet, outlets
from gainstage.diagnose.rule import Rule, number

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

REFUSED = "elements of input should be between 0 and 1"  # torch's words


@final
class ActivationLossMismatch(Rule):
    """
    ## What it detects
    A loss that receives something else than it is made for: probabilities where it applies the softmax or the
    sigmoid itself (softmax or sigmoid before cross-entropy, sigmoid before BCE-with-logits), raw outputs or
    probabilities where it wants log-probabilities (`nll_loss`, `kl_div`), raw outputs where it wants probabilities
    (`binary_cross_entropy`), a softmax over several labels that may hold at once, a softmax over the batch.
    The values that the loss received decide (rows that sum to one), so hand-written activations count too.

    ## Why it matters
    Squashed twice, the output can hardly move: with K classes, softmax before cross-entropy cannot push the loss
    below log(1 + (K - 1)/e), and the gradient is small wherever the network is sure. A negative log-likelihood of
    raw outputs has no lower bound at all.

    ## When it stays silent
    `log_softmax` before cross-entropy (it changes nothing), softmax and sigmoid before a squared error, a softmax
    inside attention.

    ## Example
    `loss = F.cross_entropy(torch.softmax(logits, dim=1), target)`

    ## Remedies
    Hand the raw output to the loss that has the activation inside (unsafe: it changes the loss), and keep the
    softmax or sigmoid for reading predictions.

    ## Source
    Bridle (1990), Probabilistic interpretation of feedforward classification network outputs; `torch.nn` documentation.
    """

    code = "GS501"
    name = "activation-loss-mismatch"
    summary = "The loss receives something else than it is made for, such as probabilities instead of logits."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss."""
        for outlet in outlets(view):
            wrong = mismatch(outlet)
            if wrong is not None:
                yield self.report(outlet, wrong)
        if not view.losses or all(loss.operation != "binary_cross_entropy" for loss in view.losses):
            yield from self.refused(view)

    def report(self, outlet: Outlet, wrong: Mismatch) -> Finding:
        """The finding for one loss."""
        measured = ("input_min", "input_max", "input_width", "row_sum_min", "row_sum_max")
        evidence = {key: outlet.typical(key) for key in measured}
        predicted = "the loss is no longer bounded from below by the activation"
        if wrong.cause.startswith("missing-log"):
            predicted = "the loss is minus a log-likelihood: 0 at best, log(classes) by guessing"
        elif math.isfinite(wrong.floor):
            evidence["lowest_possible_loss"] = wrong.floor
            predicted = f"the loss can fall below {number(wrong.floor)}, the floor of today"
        remedy = Remedy(wrong.remedy, "unsafe", outlet.loss.name, predicted, wrong.floor)
        evidence |= {"loss": outlet.loss.operation, "activation": outlet.function or "none"}
        cause = Cause(wrong.cause)
        return self.finding(
            "error",
            wrong.text,
            sites=outlet.place,
            steps=outlet.steps,
            evidence=evidence,
            cause=cause,
            remedies=[remedy],
        )

    def refused(self, view: View) -> Iterator[Finding]:
        """binary_cross_entropy raises on raw outputs, and then no loss was recorded."""
        for event in view.run.events:
            if event.kind == "exception" and REFUSED in event.text:
                text = "binary_cross_entropy raised: it wants probabilities between 0 and 1 and was given raw outputs."
                remedy = Remedy("bce-with-logits", "unsafe", "the loss", "the script gets past step 0")
                yield self.finding(
                    "error", text, steps=[event.step], evidence={"exception": event.text},
                    cause=Cause("logits-into-probability-loss"), remedies=[remedy],
                )  # fmt: skip
