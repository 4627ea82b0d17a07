"""Trainings that cannot move at all: nothing arrives at any weight, or no step is made."""

from __future__ import annotations

from gainstage.diagnose.gradients import stepped
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View

SEVERAL = 3  # backward passes without a step: one is a look at a network, two may be accumulation that was broken off


def severed(view: View) -> str:
    """Why the network as a whole does not move; "" where it does, or where too little was seen to say so."""
    stages = [stage for stage in view.stages if stage.weight is not None and stage.weight.trainable]
    if not stages or stepped(view):
        return ""
    if not any(step.optimizer for step in view.run.steps):
        return "never-stepped" if view.losses and passes(view) >= SEVERAL else ""
    if len(view.steps) < SEVERAL or any_gradient(view, beyond=0.0):
        return ""
    if any(reached(view, stage) for stage in stages if stage.weight is not None and stage.weight.optimizer):
        return "cleared-before-step"
    return "" if any_gradient(view) or any(reached(view, stage) for stage in stages) else "loss-detached"


def reached(view: View, stage: Stage) -> bool:
    """Whether a gradient came back to the stage's output at any sample."""
    return bool((view.gradient(stage) > 0).any())


def passes(view: View) -> int:
    """Backward passes of all samples together."""
    return sum(step.backward_passes for step in view.run.steps)


def any_gradient(view: View, beyond: float = -1.0) -> bool:
    """Whether any parameter received a gradient with a norm larger than ``beyond``; by default any gradient at all."""
    for parameter in view.run.parameters:
        has, norm = view.update(parameter, "has_gradient") == 1, view.update(parameter, "gradient")
        if bool((has & ~(norm <= beyond)).any()):  # NaN is a gradient, too
            return True
    return False
