"""GS902 too-few-samples: what was seen does not suffice for every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import Rule

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

ENOUGH = 5  # samples: steps 0, 1, 2, 4, 8


@final
class TooFewSamples(Rule):
    """
    ## What it detects
    A recording of fewer than five sampled steps.

    ## Why it matters
    Faults of the start and of the build show on one step. Whether the loss falls, updates are of the right size or a
    unit is dead takes several: their absence from the findings then means nothing.

    ## When it stays silent
    From five samples on, and where nothing at all was seen (GS901).

    ## Example
    `gainstage.check(model, x, loss)`, which is one forward and one backward pass.

    ## Remedies
    Train for at least 16 steps, or raise the budget (safe).

    ## Source
    Design of the sampling: steps 0, 1, 2, 4, 8 and so on.
    """

    code = "GS902"
    name = "too-few-samples"
    summary = "Fewer than five steps were sampled: rules on learning could not decide."
    severity = "info"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        seen = len(view.run.steps)
        if not view.run.sites or not 0 < seen < ENOUGH:
            return
        text = f"Only {seen} steps were sampled: whether the loss falls and whether units are dead was not judged."
        remedy = Remedy("train-longer", "safe", "the script", f"{ENOUGH} samples need 9 steps", float(ENOUGH))
        evidence = {
            "samples": seen,
            "needed": ENOUGH,
            "undecided": ["GS101", "GS302", "GS303", "GS305", "GS306", "GS604"],
        }
        yield self.finding(
            "info", text, steps=view.steps, evidence=evidence, cause=Cause("short-run"), remedies=[remedy]
        )
