"""GS603 imbalanced-targets: one class outnumbers the others, and the network answers with the shares alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.outlet import Outlet, outlets
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import class_counts, skill
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

RATIO = 10.0
ENOUGH = 100  # targets: fewer do not tell shares of 1 in 10


@final
class ImbalancedTargets(Rule):
    """
    ## What it detects
    Classes of which the most frequent occurs at least ten times as often as the rarest seen. It is an info; a
    warning when the loss came down to that of always predicting the classes' shares and stays there, so that the
    network ignores its input.

    ## Why it matters
    Accuracy looks high and means nothing: predicting the majority reaches its share. The rare class contributes
    little to the gradient.

    ## When it stays silent
    Ratios up to 1 : 10; more than 20 classes (words, labels of a long tail are imbalanced by nature); fewer than
    100 targets seen.

    ## Example
    98 % of the rows are "no fraud", the loss rests at 0.098, accuracy at 0.98.

    ## Remedies
    Weight the loss by the inverse shares, or sample the classes evenly (both unsafe: they change the loss), and look
    at recall per class instead of accuracy.

    ## Source
    King, Zeng (2001), Logistic regression in rare events data; He, Garcia (2009), Learning from imbalanced data.
    """

    code = "GS603"
    name = "imbalanced-targets"
    summary = "One class outnumbers another tenfold; a warning when the network predicts only the shares."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss over classes."""
        for outlet in outlets(view):
            counts = class_counts(outlet)
            seen = counts[counts > 0]
            if 2 <= seen.size <= 20 and seen.sum() >= ENOUGH and seen.max() >= RATIO * seen.min():
                yield self.report(outlet, counts, seen)

    def report(self, outlet: Outlet, counts: np.ndarray, seen: np.ndarray) -> Finding:
        """The finding for one loss."""
        known, majority = skill(outlet), float(seen.max() / seen.sum())
        # It came down to the loss of the shares from well above it, and not further than the noise of batches.
        way, noise = known.start - known.baseline, max(2 * known.error, 0.05 * known.baseline)
        collapsed = way > 0.1 * known.baseline and -noise < known.end - known.baseline < max(noise, 0.1 * way)
        severity: Severity = "warning" if collapsed else "info"
        text = (
            f"The most frequent class holds {percent(majority)} of {number(seen.sum())} targets seen, "
            f"{number(seen.max() / seen.min())} times the rarest"
        )
        text += (
            f"; the loss rests at {number(known.end)}, that of predicting the shares whatever the input."
            if collapsed
            else ", so accuracy alone says little."
        )
        ratio = float(seen.max() / seen.min())
        remedy = Remedy(
            "weight-classes", "unsafe", outlet.loss.name, f"weight the rare class {number(ratio)} times", ratio
        )
        evidence = {
            "counts": counts, "ratio": ratio, "majority": majority, "loss": known.end, "loss_of_shares": known.baseline,
            "skill": known.value,
        }  # fmt: skip
        return self.finding(
            severity, text, sites=[outlet.loss], steps=outlet.steps, evidence=evidence,
            cause=Cause("imbalance"), remedies=[remedy],
        )  # fmt: skip
