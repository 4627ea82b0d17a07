"""GS102 saturated-units: units stuck at the flat ends of a sigmoid-like function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Finding, Remedy, Severity
from gainstage.diagnose.idle import Idle, groups
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.wording import listed, percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class SaturatedUnits(Rule):
    """
    ## What it detects
    Hidden units of a function that goes flat on both sides (sigmoid, tanh, hardtanh, softsign, erf) whose squared
    derivative, averaged over the examples, is below 1 % of the best the function can do; or layers that as a whole
    pass a quarter and less of the gradient's power that they would pass at pre-activations of size one.

    ## Why it matters
    A saturated unit is a switch: the gradient that reaches it loses 20 dB and more, so neither the unit nor anything
    before it learns. With half of the units saturated half of the gradient's power is gone.

    ## When it stays silent
    Gates (LSTM, squeeze-and-excitation) are meant to be open or closed; an output that is sure of its class is
    no fault. Below a quarter of the units and three quarters of the power nothing is said; one level lower where
    the network learns well.

    ## Example
    `nn.Tanh()` behind weights drawn with `normal_(0, 1)` at a fan-in of 256: pre-activations of ±16.

    ## Remedies
    By cause: scaled inputs; weights of gain 1.6 (tanh) or 4.7 (sigmoid) over sqrt(fan-in); a bias of zero; a smaller
    learning rate. Normalisation in front of the activation (unsafe).

    ## Source
    Glorot and Bengio (2010); LeCun et al. (1998), "Efficient BackProp", section 4.4.
    """

    code = "GS102"
    name = "saturated-units"
    summary = "Hidden units stuck at the flat ends of a sigmoid-like activation."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per cause."""
        for severity, group in groups(view, saturating=True):
            yield self.report(view, group, severity)

    def report(self, view: View, group: list[Idle], severity: Severity) -> Finding:
        """The finding for the layers with one cause."""
        worst = max(group, key=lambda idle: (idle.lost, idle.share))
        pre = worst.origin.evidence["pre_activation_rms"]
        transmission = middle(view.signal(worst.site, "transmission_share")[view.late])
        text = (
            f"{worst.site.name} works at its flat ends: pre-activations of RMS {number(pre)} leave "
            f"{percent(transmission)} of the gradient's power, {worst.count} of {worst.units} units are saturated."
        )
        if len(group) > 1:
            text += f" Likewise {listed([idle.stage for idle in group if idle is not worst])}."
        evidence = {
            "saturated_units": [idle.count for idle in group],
            "units": [idle.units for idle in group],
            "saturated_share": worst.share,
            "transmission_share": transmission,
            "lost_power": worst.lost,
            "examples": worst.examples,
            "levels": "error from 90 % of units or power, warning from 50 % of the units or 75 % of the power",
            **worst.origin.evidence,
        }
        return self.finding(
            severity, text, sites=[idle.site for idle in group], steps=view.steps[view.late], evidence=evidence,
            cause=worst.origin.cause, remedies=self.remedies(worst),
        )  # fmt: skip

    def remedies(self, worst: Idle) -> list[Remedy]:
        """The cure of the cause first, then what removes the symptom."""
        where, evidence = worst.stage.name, worst.origin.evidence
        cures = {
            "input-scale": Remedy("scale-inputs", "unsafe", "data",
                                  f"standardised inputs: RMS 1 instead of {number(evidence['input_rms'])}", 1.0),
            "bias": Remedy("zero-bias", "safe", where, f"takes {number(evidence['bias_rms'])} off the pre-activations"),
            "learning-rate": Remedy("lower-learning-rate", "unsafe", "optimizer",
                                    "a step ten times smaller than the pre-activations' spread", 0.1),
        }  # fmt: skip
        smaller = evidence["pre_activation_rms"]
        scale = Remedy("rescale-weights", "safe", where, f"pre-activations of RMS 1 instead of {number(smaller)}", 1.0)
        normalise = Remedy("add-normalisation", "unsafe", where, "pre-activations of RMS 1 at every step", 1.0)
        cure = cures.get(worst.origin.cause.name)
        return [scale, normalise] if cure is None else [cure, normalise]
