"""Units that do no work now: silent on every example, or driven to the flat ends of a squashing function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import Array, decibels, middle
from gainstage.diagnose.finding import Severity
from gainstage.diagnose.origin import Origin, entrance, onset, origin
from gainstage.diagnose.progress import LOWER, most_severe, progress, softened
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.functions import NOT_ELEMENTWISE, get, known
from gainstage.record.schema import Site
from gainstage.theory import moments

Levels = tuple[tuple[float, Severity], ...]
FEWEST_EXAMPLES = 1_000
FEWEST_SAMPLES = 3
# Shares of lost units at which the remaining power is -10 dB, -3 dB and -1.2 dB.
UNIT_LEVELS: Levels = ((0.9, "error"), (0.5, "warning"), (0.25, "info"))
# The same for power lost by saturation beyond what the function costs at rest: -10 dB and -6 dB; a training that
# goes well stretches tanh to -3 dB.
POWER_LEVELS: Levels = ((0.9, "error"), (0.75, "warning"))
FAINT_DB = -40.0


@dataclass(frozen=True, slots=True)
class Idle:
    """The idle units of one activation: how many of how many, looked at on how many examples, and why.

    ``lost`` is the share of the gradient's power that saturation costs, against pre-activations N(0, 1); 0 for
    dead units, whose loss is their share.
    """

    stage: Stage
    site: Site
    count: int
    units: int
    lost: float
    examples: int
    origin: Origin

    @property
    def share(self) -> float:
        """Idle units over all units."""
        return self.count / self.units

    @property
    def severity(self) -> Severity | None:
        """By the power that is lost, one level lower where a path leads around the layer; None for a small loss."""
        reached = _reached(UNIT_LEVELS, self.share) + _reached(POWER_LEVELS, self.lost)
        if not reached:
            return None
        return LOWER[most_severe(reached)] if self.stage.residual else most_severe(reached)


def _reached(levels: Levels, value: float) -> list[Severity]:
    return [severity for level, severity in levels if value >= level]


def groups(view: View, *, saturating: bool) -> Iterator[tuple[Severity, list[Idle]]]:
    """Layers that are idle for the same cause with the gravest severity among them, lower where the network learns."""
    by_cause: dict[str, list[Idle]] = {}
    for stage in view.stages:
        for site in stage.followers:
            idle = _idle(view, stage, site, saturating) if _concerned(stage, site, saturating) else None
            if idle is not None and idle.severity is not None and not _faint(view, stage):
                by_cause.setdefault(idle.origin.cause.name, []).append(idle)
    for cause, group in by_cause.items():
        severity = softened(most_severe(idle.severity for idle in group if idle.severity), view)
        # Units that fell silent little by little while the loss fell were not needed: that is how nets become sparse,
        # and how a narrow code becomes a binary one.
        pruned = cause == "drift" and progress(view) in ("some", "good")
        yield (LOWER[severity] if pruned else severity), group


def _concerned(stage: Stage, site: Site, saturating: bool) -> bool:
    """Hidden activations, those that go flat on both sides for saturation and all others for death."""
    if site.kind != "activation" or site.gate or stage.is_output or site.function in NOT_ELEMENTWISE or site.units < 2:
        return False
    squashing = known(site.function) and site.function != "relu6" and get(site.function, site.parameters).squashing
    return squashing == saturating


def _faint(view: View, stage: Stage) -> bool:
    """Whether hardly anything that depends on the input arrives: then no unit can work, whatever its own state."""
    data = view.signal(entrance(view, stage).site, "signal_in")
    arriving = middle(decibels(view.signal(stage.site, "signal_in"), data)[view.late])
    return bool(stage.inputs) and arriving < FAINT_DB


def _idle(view: View, stage: Stage, site: Site, saturating: bool) -> Idle | None:
    silent, rows = view.signal(site, "silent_units"), np.fmax(view.signal(site, "rows"), view.run.step("examples"))
    examples = int(np.nansum(rows[view.late]))
    if saturating:
        idle = silent + np.fmax(view.signal(site, "saturated_units"), 0.0)
        count, course = middle(idle[view.late]), _lost(view, site)
    else:
        count, course = _dead(view, site, silent, examples), silent / site.units
        before = np.flatnonzero(silent < count)  # so many units were silent ever since
        examples = int(np.nansum(rows[before[-1] + 1 if before.size else 0 :]))
    lost = middle(course[view.late]) if saturating else 0.0
    level = lost if saturating else count / site.units
    if np.isnan(count) or not level > 0:
        return None
    return Idle(stage, site, int(count), site.units, lost, examples, origin(view, stage, onset(course, level)))


def _lost(view: View, site: Site) -> Array:
    """Share of the power that saturation takes at each sample."""
    function = get(site.function, site.parameters)
    at_rest = moments(function).transmission / function.best_transmission
    return 1 - np.fmin(view.signal(site, "transmission_share") / at_rest, 1.0)


def _dead(view: View, site: Site, silent: Array, examples: int) -> float:
    """Dead units now. A layer that is silent as a whole passes no gradient at all, so it needs no 1,000 examples."""
    seen = silent[~np.isnan(silent)]
    if seen.size and seen[-1] >= site.units and middle(silent[view.late]) >= site.units:
        return float(site.units)
    if 0 < seen.size < FEWEST_SAMPLES and examples >= FEWEST_EXAMPLES:
        return float(seen.min())
    dead = view.signal(site, "dead_units")
    dead = dead[~np.isnan(dead)]
    return float(dead[-1]) if dead.size else float("nan")
