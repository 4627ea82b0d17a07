"""GS303 uneven-updates: some layers are rewritten while others stand still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import Motion, motion
from gainstage.diagnose.progress import softened
from gainstage.diagnose.rule import Rule, number
from gainstage.record.schema import Parameter

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

GROUPS = 100.0  # between the learning rates of two groups: beyond what fine-tuning uses between body and head
STILL, REWRITTEN = 0.01, 0.3  # of a weight's own size, over the whole run


@final
class UnevenUpdates(Rule):
    """
    ## What it detects
    Weights of one network of which some moved by less than 1 % of their size in the whole run while others were
    rewritten by a third or more, so that one learning rate cannot suit both.

    ## Why it matters
    Raising the learning rate for the slow layers makes the fast ones diverge. The network behaves as if the slow
    layers were frozen at their random start.

    ## When it stays silent
    One-dimensional parameters, frozen ones, embeddings (rows that are not looked up do not move), weights that start
    at zero, different optimizers; a short run; it is an info as long as the loss falls.

    ## Example
    A deep sigmoid network under SGD: the last layer is rewritten, the first has not moved.

    ## Remedies
    An optimizer that scales each parameter's step (Adam), or a learning rate per layer (both unsafe).

    ## Source
    You, Gitman, Ginsburg (2017), Large batch training of convolutional networks (LARS): the trust ratio per layer.
    """

    code = "GS303"
    name = "uneven-updates"
    summary = "Some weights are rewritten while others of the same network stand still."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        moved = {parameter: travelled(view, parameter) for parameter in weights(view)}
        moved = {parameter: path for parameter, path in moved.items() if np.isfinite(path)}
        still = [parameter for parameter, path in moved.items() if 0 < path < STILL]
        if still and max(moved.values()) > REWRITTEN and moved_once(view) and len(view.steps) >= 5:
            yield self.report(view, moved, still)

    def report(self, view: View, moved: dict[Parameter, float], still: list[Parameter]) -> Finding:
        """The finding."""
        fastest, slowest = max(moved, key=moved.__getitem__), min(still, key=moved.__getitem__)
        spread = 20 * np.log10(moved[fastest] / moved[slowest])
        gradients = [middle(view.update(parameter, "gradient")[view.late]) for parameter in (fastest, slowest)]
        rates = group_rates(view)
        by_gradient = gradients[1] > 0 and gradients[0] / gradients[1] > np.sqrt(moved[fastest] / moved[slowest])
        reason = "gradient" if by_gradient else "weight-scale"
        if max(rates, default=1.0) > GROUPS * min(rates, default=1.0):
            reason = "learning-rates"
        text = (
            f"{fastest.name} was rewritten {number(moved[fastest])} times its size over the run, {slowest.name} moved "
            f"by {number(moved[slowest])}: {spread:.0f} dB apart."
        )
        evidence = {
            "fastest": fastest.name, "slowest": slowest.name, "fastest_moved": moved[fastest],
            "slowest_moved": moved[slowest], "spread_db": spread, "still": len(still), "weights": len(moved),
        }  # fmt: skip
        predicted = f"every weight moves at a like pace: up to {spread:.0f} dB less between them"
        remedies = (
            Remedy("adam", "unsafe", "the optimizer", predicted, spread, "dB"),
            Remedy("learning-rate-per-layer", "unsafe", slowest.name, predicted, spread, "dB"),
        )
        return self.finding(
            softened("warning", view), text, sites=[p.name for p in still], steps=view.steps,
            evidence=evidence, cause=Cause(reason), remedies=remedies,
        )  # fmt: skip


def group_rates(view: View) -> list[float]:
    """Learning rates of the optimizer's parameter groups at the last sample; empty for a single group."""
    rates = view.run.steps[-1].settings.get("learning_rates", ())
    return [float(rate) for rate in rates if isinstance(rate, int | float) and rate > 0]


def weights(view: View) -> list[Parameter]:
    """Trainable weights of affine operations."""
    affine = {site.weight for site in view.run.sites if site.kind == "affine" and site.weight}
    return [p for p in view.run.parameters if p.trainable and not p.tied_to and len(p.shape) > 1 and p.name in affine]


def travelled(view: View, parameter: Parameter) -> float:
    """The path of one weight over the run, in units of its size; nan when it started at zero."""
    size = view.update(parameter, "weight")
    ratio = np.where(size > 1e-12, view.update(parameter, "ratio"), np.nan)
    return Motion(ratio, ratio, ratio, view.steps).total_ratio


def moved_once(view: View) -> bool:
    """One optimizer, one learning rate, and weights that moved at all."""
    return len({step.optimizer for step in view.run.steps}) == 1 and motion(view).total_ratio > 0
