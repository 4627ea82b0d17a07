"""GS104 signal-collapse: what depends on the input dies out on its way through the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.crushed import decayed
from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.progress import progress, softened
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import activation_of, largest, signal_split, weight_gain
from gainstage.diagnose.wording import listed, split
from gainstage.record.schema import Site
from gainstage.theory.gains import initial_gain

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

LOST_DB = -40.0  # 1 % of the input's variation is left
BARELY_DB = -60.0


@final
class SignalCollapse(Rule):
    """
    ## What it detects
    A chain whose output hardly depends on its input: the signal (the part of an activation that varies from example to
    example) falls by 40 dB or more from the input to the output, and the loss does not fall. And a normalisation whose
    output never varies, since each value is normalised by itself (`nn.LayerNorm(1)`).

    ## Why it matters
    All examples look alike to the last stage: it can learn the targets' mean and nothing else. RMS values hide
    this: a sigmoid keeps 0.5 whatever comes in.

    ## When it stays silent
    A small signal that the network learns from is none; normalisation restores it; a layer that is dead as a whole is
    GS101, weights of exactly zero GS401.

    ## Example
    Ten `nn.Linear` with `nn.Sigmoid()` and the default initialisation: -17 dB in each.

    ## Remedies
    Re-initialise with the gain the activation needs (safe); another activation or normalisation (unsafe).

    ## Source
    Schoenholz et al. (2017), "Deep information propagation".
    """

    code = "GS104"
    name = "signal-collapse"
    summary = "What depends on the input dies out on its way forward."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding: a normalisation that leaves nothing, or else the main chain."""
        wiped = [site for site in view.run.sites if site.kind == "normalisation" and wipes(view, site)]
        if wiped and progress(view) != "unknown":
            yield self.wiped_out(view, wiped)
            return
        path = tuple(stage for stage in view.chain if stage.site.kind != "embedding")
        state = progress(view)
        if len(path) < 2 or state in ("good", "some"):
            return
        end = middle(view.pre(path[-1])[view.late])
        lost = float(decibels(end, middle(view.signal(path[0].site, "signal_in")[view.late])))
        if BARELY_DB < lost <= LOST_DB and state == "none":
            yield self.report(view, path, lost, "warning")
        elif lost <= BARELY_DB and end > 0:
            yield self.report(view, path, lost, "error")

    def wiped_out(self, view: View, wiped: list[Site]) -> Finding:
        """The finding for normalisations whose output is a constant."""
        text = (
            f"Nothing that depends on the input leaves {wiped[0].name}: it normalises single values, each by itself, "
            "and x - mean(x) of one value is 0."
        )
        remedy = Remedy("normalise-features", "unsafe", wiped[0].name, "0 dB: over the features, or none at all", 0.0)
        evidence = {"signal_in": middle(view.signal(wiped[0], "signal_in")), "signal": 0.0, "units": wiped[0].units}
        return self.finding(
            softened("error", view), text, sites=wiped, steps=view.steps, evidence=evidence,
            cause=Cause("single-values"), remedies=[remedy],
        )  # fmt: skip

    def report(self, view: View, path: tuple[Stage, ...], lost: float, severity: Severity) -> Finding:
        """The finding with the split of the loss."""
        shares = signal_split(view, path, view.late)
        gains = [middle(view.forward_db(stage)[view.late]) for stage in path]
        text = (
            f"Only {lost:+.0f} dB of the input's variation arrive at {path[-1].name} ({split(shares)}): "
            f"to the last stage all examples look alike."
        )
        start = middle(view.signal(path[0].site, "signal_in")[view.early])
        evidence = {
            "signal_db": lost,
            "stage_gains_db": [round(gain, 1) for gain in gains],
            "signal_db_at_start": float(decibels(middle(view.pre(path[-1])[view.early]), start)),
            "progress": progress(view),
            "levels": f"{LOST_DB:g} dB without progress, {BARELY_DB:g} dB in any case but a good result",
        }
        cause, remedies = Cause(largest(shares), shares), self.remedies(view, path)
        if (crushed := decayed(view, path)) is not None:
            cause, remedies = replace(crushed[0], share_db=shares), [crushed[1]]
        return self.finding(
            severity, text, sites=[stage.site for stage in path], steps=view.steps[view.late], evidence=evidence,
            cause=cause, remedies=remedies,
        )  # fmt: skip

    def remedies(self, view: View, path: tuple[Stage, ...]) -> list[Remedy]:
        """A larger gain where the weights are too small, normalisation in any case."""
        where, found = listed(path), []
        function, measured = activation_of(path[0]), middle(weight_gain(view, path[0])[view.early])
        if function is not None and measured < initial_gain(function):
            gain = initial_gain(function)
            up = float(decibels(gain, measured))
            text = f"gain {number(gain)} instead of {number(measured)}: {up:+.0f} dB signal per stage"
            found.append(Remedy("reinitialise", "safe", where, text, up, "dB"))
        found.append(Remedy("add-normalisation", "unsafe", where, "signal 0 dB after every stage", 0.0, "dB"))
        return found


def wipes(view: View, site: Site) -> bool:
    """Whether what comes in varies and what goes out never does, although its scale is not zero (GS401's matter)."""
    entering, leaving = view.signal(site, "signal_in"), view.signal(site, "signal")
    seen = np.isfinite(entering) & np.isfinite(leaving)
    scales = [parameter for parameter in view.run.parameters if site.weight and parameter.name == site.weight]
    scaled = all(middle(view.update(scale, "weight")) > 0 for scale in scales)
    return bool(scaled and seen.any() and (entering[seen] > 0).all() and (leaving[seen] == 0).all())
