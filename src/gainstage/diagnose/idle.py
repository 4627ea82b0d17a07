"""Units that do no work now: silent on every example, or driven to the flat ends of a squashing function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import Array, middle
from gainstage.diagnose.finding import Severity
from gainstage.diagnose.origin import Origin, onset, origin
from gainstage.diagnose.progress import LOWER, most_severe, softened
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.functions import NOT_ELEMENTWISE, get, known
from gainstage.record.schema import Site

FEWEST_EXAMPLES = 1_000
# Shares of lost units at which the remaining power is -10 dB, -3 dB and -1.2 dB.
LEVELS: tuple[tuple[float, Severity], ...] = ((0.9, "error"), (0.5, "warning"), (0.25, "info"))


@dataclass(frozen=True, slots=True)
class Idle:
    """The idle units of one activation: how many of how many, looked at on how many examples, and why."""

    stage: Stage
    site: Site
    count: int
    units: int
    examples: int
    origin: Origin

    @property
    def share(self) -> float:
        return self.count / self.units


def groups(view: View, *, saturating: bool) -> Iterator[tuple[Severity, list[Idle]]]:
    """Idle layers with the same cause, and how bad it is: by the power that is lost, one level lower where a path
    leads around the layer or the network learns well all the same."""
    by_cause: dict[str, list[Idle]] = {}
    for idle in idle_units(view, saturating=saturating):
        by_cause.setdefault(idle.origin.cause.name, []).append(idle)
    for group in by_cause.values():
        yield softened(most_severe(_severity(idle) for idle in group), view), group


def _severity(idle: Idle) -> Severity:
    reached: list[Severity] = [severity for level, severity in LEVELS if idle.share >= level]
    severity = most_severe(reached)
    return LOWER[severity] if idle.stage.residual else severity


def idle_units(view: View, *, saturating: bool) -> Iterator[Idle]:
    """Hidden layers with at least a quarter of idle units: saturated ones, or dead ones of all other functions."""
    for stage in view.stages:
        for site in stage.followers:
            if site.kind != "activation" or site.gate or stage.is_output or site.function in NOT_ELEMENTWISE:
                continue
            squashing = known(site.function) and site.function != "relu6" and get(site.function).squashing
            if squashing == saturating and site.units > 1:
                found = _idle(view, stage, site, saturating)
                if found is not None and found.share >= LEVELS[-1][0]:
                    yield found


def _idle(view: View, stage: Stage, site: Site, saturating: bool) -> Idle | None:
    silent = view.signal(site, "silent_units")
    rows = np.fmax(view.signal(site, "rows"), view.run.step("examples"))
    examples = int(np.nansum(rows[view.late]))
    working = silent + np.fmax(view.signal(site, "saturated_units"), 0.0) if saturating else silent
    count = middle(working[view.late]) if saturating else _dead(view, site, silent, examples)
    if np.isnan(count) or count <= 0:
        return None
    start = onset(working / site.units, count / site.units)
    return Idle(stage, site, int(count), site.units, examples, origin(view, stage, start))


def _dead(view: View, site: Site, silent: Array, examples: int) -> float:
    """Dead units now. A layer that is silent as a whole passes no gradient at all, so it needs no 1,000 examples."""
    now = silent[view.late]
    now = now[~np.isnan(now)]
    if now.size and (now >= site.units).all():
        return float(site.units)
    if now.size and len(view.steps) < 3 and examples >= FEWEST_EXAMPLES:
        return float(now.min())
    return middle(view.signal(site, "dead_units")[view.late])
