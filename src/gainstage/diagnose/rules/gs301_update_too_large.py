"""GS301 update-too-large: steps that overshoot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.crushed import decayed
from gainstage.diagnose.finding import Finding, Remedy, Severity
from gainstage.diagnose.motion import Motion, motion, starting
from gainstage.diagnose.overshoot import USUAL_RATIO, blame
from gainstage.diagnose.progress import progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import Outcome, outcome_of, supervised

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

WHOLE = 1.0  # a step that rewrites the weights once, or whose first-order promise is the whole loss
RUINED = 10.0
USUAL_CHANGE = 0.1  # of the loss by one step of trainings that go well; only for the remedy's number


@final
class UpdateTooLarge(Rule):
    """
    ## What it detects
    Steps that leave the region in which the gradient says anything: they rewrite the weights once over (update ratio
    of order 1), or promise to first order to remove more than the whole loss, and the loss did not fall, ended
    non-finite, is no better than a constant prediction, or rose to ten times the first one on the way.

    ## Why it matters
    On a quadratic valley a step longer than twice the distance to its floor climbs out on the other side. What it
    does besides stays: units killed or saturated by one such step do not come back.

    ## When it stays silent
    Large steps at the start of a training that then learns; biases and layers that start at zero (their relative
    change is infinite by construction).

    ## Example
    `torch.optim.SGD(model.parameters(), lr=10)`

    ## Remedies
    Divide the learning rate by the measured excess (unsafe: it changes the optimizer), warm it up, or clip the
    gradient. Where the loss is steep because of the start or the input scale, cure that instead.

    ## Source
    LeCun, Bottou, Orr, Müller (1998), Efficient BackProp, section 4: step sizes above 2/curvature diverge.
    """

    code = "GS301"
    name = "update-too-large"
    summary = "Steps overshoot: they rewrite the weights or promise more than the whole loss, which does not fall."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        moved, outcome = motion(view), outcome_of(view)
        # Where decay took the weights away, any step is large beside what is left of them.
        shrunk = decayed(view, view.chain) is not None
        large = (moved.change >= WHOLE) | ((moved.ratio >= WHOLE) & (not shrunk))
        failed = outcome.failed and progress(view) != "unknown"  # a handful of losses says nothing of where they go
        harmed = failed or not np.isfinite(view.loss).all() or thrown_back(view, moved)
        if harmed and large.any() and not first_is_last(view, large):
            yield self.report(view, moved, outcome, large)

    def report(self, view: View, moved: Motion, outcome: Outcome, large: np.ndarray) -> Finding:
        """The finding."""
        ratio, change = peak(moved.ratio), peak(moved.change)
        rate = float(np.nanmax(view.run.step("learning_rate"))) if view.steps.size else float("nan")
        first = int(np.flatnonzero(large)[0])  # later ones follow from it, and may be anything
        excess = max(np.nan_to_num(moved.ratio[first]) / USUAL_RATIO, np.nan_to_num(moved.change[first]) / USUAL_CHANGE)
        ending = "is still about that of a constant prediction" if outcome.fell else "did not fall"
        if not outcome.failed:
            ending = f"rose to {number(peak(view.loss) / view.loss[0])} times the first one before it fell"
        if not np.isfinite(view.loss).all():
            ending = "became non-finite"
        text = (
            f"Single steps change the weights by up to {number(ratio)} times their size and promise up to "
            f"{number(change)} times the loss, which {ending}: the steps overshoot."
        )
        evidence = {
            "learning_rate": rate, "largest_ratio": ratio, "largest_change": change,
            "steepness_at_start": starting(view, moved.steepness), "samples_too_large": int(large.sum()),
            "samples": len(view.steps), "loss_change": outcome.change, "skill": outcome.skill,
        }  # fmt: skip
        predicted = (
            f"learning rate {number(rate / excess)}: update ratio {number(ratio / excess)} instead of {number(ratio)}"
        )
        remedies = (
            Remedy("lower-learning-rate", "unsafe", "the optimizer", predicted, rate / excess),
            Remedy("clip-gradient", "unsafe", "before the optimizer's step", predicted, 1 / excess),
        )
        # Early steps that were too large and did not keep the loss from falling cost time, not the training.
        severity: Severity = "warning" if outcome.fell and not large[view.late].any() else "error"
        return self.finding(
            severity, text, steps=view.steps[large], evidence=evidence, cause=blame(view, moved), remedies=remedies
        )


def thrown_back(view: View, moved: Motion) -> bool:
    """Whether steps that rewrite the weights made the loss ten times the first one, whatever came of it later."""
    rewritten = bool((moved.ratio >= WHOLE).any())
    return rewritten and supervised(view) and bool(peak(view.loss) > RUINED * view.loss[0] > 0)


def peak(values: np.ndarray) -> float:
    """The largest finite value, 0 without any."""
    measured = values[np.isfinite(values)]
    return float(measured.max()) if measured.size else 0.0


def first_is_last(view: View, large: np.ndarray) -> bool:
    """Nothing was seen after the large step, so its effect is unknown."""
    return bool(np.flatnonzero(large)[0] == len(view.steps) - 1 and np.isfinite(view.loss[-1]))
