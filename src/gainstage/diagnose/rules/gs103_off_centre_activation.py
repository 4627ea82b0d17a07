"""GS103 off-centre-activation: inputs of one sign, so that a unit's weights can only move together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.progress import progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import outcome_of
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import activation_of
from gainstage.diagnose.wording import listed, percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

ONE_SIGN = 0.9  # |sum g| / sum |g| over a unit's weights: 1 when all move the same way
OFFSET = 3.0  # a constant part three times the signal: nine tenths of the power says nothing about the input
FAINT = 100.0  # beyond 40 dB there is no signal left to be off-centre


@final
class OffCentreActivation(Rule):
    """
    ## What it detects
    Stages that receive an activation whose constant part is at least three times its signal, and whose units' weight
    gradients therefore have one sign (at least 90 % of their sum is not cancelled).

    ## Why it matters
    All weights of a unit can only grow or shrink together: a direction between the axes is reached in a zig-zag.
    The loss's curvature along the constant part is larger by the square of the ratio, and bounds the learning rate.

    ## When it stays silent
    Normalisation between the two stages removes the offset. A ReLU's offset is about its signal: silent. Beyond 40 dB
    the signal has collapsed (GS104). Only an info where the loss falls below that of a constant prediction.

    ## Example
    `nn.Sigmoid()` between linear layers: outputs 0.5 ± 0.05.

    ## Remedies
    tanh for sigmoid (unsafe; 2 sigmoid(2x) - 1 = tanh(x)), or normalisation in front of the activation (unsafe).

    ## Source
    LeCun et al. (1998), "Efficient BackProp", sections 4.3 and 4.4.
    """

    code = "GS103"
    name = "off-centre-activation"
    summary = "An activation with one sign: each unit's weights can only move together."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, for all stages concerned."""
        found = [stage for stage in view.stages if self.concerns(view, stage)]
        if found and np.isfinite(view.loss[-1]):
            # A zig-zag makes a training slow; where it gets on, it is no fault to cure.
            state = progress(view)
            stuck = state == "none" or (state != "unknown" and outcome_of(view).failed)
            yield self.report(view, found, "warning" if stuck else "info")

    def concerns(self, view: View, stage: Stage) -> bool:
        """Whether the stage is fed by an uncentred activation and its gradient shows it."""
        feeding = [view.stages[index] for index in stage.inputs]
        one_sided = [s for s in feeding if (f := activation_of(s)) and s.function and not f.zero_centred]
        if not one_sided or stage.weight is None or any(s.end.kind == "normalisation" for s in feeding):
            return False
        return one_sign(view, stage) >= ONE_SIGN and OFFSET <= offset_ratio(view, stage) <= FAINT

    def report(self, view: View, found: list[Stage], severity: Severity) -> Finding:
        """The finding, by the worst stage."""
        worst = max(found, key=lambda stage: offset_ratio(view, stage))
        ratio, sign = offset_ratio(view, worst), one_sign(view, worst)
        feeding = view.stages[max(worst.inputs)]
        text = (
            f"{worst.name} receives {feeding.function} outputs whose constant part is {number(ratio)} times their "
            f"signal: {percent(sign)} of its weight gradient has one sign per unit"
            + (f"; likewise {listed([s for s in found if s is not worst])}." if len(found) > 1 else ".")
        )
        evidence = {
            "offset_over_signal": ratio,
            "one_sign": sign,
            "stages": len(found),
            "curvature_ratio": ratio**2,
            "levels": f"offset {OFFSET:g} times the signal, {ONE_SIGN:g} of the gradient of one sign",
        }
        predicted = f"outputs around zero: curvature along the offset {number(ratio**2)} times smaller"
        remedies = [Remedy("centre-activation", "unsafe", feeding.name, predicted, ratio**-2),
                    Remedy("add-normalisation", "unsafe", feeding.name, "offset 0, signal 1", 0.0)]  # fmt: skip
        return self.finding(severity, text, sites=[s.site for s in found], steps=view.steps[view.late],
                            evidence=evidence, cause=Cause("activation"), remedies=remedies)  # fmt: skip


def one_sign(view: View, stage: Stage) -> float:
    """The measured share of one sign, nan where it was not looked at."""
    return middle(view.update(stage.weight, "one_sign")) if stage.weight is not None else float("nan")


def offset_ratio(view: View, stage: Stage) -> float:
    """Constant part of what the stage receives over its signal, median of the late samples."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = view.signal(stage.site, "offset_in") / view.signal(stage.site, "signal_in")
    return middle(ratio[view.late])
