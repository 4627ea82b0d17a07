"""Stages that the gradient does not reach: how much of it arrives, and what that does to their learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.gradients import stepped
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import input_rms, travelled
from gainstage.diagnose.view import View


@dataclass(frozen=True, slots=True)
class Reach:
    """One stage's share of the gradient and of the learning.

    ``gradient_db`` is relative to the chain's last stage, ``early_db`` the same at the start; ``rate`` the update ratio
    per step (nan without updates), ``travelled`` the update ratios added up over the run.
    """

    stage: Stage
    gradient_db: float
    early_db: float
    rate: float
    travelled: float


def reaches(view: View, chain: Sequence[Stage]) -> list[Reach]:
    """Every stage of the chain that has weights to learn; medians over the late samples."""
    last = view.gradient(chain[-1]) if chain else np.array([])
    found, moved = [], stepped(view)
    for stage in chain:
        if stage.weight is None or not stage.weight.trainable:
            continue
        course = decibels(view.gradient(stage), last)
        found.append(
            Reach(
                stage,
                middle(course[view.late]),
                middle(course[view.early]),
                middle(view.update(stage.weight, "ratio")[view.late]) if moved else np.nan,
                travelled(view, stage) if moved else np.nan,
            )
        )
    return found


def cut_off(view: View, stage: Stage) -> bool:
    """Whether the stage's gradient is zero because something before or behind it passes nothing."""
    if bool((input_rms(view, stage)[view.late] == 0).all()):
        return True
    behind = [s for s in view.stages if s.index >= stage.index]
    for later in behind:
        site = later.activation
        if site is not None and site.units and bool((view.signal(site, "silent_units")[view.late] >= site.units).all()):
            return True
        if later.index > stage.index and later.weight is not None:
            weight = view.update(later.weight, "weight")[view.late]
            if weight.size and bool((weight == 0).all()):
                return True
    return False


def opening(view: View, stage: Stage, *, whole: bool = False) -> bool:
    """Whether what follows began with weights of zero, as an adapter's second matrix or a branch that starts closed.

    Nothing arrives in front of it before it has opened, and that is how it is meant. ``whole``: anything that comes
    later counts, as in the first steps of a network whose output layer starts at zero.
    """
    behind = (s for s in view.stages if s.index > stage.index and (whole or stage.index in s.inputs))
    return any(began_at_zero(view, later) for later in behind)


def began_at_zero(view: View, stage: Stage) -> bool:
    """Whether the stage's weights were zero before the first step that was seen."""
    if stage.weight is None or not stage.weight.trainable:
        return False
    weight = view.update(stage.weight, "weight")
    return bool(weight.size) and bool(weight[0] == 0)


def bypassed(view: View, stage: Stage) -> bool:
    """Whether a path leads from before the stage to the end around it: a skip carries what the stage does not.

    How faint the gradient is on a branch, as behind a layer scale of 1e-6 (Touvron et al. 2021), is the branch's own
    scale; nothing is lost on the way to what comes before.
    """
    sites, own = {site.index: site for site in view.run.sites}, stage.site.index
    before, waiting = set[int](), list(stage.site.sources)
    while waiting:
        index = waiting.pop()
        if index not in before and index < own:
            before.add(index)
            waiting += sites[index].sources
    for site in view.run.sites:
        if site.index != own and not before.isdisjoint(site.sources):
            before.add(site.index)
    return view.chain[-1].site.index in before
