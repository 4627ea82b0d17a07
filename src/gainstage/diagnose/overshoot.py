"""Why steps are too large: the learning rate, or a scale that any learning rate would trip over."""

from __future__ import annotations

import math

import numpy as np

from gainstage.diagnose.finding import Cause
from gainstage.diagnose.motion import Motion, starting
from gainstage.diagnose.origin import data_rms
from gainstage.diagnose.outlet import REGRESSION_LOSSES, finite, outlets
from gainstage.diagnose.rule import number
from gainstage.diagnose.skill import output_scale, target_size
from gainstage.diagnose.view import View

FAR = 10.0  # times what an initialisation assumes
HEAVY = 0.95  # momentum beyond which more than 20 steps add up
STEEP = 3.0  # times the usual, below which trainings differ anyway
USUAL_RATIO = 1e-2  # update over weight of the first steps of trainings that go well
USUAL_STEEPNESS = 10.0  # |g| |w| / loss of trainings that go well: of order one to ten


def blame(view: View, moved: Motion) -> Cause:
    """The scale that explains the first steps' size, if they were harmless without it; else the learning rate."""
    ratio, change = starting(view, moved.ratio), starting(view, moved.change)
    momentum = momentum_of(view)
    if momentum > HEAVY and ratio < 1 and change < 1:
        steps = number(1 / (1 - momentum))
        return Cause("momentum", text=f"one step is harmless, but momentum {number(momentum)} adds up {steps} of them")
    # Inputs x times larger make SGD's gradient x times larger and the loss x squared times as curved; targets of
    # a regression scale its gradient. Adam's steps have a size of their own.
    follows = follows_gradient(view)
    data, target = max(data_rms(view, view.chain[0]) if view.chain else 1.0, 1.0), target_scale(view)
    ratio_left, change_left = (ratio / (data * target), change / data**2) if follows else (ratio, change / data)
    if ratio_left < 1 and change_left < 1:
        if data >= FAR:
            return Cause("input-scale", text=f"inputs of RMS {number(data)} make the gradient as many times larger")
        if target >= FAR:
            return Cause("target-scale", text=f"targets {number(target)} times the output make the gradient as large")
    excess = starting(view, moved.steepness) / USUAL_STEEPNESS
    # What is left of the ratio without the steepness is the learning rate's: the larger excess is to blame.
    if excess >= STEEP and excess >= (ratio / excess if follows else ratio) / USUAL_RATIO:
        text = f"the loss was {number(excess)} times steeper than usual before the first step"
        return Cause("steep-start", text=text)
    return Cause("learning-rate", text="neither inputs nor targets nor the start explain the size of the first steps")


def momentum_of(view: View) -> float:
    """The optimizer's momentum at the last sample, 0 without one."""
    settings = view.run.steps[-1].settings if view.run.steps else {}
    value = settings.get("momentum", 0.0)
    return float(value) if isinstance(value, int | float) and 0 <= value < 1 else 0.0


def follows_gradient(view: View) -> bool:
    """Whether the first step was the learning rate times the gradient (SGD), not one rescaled as Adam's."""
    updates = gradients = 0.0
    for parameter in view.run.parameters:
        update = finite(view.update(parameter, "update"))
        gradient = finite(view.update(parameter, "gradient"))
        if update.size and gradient.size:
            updates += math.prod(parameter.shape) * float(update[0]) ** 2
            gradients += float(gradient[0]) ** 2
    rates = finite(view.run.step("learning_rate"))
    expected = float(rates[0]) * math.sqrt(gradients) if rates.size else math.nan
    return bool(np.isfinite(expected) and 0.5 * expected <= math.sqrt(updates) <= 2 * expected)


def target_scale(view: View) -> float:
    """RMS of a regression's targets over the fresh output's size, at least 1; 1 without a regression."""
    sizes = [
        target_size(outlet) / max(output_scale(outlet), 1.0)
        for outlet in outlets(view)
        if outlet.loss.operation in REGRESSION_LOSSES
    ]
    return max((size for size in sizes if math.isfinite(size)), default=1.0)
