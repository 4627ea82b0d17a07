"""GS201 vanishing-gradient: the loss's gradient does not reach the first stages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.crushed import decayed
from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.idle import groups
from gainstage.diagnose.predict import gradient_remedies
from gainstage.diagnose.progress import Progress, progress
from gainstage.diagnose.recall import recalls
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.starving import Reach, bypassed, cut_off, opening, reaches
from gainstage.diagnose.transfer import gradient_split, largest
from gainstage.diagnose.wording import split

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

STILL = 0.01  # weights that moved by less than 1 % in the whole run still are the initialisation
MOVING = 0.1  # and where some weights moved by 10 %, the learning rate is no excuse
BEHIND = 10.0  # the first stages learn this many times more slowly than the fastest
LOST_DB = -40.0  # 1 % of the gradient is left; speaks only together with a loss that does not fall
LSTM_DB = 20 * math.log10(1 / (1 + math.exp(-1)))  # a forget gate of sigmoid(1)
WITHOUT_UPDATES_DB = -60.0  # no update was seen: any rate that suits the last stage is 1,000 times too small here


@final
class VanishingGradient(Rule):
    """
    ## What it detects
    Stages at the beginning of the chain that learn nothing because the gradient is used up on its way to them: it
    is smaller there, and over the whole run their weights moved by less than 1 %, at most a tenth as fast as the
    fastest stage's. Under an optimizer that rescales gradients (Adam): less than 1 % arrives, and the loss does not
    fall. And a recurrent layer that learns nothing and whose gradient fades before it reaches the beginning of the
    sequence.

    ## Why it matters
    The first stages stay random, and everything after them learns from noise. Decibels add, so the finding says
    which factor costs what: the activation's derivative, the weights, normalisation.

    ## When it stays silent
    No size of a gradient decides: a gradient of 1e-9 that moves its weights is healthy. Silent where the network
    learns well, where dead or saturated units or weights of zero stop the gradient (GS101, GS102, GS203, GS401), and in
    front of a branch that starts closed, as an adapter's (Hu et al. 2021) does.

    ## Example
    Twenty `nn.Linear(256, 256)` with `nn.Sigmoid()`: -336 dB, of which -245 dB are the sigmoid's derivative.

    ## Remedies
    Re-initialise with the gain the activation needs (safe); another activation, normalisation or residual
    connections (unsafe). Each with the decibels that mean-field theory predicts.

    ## Source
    Hochreiter (1991); Bengio et al. (1994); Glorot and Bengio (2010); Schoenholz et al. (2017).
    """

    code = "GS201"
    name = "vanishing-gradient"
    summary = "The gradient is used up before it reaches the first stages."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding: along the main chain, or else along the time of a recurrent layer."""
        along_chain = list(self.along_chain(view))
        yield from along_chain or self.along_time(view)

    def along_chain(self, view: View) -> Iterator[Finding]:
        """Stages at the beginning that do not learn."""
        chain, state = view.chain, progress(view)
        found = [reach for reach in reaches(view, chain) if not opening(view, reach.stage)]
        if len(found) < 2 or state == "good" or any(np.isposinf(reach.gradient_db) for reach in found):
            return
        starved, severity = self.starved(view, found, state, decayed(view, chain) is not None)
        starved = [reach for reach in starved if not (np.isneginf(reach.gradient_db) and cut_off(view, reach.stage))]
        # An embedding alone says little: each of its rows waits for its own token.
        if any(reach.stage.site.kind != "embedding" for reach in starved) and not self.idle(view):
            yield self.report(view, starved, found, severity if state != "some" else "warning")

    def along_time(self, view: View) -> Iterator[Finding]:
        """A sequence whose beginning the gradient does not reach, where nothing is learnt."""
        lost = [
            recall
            for recall in recalls(view)
            if recall.first_db <= WITHOUT_UPDATES_DB and middle(view.signal(recall.site, "signal_in")[view.late]) > 0
        ]
        if not lost or progress(view) != "none":
            return
        worst = min(lost, key=lambda recall: recall.first_db)
        amount = "nothing" if np.isneginf(worst.first_db) else f"{worst.first_db:.0f} dB"
        text = (
            f"Of the gradient in {worst.site.name}'s input {amount} is left at the first of {worst.moments} moments: "
            f"1 % or more of it reaches {worst.reached} of them. What came earlier cannot be learnt."
        )
        evidence = {"first_db": worst.first_db, "moments": worst.moments, "moments_reached": worst.reached,
                    "progress": progress(view)}  # fmt: skip
        remedies = recurrence_remedies(worst.site.name)
        yield self.finding("warning", text, sites=[recall.site for recall in lost], steps=view.steps[view.late],
                           evidence=evidence, cause=Cause("recurrence"), remedies=remedies)  # fmt: skip

    def idle(self, view: View) -> bool:
        """Whether most units of a layer on the way are dead or saturated: that says more than a gradient does."""
        groups_found = [group for saturating in (False, True) for _, group in groups(view, saturating=saturating)]
        return any(idle.severity == "error" for group in groups_found for idle in group)

    def starved(
        self, view: View, found: list[Reach], state: Progress, crushed: bool
    ) -> tuple[list[Reach], Severity]:
        """The stages that do not learn, and how bad that is; ``crushed`` by weight decay they faded with time."""
        rates = np.array([reach.rate for reach in found])
        if np.isnan(rates).all() or state == "unknown":  # in a handful of steps nothing has moved far
            # Where the gradient comes back before the first stage, as in front of a normalisation, it was not lost.
            trunk = [reach for reach in found if not bypassed(view, reach.stage)]
            trunk = [reach for reach in trunk if not opening(view, reach.stage, whole=True)]
            return list(takewhile(lambda reach: reach.gradient_db <= WITHOUT_UPDATES_DB, trunk)), "error"
        fastest = float(np.nanmax(rates))
        adequate = max(reach.travelled for reach in found if not np.isnan(reach.travelled)) >= MOVING
        gap = BEHIND if adequate else 10 ** (-WITHOUT_UPDATES_DB / 20)
        still = [r for r in found if r.travelled < STILL and r.rate * gap <= fastest and r.gradient_db <= -20]
        if still or state != "none":
            return still, "error"
        # Where all weights move, a gradient that faded only later is what a training without progress comes to.
        lasting = adequate and not crushed
        lost = [max(reach.gradient_db, reach.early_db) if lasting else reach.gradient_db for reach in found]
        level = LOST_DB if adequate else WITHOUT_UPDATES_DB
        faint = [reach for reach, amount in zip(found, lost, strict=True) if amount <= level]
        return faint, "error" if any(reach.gradient_db <= WITHOUT_UPDATES_DB for reach in faint) else "warning"

    def report(self, view: View, starved: list[Reach], found: list[Reach], severity: Severity) -> Finding:
        """The finding, with the split of the decibels from the worst stage to the end."""
        worst = min(starved, key=lambda reach: reach.gradient_db)
        path = view.chain[view.chain.index(worst.stage) :]
        shares = gradient_split(view, path, view.late)
        remedies = gradient_remedies(view, path, worst.gradient_db)
        cause = Cause(largest(shares), shares)
        if (crushed := decayed(view, path)) is not None:
            cause, remedies = replace(crushed[0], share_db=shares), [crushed[1]]
        if unrolled(path):  # what a cell does to the gradient is one thing, whatever is in it
            shares = {"recurrence": worst.gradient_db}
            cause, remedies = Cause("recurrence", shares), recurrence_remedies(worst.stage.name)
        fastest = max(found, key=lambda reach: np.nan_to_num(reach.rate))
        amount = "everything" if np.isinf(worst.gradient_db) else f"{-worst.gradient_db:.0f} dB"
        text = (
            f"The gradient loses {amount} on its way from {path[-1].name} back to "
            f"{worst.stage.name} ({len(path) - 1} stages): {split(shares)}. "
            f"{len(starved)} of {len(found)} stages hardly learn"
        )
        if worst.travelled < STILL:
            text += f": {worst.stage.name} moved by {worst.travelled:.1e} of its size in the whole run"
        evidence = {
            "gradient_db": [round(reach.gradient_db, 1) for reach in found],
            "stages": len(found),
            "starved_stages": len(starved),
            "travelled": worst.travelled,
            "update_ratio": worst.rate,
            "fastest_update_ratio": fastest.rate,
            "fastest_travelled": fastest.travelled,
            "progress": progress(view),
            "levels": f"moved less than {STILL:g} in the whole run and {BEHIND:g} times slower than the fastest stage",
        }
        return self.finding(
            severity, text + ".", sites=[reach.stage.site for reach in starved], steps=view.steps[view.late],
            evidence=evidence, cause=cause, remedies=remedies,
        )  # fmt: skip


def unrolled(path: Sequence[Stage]) -> bool:
    """Whether most of the path is one cell, called again and again."""
    weights = [stage.site.weight for stage in path]
    return len(path) > 2 and max(map(weights.count, weights)) > len(path) / 2


def recurrence_remedies(where: str) -> list[Remedy]:
    """For one weight that the gradient passes at every moment."""
    safe = Remedy("orthogonal-recurrence", "safe", where, "recurrent gain 1: 0 dB per moment at the start", 0.0, "dB")
    text = f"LSTM with forget bias 1: {LSTM_DB:.1f} dB per moment, and learnable"
    return [safe, Remedy("gated-recurrence", "unsafe", where, text, LSTM_DB, "dB")]
