"""GS107 duplicated-units: units that compute the same as others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.progress import most_severe, softened
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.symmetry import distinct_rows
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

LEVELS: tuple[tuple[float, Severity], ...] = ((0.9, "error"), (0.5, "warning"), (0.25, "info"))


@final
class DuplicatedUnits(Rule):
    """
    ## What it detects
    Hidden stages in which a quarter and more of the units started with the same weights as another unit and have
    them still.

    ## Why it matters
    Equal units receive equal gradients and stay equal: the layer is as wide as its distinct units.

    ## When it stays silent
    Output stages, embeddings (rows that never occur are equal for a reason), and rows that are zero because they were
    pruned or never touched.

    ## Example
    `layer.weight.data = row.repeat(64, 1)`

    ## Remedies
    Draw the weights at random (safe).

    ## Source
    Goodfellow et al. (2016), "Deep Learning", section 8.4 (symmetry breaking).
    """

    code = "GS107"
    name = "duplicated-units"
    summary = "Hidden units that have the same weights as another unit."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per stage."""
        for stage in view.stages:
            if stage.is_output or stage.weight is None or stage.site.kind == "embedding":
                continue
            rows = distinct_rows(view, stage)
            units = stage.weight.shape[0]
            if units < 2 or not rows.size or bool((view.update(stage.weight, "weight")[view.late] == 0).any()):
                continue
            share = 1 - float(max(rows[0], rows[-1])) / units
            reached: list[Severity] = [severity for level, severity in LEVELS if share >= level]
            if reached:
                yield self.report(view, stage, rows, share, softened(most_severe(reached), view))

    def report(self, view: View, stage: Stage, rows: np.ndarray, share: float, severity: Severity) -> Finding:
        """The finding for one stage."""
        units = stage.weight.shape[0] if stage.weight else 0
        left = int(rows[-1])
        text = (
            f"{units} units of {stage.name} have only {left} different rows of weights ({percent(share)} are copies)."
        )
        cause = Cause("initialisation", text="they were equal before the first step")
        evidence = {"units": units, "distinct": left, "distinct_at_start": int(rows[0]),
                    "levels": "error from 90 % copies, warning from 50 %, info from 25 %"}  # fmt: skip
        again = Remedy("reinitialise", "safe", stage.name, f"{units} different units instead of {left}", float(units))
        return self.finding(severity, text, sites=[stage.site], steps=view.steps, evidence=evidence, cause=cause,
                            remedies=[again])  # fmt: skip
