"""GS403 oversized-weights: weights so large that outputs are extreme from the start, or became so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.outlet import outlets
from gainstage.diagnose.progress import LOWER, progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import per_entry, skill
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import activation_of, weight_gain
from gainstage.diagnose.wording import listed
from gainstage.theory.gains import initial_gain

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

OVERSIZED_DB = 10.0  # three times the gain the activation needs: ten times the power, in one stage
COSTLY = 0.1  # a tenth of the run spent on unlearning
WRONG = 3.0  # a first loss three times that of a constant prediction: confident, and wrong


@final
class OversizedWeights(Rule):
    """
    ## What it detects
    Stages whose weights have at least three times the gain (RMS times sqrt(fan-in)) that their activation needs, where
    it shows: the first loss is three times that of a constant prediction, half of the units are saturated, or
    the loss does not fall.

    ## Why it matters
    The network starts out sure and wrong: steps are spent on unlearning, sigmoid-like units saturate, rectifiers
    multiply.

    ## When it stays silent
    Normalised stages, where the weights' size cancels; embeddings; large weights that a training arrived at with
    a good loss. Only an info where a good result cost less than a tenth of the steps.

    ## Example
    `nn.Linear(256, 256)` with `nn.init.normal_(weight)`: gain 16 where ReLU needs 1.41.

    ## Remedies
    Rescale to std gain / sqrt(fan-in) (safe); where they grew, a smaller learning rate (unsafe).

    ## Source
    LeCun et al. (1998), "Efficient BackProp", section 4.6; Glorot and Bengio (2010).
    """

    code = "GS403"
    name = "oversized-weights"
    summary = "Weights several times larger than the activation needs, and outputs extreme."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """Oversized from the start, or else grown."""
        stages = [s for s in view.stages if s.site.kind == "affine" and s.weight is not None and not s.normalised]
        start = {s: value for s in stages if (value := excess_db(view, s, view.early)) >= OVERSIZED_DB}
        if start and (effect := self.effect(view, list(start))):
            severity: Severity = "error" if progress(view) == "none" else "warning"
            made_good = progress(view) == "good" and unlearning(view) < COSTLY
            yield self.report(
                view, start, LOWER[severity] if made_good else severity, Cause("initialisation", text=effect)
            )
            return
        now = {s: value for s in stages if (value := excess_db(view, s, view.late)) >= OVERSIZED_DB}
        grown = {s: v for s, v in now.items() if v - excess_db(view, s, view.early) >= OVERSIZED_DB}
        if grown and progress(view) == "none":
            text = "of ordinary size at the start, grown by the steps"
            yield self.report(view, grown, "warning", Cause("learning-rate", text=text))

    def effect(self, view: View, stages: list[Stage]) -> str:
        """How the size shows; "" when it does not."""
        for outlet in outlets(view):
            found = skill(outlet)
            if found.start > WRONG * found.baseline:
                return f"first loss {number(found.start)}, a constant prediction's {number(found.baseline)}"
        for site in (s.activation for s in stages if s.activation is not None and s.activation.units):
            saturated = middle(view.signal(site, "saturated_units")[view.early]) / site.units
            if saturated >= 0.5:
                return f"{100 * saturated:.0f} % of the units of {site.name} saturated before the first step"
        return "the loss does not fall" if progress(view) == "none" else ""

    def report(self, view: View, found: dict[Stage, float], severity: Severity, cause: Cause) -> Finding:
        """The finding by the worst stage."""
        worst = max(found, key=lambda stage: found[stage])
        mask = view.early if cause.name == "initialisation" else view.late
        has = middle(weight_gain(view, worst)[mask])
        needs = has / 10 ** (found[worst] / 20)
        text = (
            f"The weights of {listed(list(found))} are up to {number(has / needs)} times too large: gain {number(has)} "
            f"where {worst.function or 'a linear output'} needs {number(needs)} ({cause.text})."
        )
        evidence = {
            "gain": has, "gain_needed": needs, "excess_db": [round(value, 1) for value in found.values()],
            "gain_at_start": middle(weight_gain(view, worst)[view.early]), "progress": progress(view),
            "levels": f"{OVERSIZED_DB:g} dB over the needed gain, and an effect",
        }  # fmt: skip
        down = -found[worst]
        predicted = f"gain {number(needs)}: pre-activations {down:+.0f} dB"
        remedies = [Remedy("rescale-weights", "safe", listed(list(found)), predicted, down, "dB")]
        if cause.name == "learning-rate":
            rate = middle(view.run.step("learning_rate")) / 10
            slower = f"at {number(rate)} the weights grow ten times more slowly"
            remedies.insert(0, Remedy("lower-learning-rate", "unsafe", "optimizer", slower, rate))
        return self.finding(severity, text, sites=[stage.site for stage in found], steps=view.steps[mask],
                            evidence=evidence, cause=cause, remedies=remedies)  # fmt: skip


def unlearning(view: View) -> float:
    """Share of the run's steps before the loss first was below that of a constant prediction."""
    costs = [0.0]
    for outlet in outlets(view):
        below = np.flatnonzero(per_entry(outlet) < skill(outlet).baseline)
        costs.append(float(view.steps[below[0]] / max(view.steps[-1], 1)) if below.size else 0.0)
    return max(costs)


def excess_db(view: View, stage: Stage, mask: np.ndarray) -> float:
    """The weights' gain over the one the stage's activation needs, -inf where it is unknown."""
    function = activation_of(stage)
    gain = middle(weight_gain(view, stage)[mask])
    if function is None or np.isnan(gain):
        return -np.inf
    return float(decibels(gain, initial_gain(function)))
