"""GS202 exploding-gradient: gradients so large that a step destroys what was learnt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.gradients import growth_db, largest_ratio
from gainstage.diagnose.origin import UNSCALED, data_rms
from gainstage.diagnose.outlet import outlets
from gainstage.diagnose.predict import gradient_remedies
from gainstage.diagnose.progress import progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.transfer import gradient_db, gradient_split
from gainstage.diagnose.wording import split

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

VIOLENT = 0.1  # a step that changes weights by a tenth of their size
GENTLE = 0.01
GROWTH_DB = 20.0
WITHOUT_UPDATES_DB = 60.0


@final
class ExplodingGradient(Rule):
    """
    ## What it detects
    Steps that change weights by a tenth of their size and more because the gradient is amplified on its way back (by
    20 dB and more over the chain) or has grown tenfold since the start, in a training whose loss does not fall.

    ## Why it matters
    Such steps overwrite what was learnt; the next gradient is larger still, and the run ends in NaN or
    in dead and saturated units.

    ## When it stays silent
    Large gradients that clipping or Adam turns into ordinary steps are no fault, nor is a training that gets on.
    Non-finite values themselves are GS701, steps that are too large with ordinary gradients GS301.

    ## Example
    Ten tanh layers of width 256 with `normal_(0, 0.5)`: the gradient gains 18 dB at each before the first step.

    ## Remedies
    Amplified at step 0: re-initialise (safe). Grown later: a smaller learning rate, clipping (unsafe). From
    unscaled inputs or targets: scale them.

    ## Source
    Pascanu et al. (2013), "On the difficulty of training recurrent neural networks".
    """

    code = "GS202"
    name = "exploding-gradient"
    summary = "Gradients so large that a step destroys what was learnt."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, for the main chain."""
        if len(view.chain) < 2 or not len(view.steps):
            return
        state = progress(view)
        amplified, grown, ratio = gradient_db(view, view.chain, view.early), growth_db(view), largest_ratio(view)
        unseen = bool(np.isnan(ratio))
        if amplified >= (WITHOUT_UPDATES_DB if unseen else GROWTH_DB):
            cause = self.start(view)
        elif grown >= GROWTH_DB:
            cause = self.later(view, grown)
        else:
            return
        harmed = state in ("none", "unknown") or (state == "some" and amplified >= 2 * GROWTH_DB)
        if harmed and (unseen or ratio >= VIOLENT):
            yield self.report(
                view, cause, {"amplified_db": amplified, "grown_db": grown, "largest_update_ratio": ratio}
            )

    def start(self, view: View) -> Cause:
        """Amplified before the first step: the split says by what."""
        shares = gradient_split(view, view.chain, view.early)
        return Cause("initialisation", shares, f"before the first step already: {split(shares)}")

    def later(self, view: View, grown: float) -> Cause:
        """Ordinary at the start; what made it grow."""
        targets = max((outlet.most("target_max") for outlet in outlets(view)), default=float("nan"))
        data = data_rms(view, view.chain[0])
        if data >= UNSCALED:
            return Cause("input-scale", text=f"inputs of RMS {number(data)} multiply the first stage's gradient")
        if targets >= UNSCALED**2:
            return Cause("target-scale", text=f"targets up to {number(targets)} make the loss's own gradient large")
        text = f"{grown:.0f} dB larger than at the start, where the chain itself amplified nothing"
        return Cause("learning-rate", text=text)

    def report(self, view: View, cause: Cause, numbers: dict[str, float]) -> Finding:
        """The finding with its cause's remedies."""
        text = (
            f"Steps change weights by up to {number(numbers['largest_update_ratio'])} of their size: the gradient "
            f"explodes ({cause.text})."
        )
        if np.isnan(numbers["largest_update_ratio"]):
            text = f"The gradient grows by {numbers['amplified_db']:.0f} dB on its way back ({cause.text})."
        evidence: dict[str, Any] = {
            **numbers, "progress": progress(view), "input_rms": data_rms(view, view.chain[0]),
            "levels": f"{VIOLENT:g} of the weights in one step, {GROWTH_DB:g} dB over the chain or since the start",
        }  # fmt: skip
        return self.finding(
            "error", text, sites=[stage.site for stage in view.chain], steps=view.steps, evidence=evidence,
            cause=cause, remedies=self.remedies(view, cause, numbers),
        )  # fmt: skip

    def remedies(self, view: View, cause: Cause, numbers: dict[str, float]) -> list[Remedy]:
        """The cure of the cause; for steps that are too large also the brake."""
        if cause.name == "initialisation":
            return gradient_remedies(view, view.chain, numbers["amplified_db"])
        rate = middle(view.run.step("learning_rate")) * GENTLE / numbers["largest_update_ratio"]
        effect = f"the largest step is {GENTLE:g} of the weights instead of {number(numbers['largest_update_ratio'])}"
        slower = Remedy("lower-learning-rate", "unsafe", "optimizer", f"at {number(rate)} {effect}", rate)
        clip = Remedy("clip-gradient", "unsafe", "optimizer", f"clipped to its first norm, {effect}", GENTLE)
        if cause.name == "learning-rate":
            return [slower, clip]
        source = "inputs" if cause.name == "input-scale" else "targets"
        return [Remedy(f"scale-{source}", "unsafe", "data", f"standardised {source} have RMS 1", 1.0), clip]
