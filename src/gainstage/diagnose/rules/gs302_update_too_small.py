"""GS302 update-too-small: steps too short to have changed anything within this run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.clipping import clipped_at
from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.motion import Motion, motion, starting
from gainstage.diagnose.outlet import finite
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import outcome_of

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

NOTHING, LITTLE = 0.01, 0.05  # shares of the loss that the whole run could have changed
SHORT, ENDLESS = 100, 1_000_000  # steps: a run that may be a try, a training that nobody waits for
USUAL_RATIO = 1e-3  # update over weights per step of trainings that go well
DECAYED = 0.01  # a rate that ends at a hundredth of its start
FLAT = 0.01  # rewriting all weights changes less than this share of the loss: the gradient is to blame


@final
class UpdateTooSmall(Rule):
    """
    ## What it detects
    Steps so short that, to first order, all steps of the run together could not have changed the loss by more than a
    few per cent, while the gradient itself would allow far more: the learning rate is too small, every gradient is
    clipped to next to nothing, or the optimizer does not hold these parameters.

    ## Why it matters
    The training is healthy and does not move. It looks like a network that cannot learn.

    ## When it stays silent
    The loss fell, the network is trained already (fine-tuning at 1e-5), the learning rate is being warmed up, or the
    gradient is missing or blocked (that is GS201 or GS203).

    ## Example
    `torch.optim.Adam(model.parameters(), lr=1e-8)`

    ## Remedies
    Multiply the learning rate so that a step moves the weights by about 1e-3 of their size (unsafe: it changes the
    optimizer); hand `model.parameters()` of the model that is trained to the optimizer.

    ## Source
    Bottou, Curtis, Nocedal (2018), Optimization methods for large-scale machine learning, section 4: the descent lemma.
    """

    code = "GS302"
    name = "update-too-small"
    summary = "All steps of the run together could not have changed the loss."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        moved, outcome = motion(view), outcome_of(view)
        # A loss without a floor (a policy gradient) falls with its baseline, whatever the weights do.
        still = math.isnan(moved.total_change) and moved.total_ratio <= NOTHING**2
        fell = outcome.fell and -outcome.change > LITTLE and not still
        if outcome.learnt or fell or len(view.steps) < 3 or warming_up(view):
            return
        if orphaned(view):
            yield self.report(view, moved, "error", "parameters-not-in-optimizer")
        elif possible(moved) <= LITTLE and moved.total_ratio <= LITTLE:
            clipped, severity = math.isfinite(clipped_at(view)), judged(moved)
            usual = middle(finite(moved.ratio)) >= USUAL_RATIO or not np.isfinite(view.loss).all()
            if severity is not None and not usual and (clipped or starting(view, moved.steepness) > FLAT):
                yield self.report(view, moved, severity, "clipping" if clipped else why(view))

    def report(self, view: View, moved: Motion, severity: Severity, cause: str) -> Finding:
        """The finding."""
        rate, ratio = float(np.median(view.run.step("learning_rate"))), middle(finite(moved.ratio))
        needed, factor = steps_needed(moved), USUAL_RATIO / ratio if ratio > 0 else math.nan
        if cause != "parameters-not-in-optimizer":
            text = (
                f"{moved.span} steps moved the weights by {number(moved.total_ratio)} of their size in all and could "
                f"have changed the loss by {possible(moved):.2g} of its value at most"
            )
            text += f"; at this pace it would take {number(needed)} steps to matter." if math.isfinite(needed) else "."
            predicted = f"learning rate {number(rate * factor)}: update ratio 0.001 instead of {number(ratio)}"
            remedy = Remedy("raise-learning-rate", "unsafe", "the optimizer", predicted, rate * factor)
            if cause == "schedule":
                rates = finite(view.run.step("learning_rate"))
                text += f" The schedule took the learning rate from {number(rates[0])} down to {number(rates[-1])}."
                predicted = f"at the first rate, {number(rates[0])}, for longer: the schedule steps once an epoch"
                remedy = Remedy("slower-schedule", "unsafe", "the scheduler", predicted, float(rates[0]))
            if cause == "clipping":
                limit = clipped_at(view)
                text += f" Every gradient is clipped to a norm of {number(limit)}."
                predicted = f"clipped at {number(limit * factor)}: update ratio 0.001 instead of {number(ratio)}"
                remedy = Remedy("raise-clipping-norm", "unsafe", "the training loop", predicted, limit * factor)
        else:
            text = "The optimizer steps, but holds none of the parameters of the network that is trained."
            predicted = f"the loss of {number(view.learning.end)} starts to change"
            remedy = Remedy("optimizer-parameters", "unsafe", "the optimizer", predicted, view.learning.end)
        evidence = {
            "learning_rate": rate, "update_ratio": ratio, "steps": moved.span, "steps_needed": needed,
            "possible_change": possible(moved), "steepness": starting(view, moved.steepness),
            "loss_change": outcome_of(view).change,
        }  # fmt: skip
        return self.finding(severity, text, steps=view.steps, evidence=evidence, cause=Cause(cause), remedies=[remedy])


def why(view: View) -> str:
    """A rate that a schedule took away, or one that was small from the start."""
    rates = finite(view.run.step("learning_rate"))
    return "schedule" if rates.size and rates[-1] < DECAYED * rates[0] else "learning-rate"


def orphaned(view: View) -> bool:
    """An optimizer steps, and not one weight of the network's operations is its."""
    weights = {site.weight for site in view.run.sites if site.weight}
    held = [p.optimizer for p in view.run.parameters if p.name in weights and p.trainable]
    return bool(held) and not any(held) and any(step.optimizer for step in view.run.steps)


def possible(moved: Motion) -> float:
    """Share of the loss that the run could have changed; of the weights where the loss has no floor at zero."""
    return moved.total_ratio if math.isnan(moved.total_change) else moved.total_change


def steps_needed(moved: Motion) -> float:
    """Steps until the promised changes add up to the loss itself."""
    return moved.span / possible(moved) if possible(moved) > 0 else math.inf


def judged(moved: Motion) -> Severity | None:
    """A short run may be a try that goes on elsewhere: there only a training that nobody waits for is a fault."""
    needed = steps_needed(moved)
    if possible(moved) <= NOTHING and (moved.span >= SHORT or needed >= ENDLESS):
        return "error"
    return "warning" if moved.span >= SHORT or needed >= ENDLESS / 10 else None


def warming_up(view: View) -> bool:
    """The learning rate is still rising."""
    rates = view.run.step("learning_rate")
    rates = rates[np.isfinite(rates)]
    return bool(rates.size > 1 and rates[-1] > 1.5 * rates[0])
