"""GS101 dead-units: units that pass nothing, on any example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.idle import Idle, groups
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.wording import listed, percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class DeadUnits(Rule):
    """
    ## What it detects
    Hidden units whose activation has derivative zero on every example, over at least 1,000 examples and three
    samples, up to the end of the recording (or a layer all of whose units are silent on every example seen).

    ## Why it matters
    A dead unit contributes a constant and receives no gradient, so it stays dead: the layer is narrower than it
    was built. The power that still passes is the share of living units: -3 dB is half of them, -10 dB a tenth.

    ## When it stays silent
    Zeros are no fault: a healthy ReLU layer is half zeros, each unit on other examples. Below a quarter of the units
    nothing is said; one level lower where a residual path leads around the layer, and where the network
    learns well all the same. An output layer's rectifier is GS504, sigmoid-like functions are GS102.

    ## Example
    `nn.ReLU()` after a layer whose bias a step of learning rate 10 pushed to -40.

    ## Remedies
    A smaller learning rate or scaled inputs where a step killed them, a bias of zero where the bias did (both keep
    the function class); an activation with a slope on both sides (unsafe).

    ## Source
    Maas et al. (2013); Lu et al. (2019), "Dying ReLU and Initialization".
    """

    code = "GS101"
    name = "dead-units"
    summary = "Hidden units whose activation passes nothing on any example."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per cause."""
        for severity, group in groups(view, saturating=False):
            yield self.report(view, group, severity)

    def report(self, view: View, group: list[Idle], severity: Severity) -> Finding:
        """The finding for the layers with one cause."""
        worst = max(group, key=lambda idle: idle.share)
        cause = worst.origin.cause
        alive = 1 - worst.share
        left = f"{10 * np.log10(alive):.1f} dB of its power is left" if alive > 0 else "nothing passes"
        text = (
            f"{percent(worst.share)} of the units of {worst.site.name} are dead ({worst.count} of {worst.units} pass "
            f"nothing on {number(worst.examples)} examples): {left}."
        )
        if len(group) > 1:
            text += f" Likewise {listed([idle.stage for idle in group if idle is not worst])}."
        evidence = {
            "dead_units": [idle.count for idle in group],
            "units": [idle.units for idle in group],
            "dead_share": worst.share,
            "examples": worst.examples,
            "levels": "error from 90 % (-10 dB), warning from 50 % (-3 dB), info from 25 %",
            **worst.origin.evidence,
        }
        sites = [idle.site for idle in group]
        remedies = self.remedies(view, worst, cause)
        steps = view.steps[view.late]
        return self.finding(severity, text, sites=sites, steps=steps, evidence=evidence, cause=cause, remedies=remedies)

    def remedies(self, view: View, worst: Idle, cause: Cause) -> list[Remedy]:
        """What revives them, the cure of the cause first."""
        where, found = worst.stage.name, []
        if cause.name == "learning-rate":
            rate = middle(view.run.step("learning_rate"))
            cut = max(worst.origin.evidence["largest_step_in_spreads"] / 0.1, 1.0)
            found.append(
                Remedy("lower-learning-rate", "unsafe", "optimizer", f"at {number(rate / cut)} a step moves "
                       "pre-activations by at most 0.1 of their spread", rate / cut)
            )  # fmt: skip
        elif cause.name == "input-scale":
            text = f"standardised inputs have RMS 1 instead of {number(worst.origin.evidence['input_rms'])}"
            found.append(Remedy("scale-inputs", "unsafe", "data", text, 1.0))
        elif cause.name == "bias":
            found.append(Remedy("zero-bias", "safe", where, "about half of the examples pass at each unit", 0.5))
        else:
            found.append(
                Remedy("reinitialise", "safe", where, "gain 1.41, bias 0: half of the power passes", -3.0, "dB")
            )
        found.append(Remedy("leaky-activation", "unsafe", worst.site.name, "slope 0.01: no derivative is zero", 0.01))
        return found
