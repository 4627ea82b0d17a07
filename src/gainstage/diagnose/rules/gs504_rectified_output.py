"""GS504 rectified-output: a ReLU as the last activation in front of a loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.outlet import LOGIT_LOSSES, RECTIFIERS, REGRESSION_LOSSES, Outlet, outlets, rectifier_below
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.skill import skill
from gainstage.diagnose.wording import percent
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


MOST = 0.5  # of the outputs pass their gradient: then the rectifier is not what holds the training back


@final
class RectifiedOutput(Rule):
    """
    ## What it detects
    A ReLU (or ReLU6, threshold) between the last affine layer and the loss: in front of a regression, of logits, or
    of a binary cross-entropy, also with the sigmoid or softmax between the two.

    ## Why it matters
    Every output that is negative is cut to zero and so is its gradient. If an output unit is negative on all
    examples it never changes again and the whole network behind it stops learning. In front of
    BCE-with-logits a probability below one half cannot be said at all.

    ## When it stays silent
    A ReLU inside the network. With targets that are never negative and an output that learns, or passes most of its
    gradient, it is an info: it works by luck of the start.

    ## Example
    `nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1), nn.ReLU())` with `MSELoss`

    ## Remedies
    Remove the last ReLU (unsafe: it changes the function class); softplus where predictions must be positive.

    ## Source
    Lu, Shin, Su, Karniadakis (2020), Dying ReLU and initialization.
    """

    code = "GS504"
    name = "rectified-output"
    summary = "A ReLU as the last activation cuts outputs, and their gradient, at zero."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss fed by a rectifier."""
        fits = (*LOGIT_LOSSES, *REGRESSION_LOSSES, "binary_cross_entropy", "nll_loss")
        for outlet in outlets(view):
            if outlet.loss.operation not in fits or outlet.producer is None:
                continue
            if outlet.function in RECTIFIERS:
                yield self.report(outlet, outlet.producer)
            elif (below := rectifier_below(outlet)) is not None:
                yield self.report(outlet, below)

    def report(self, outlet: Outlet, site: Site) -> Finding:
        """The finding for one loss and the rectifier in front of it."""
        view = outlet.view
        passing = middle(view.signal(site, "transmission")[view.late])
        straight = site is outlet.producer
        severity, why = judged(outlet, passing) if straight else squashed(outlet, passing)
        receiver = outlet.loss.operation if straight else outlet.function
        text = f"{site.name} is the last activation before {receiver}: {why}."
        predicted = f"the gradient passes for all outputs instead of {percent(passing)} of them"
        remedies = [Remedy("linear-output", "unsafe", site.name, predicted, passing)]
        if outlet.loss.operation in REGRESSION_LOSSES and outlet.least("target_min") >= 0:
            remedies.append(Remedy("softplus-output", "unsafe", site.name, predicted, passing))
        evidence = {
            "activation": site.function,
            "loss": outlet.loss.operation,
            "passing": passing,
            "target_min": outlet.least("target_min"),
            "skill": skill(outlet).value,
        }
        return self.finding(
            severity, text, sites=(site, outlet.loss), steps=outlet.steps, evidence=evidence,
            cause=Cause("dead-output" if passing == 0 else "output-range"), remedies=remedies,
        )  # fmt: skip


def squashed(outlet: Outlet, passing: float) -> tuple[Severity, str]:
    """A rectifier in front of a sigmoid or softmax."""
    if passing == 0:
        return "error", "its output is zero on every example seen lately, so no gradient reaches the network any more"
    if outlet.function in ("sigmoid", "logsigmoid", "hardsigmoid"):
        return "error", "what enters is never negative, so no probability below one half can be predicted"
    return "warning", f"scores below zero are cut; the gradient passes for {percent(passing)} of them"


def judged(outlet: Outlet, passing: float) -> tuple[Severity, str]:
    """How much it costs, and why."""
    if passing == 0:
        return "error", "its output is zero on every example seen lately, so no gradient reaches the network any more"
    if outlet.loss.operation == "binary_cross_entropy_with_logits":
        return "error", "logits below zero are cut, so no probability below one half can be predicted"
    if outlet.loss.operation == "binary_cross_entropy":
        return "error", "a binary cross-entropy wants probabilities, and a ReLU has no upper limit"
    if outlet.loss.operation == "nll_loss":
        return "error", "nll_loss wants log-probabilities, which are never positive"
    if outlet.loss.operation in LOGIT_LOSSES:
        return "warning", f"scores below zero are cut; the gradient passes for {percent(passing)} of them"
    if outlet.out_of_reach > 0.05:
        return "error", f"{percent(outlet.out_of_reach)} of the targets' span cannot be predicted"
    if passing > MOST:
        return "info", f"the gradient passes for {percent(passing)} of the outputs now, by the start's luck"
    if skill(outlet).learnt or (np.isnan(skill(outlet).value) and outlet.view.learning.decreasing):
        return "info", f"it learns, but the gradient passes for {percent(passing)} of the outputs by the start's luck"
    return "warning", f"the gradient passes for {percent(passing)} of the outputs, and the network has hardly learnt"
