"""GS603 imbalanced-targets: one class outnumbers the others, and the network answers with the shares alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.outlet import BINARY_LOSSES, Outlet, finite, outlets
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import class_counts, predicted_counts, skill
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

RATIO = 10.0
HALF = 0.5
ENOUGH = 100  # targets: fewer do not tell shares of 1 in 10


@final
class ImbalancedTargets(Rule):
    """
    ## What it detects
    Classes of which the most frequent occurs at least ten times as often as the rarest seen. It is an info; a
    warning when the network ignores the rare class: on the last samples it is never the answer.

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
        collapsed = never_predicted(outlet, counts) or one_sided(outlet)
        severity: Severity = "warning" if collapsed else "info"
        text = (
            f"The most frequent class holds {percent(majority)} of {number(seen.sum())} targets seen, "
            f"{number(seen.max() / seen.min())} times the rarest"
        )
        measured = (
            f"; the loss ends at {number(known.end)}, that of predicting the shares whatever the input is "
            f"{number(known.baseline)}"
        )
        if collapsed:
            text += f"{measured if np.isfinite(known.end) else ''}; the rare class is never predicted."
        else:
            text += ", so accuracy alone says little."
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


def never_predicted(outlet: Outlet, counts: np.ndarray) -> bool:
    """Whether a class of less than a tenth of the largest one is the answer to no example of the last samples."""
    predicted = predicted_counts(outlet)
    if predicted.size < counts.size:
        return False
    rare = (counts > 0) & (counts * RATIO <= counts.max())
    return bool(np.any(predicted[: counts.size][rare] == 0))


def one_sided(outlet: Outlet) -> bool:
    """No example of the last samples is put on the rare side of the threshold of a binary classification."""
    if outlet.loss.operation not in BINARY_LOSSES or outlet.most("input_width") != 1:
        return False
    threshold = 0.0 if outlet.loss.operation.endswith("logits") else HALF
    late, rare_is_one = outlet.view.late, outlet.typical("target_mean") < HALF
    edge = finite(outlet.numbers("input_max" if rare_is_one else "input_min")[late])
    return bool(edge.size and (np.all(edge < threshold) if rare_is_one else np.all(edge > threshold)))
