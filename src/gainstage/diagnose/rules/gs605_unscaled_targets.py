"""GS605 unscaled-targets: targets of a scale that the output does not reach within the run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.motion import motion
from gainstage.diagnose.outlet import REGRESSION_LOSSES, Outlet, outlets
from gainstage.diagnose.overshoot import blame
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import SLIGHT, Skill, outcome_of, output_scale, skill, target_size, target_spread

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

FAR = 10.0  # times the output's own scale at the start; the outcome decides


@final
class UnscaledTargets(Rule):
    """
    ## What it detects
    A regression whose targets are ten times larger (or a hundred times smaller) than what the fresh output gives, and
    which at its end is no better than predicting the targets' mean, or non-finite.

    ## Why it matters
    A fresh network answers with numbers of about one. The way to targets of 50,000 is travelled by the last layer
    alone, step by step: with Adam by about the learning rate each, with SGD under gradients as large as the targets.

    ## When it stays silent
    The network learns them all the same (then it is an info), targets of about one, an output that was scaled.

    ## Example
    House prices of 180,000 with `MSELoss` and Adam at 1e-3.

    ## Remedies
    Standardise the targets and scale predictions back (unsafe: it changes the loss's unit); start the output's bias at
    the targets' mean (safe: only the start).

    ## Source
    Bishop (1995), Neural Networks for Pattern Recognition, section 8.2; Karpathy (2019), initialise the final bias.
    """

    code = "GS605"
    name = "unscaled-targets"
    summary = "Targets are far from the output's own scale, and the training did not get there."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per regression loss."""
        for outlet in outlets(view):
            if outlet.loss.operation in REGRESSION_LOSSES and outlet.out_of_reach < 0.5:
                own, size = output_scale(outlet), target_size(outlet)
                if size >= FAR * max(own, 1.0) or 0 < size * FAR**2 <= own:
                    yield self.report(outlet, own, size, skill(outlet))

    def report(self, outlet: Outlet, own: float, size: float, known: Skill) -> Finding:
        """The finding for one loss."""
        outcome = outcome_of(outlet.view)
        failed = outcome.broke or known.value <= SLIGHT or (math.isnan(known.value) and not outcome.fell)
        # A run that broke by its learning rate says nothing on the targets.
        severity: Severity = "warning" if failed else "info"
        if outcome.broke:
            severity = "error" if blame(outlet.view, motion(outlet.view)).name == "target-scale" else "info"
        text = (
            f"The targets have an RMS of {number(size)} where the fresh output gives {number(own)}; the loss starts at "
            f"{number(known.start)} and ends at {number(known.end)}, that of predicting their mean is "
            f"{number(known.baseline)}."
        )
        spread, mean = target_spread(outlet), outlet.typical("target_mean")
        start = f"the loss starts near {number(known.baseline)} instead of {number(known.start)}"
        remedies = (
            Remedy("standardise-targets", "unsafe", outlet.loss.name, "targets of RMS 1, the output's own scale", 1.0),
            Remedy("output-bias-at-mean", "safe", outlet.place[0].name, start, mean),
        )
        evidence = {
            "target_rms": size, "target_mean": mean, "target_std": spread, "output_scale": own,
            "loss_start": known.start, "loss_end": known.end, "loss_of_mean": known.baseline, "skill": known.value,
        }  # fmt: skip
        return self.finding(
            severity, text, sites=outlet.place,
            steps=outlet.steps, evidence=evidence, cause=Cause("target-scale"), remedies=remedies,
        )  # fmt: skip
