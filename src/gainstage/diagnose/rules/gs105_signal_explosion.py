"""GS105 signal-explosion: activations that grow from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.progress import progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import activation_of, signal_split, weight_gain
from gainstage.diagnose.wording import listed, split
from gainstage.theory.gains import initial_gain

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

GROWN_DB = 40.0


@final
class SignalExplosion(Rule):
    """
    ## What it detects
    A signal that is a hundred times larger (40 dB) at the end of the chain than at its input, in a training whose loss
    does not fall or is no longer finite.

    ## Why it matters
    Logits of hundreds make the loss huge and its gradient all or nothing; a little further float32 overflows.

    ## When it stays silent
    Growth that normalisation takes back (a pre-norm residual stream), and a network that learns. Large inputs are
    no growth: only the ratio to the input counts (GS601 sees the inputs).

    ## Example
    Ten ReLU layers of width 256 with `normal_(0, 0.5)`: +18 dB in each.

    ## Remedies
    At the start already: re-initialise with the activation's gain (safe). Grown in training: a smaller learning rate,
    weight decay (unsafe).

    ## Source
    Glorot and Bengio (2010); He et al. (2015).
    """

    code = "GS105"
    name = "signal-explosion"
    summary = "Activations grow from stage to stage until the loss suffers."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, for the main chain."""
        path = tuple(stage for stage in view.chain if stage.site.kind != "embedding")
        if len(path) < 2 or progress(view) in ("good", "some"):
            return
        entering = view.signal(path[0].site, "signal_in")
        gains = decibels(view.pre(path[-1]), entering)
        finite = gains[np.isfinite(gains)]
        at_start, now = middle(gains[view.early]), float(finite.max()) if finite.size else np.nan
        if at_start >= GROWN_DB or now >= GROWN_DB:
            yield self.report(view, path, at_start, now)

    def report(self, view: View, path: tuple[Stage, ...], at_start: float, now: float) -> Finding:
        """The finding; when it began tells the cause."""
        from_start = at_start >= GROWN_DB
        shares = signal_split(view, path, view.early if from_start else view.late)
        cause = (
            Cause("initialisation", shares, "before the first step already")
            if from_start
            else Cause("learning-rate", shares, f"{at_start:+.0f} dB at the start, grown by the steps")
        )
        text = (
            f"The signal grows by {max(at_start, now):.0f} dB from the input to {path[-1].name} ({split(shares)}), "
            f"{cause.text}."
        )
        evidence = {
            "signal_db_at_start": at_start,
            "signal_db_largest": now,
            "progress": progress(view),
            "levels": f"{GROWN_DB:g} dB from input to output without progress",
        }
        return self.finding(
            "error" if progress(view) == "none" else "warning", text, sites=[stage.site for stage in path],
            steps=view.steps, evidence=evidence, cause=cause, remedies=self.remedies(view, path, from_start),
        )  # fmt: skip

    def remedies(self, view: View, path: tuple[Stage, ...], from_start: bool) -> list[Remedy]:
        """By the cause."""
        function, measured = activation_of(path[0]), middle(weight_gain(view, path[0])[view.early])
        if from_start and function is not None:
            gain = initial_gain(function)
            down = float(decibels(gain, measured))
            text = f"gain {number(gain)} instead of {number(measured)}: {down:+.0f} dB signal per stage"
            return [Remedy("reinitialise", "safe", listed(path), text, down, "dB")]
        rate = middle(view.run.step("learning_rate")) / 10
        return [Remedy("lower-learning-rate", "unsafe", "optimizer", f"at {number(rate)} steps are ten times smaller",
                       rate)]  # fmt: skip
