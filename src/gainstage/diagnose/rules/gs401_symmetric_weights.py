"""GS401 symmetric-weights: all units of a layer start the same, so they stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.progress import softened
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.symmetry import started_symmetric
from gainstage.diagnose.wording import listed

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class SymmetricWeights(Rule):
    """
    ## What it detects
    Hidden stages whose weights start all zero or all equal, with the stages behind them just so; or whose rows start
    equal and still are at the end.

    ## Why it matters
    Equal units get equal gradients; a layer of 256 then works as one unit. With zeros, nothing passes in
    either direction and only the last bias learns.

    ## When it stays silent
    An output layer or a residual branch that starts at zero learns from the first step on (zero-initialised heads,
    LoRA's second factor), and symmetry that the training has broken is past.

    ## Example
    `for p in model.parameters(): nn.init.zeros_(p)`, or `nn.init.constant_(layer.weight, 0.5)`

    ## Remedies
    Draw the weights at random with the activation's gain (safe). Biases may stay zero.

    ## Source
    Rumelhart et al. (1986), on breaking symmetry; Goodfellow et al. (2016), section 8.4.
    """

    code = "GS401"
    name = "symmetric-weights"
    summary = "All units of a hidden layer have the same weights and keep them."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, for all stages concerned."""
        hidden = [s for s in view.stages if not s.is_output and s.site.kind != "embedding"]
        learning = [s for s in hidden if s.weight is not None and s.weight.trainable]
        found = [stage for stage in learning if started_symmetric(view, stage)]
        if not found:
            return
        sizes = [float(view.update(s.weight, "weight")[0]) for s in found if s.weight]
        zero = any(size == 0 for size in sizes)
        width = sum(stage.site.units for stage in found)
        kind = "zero" if zero else "the same in every unit"
        text = (
            f"The weights of {listed(found)} start {kind}: {width} hidden units work as {len(found)}, since equal "
            "units receive equal gradients."
        )
        evidence = {
            "stages": len(found),
            "units": width,
            "weight_rms_at_start": sizes,
            "samples": len(view.steps),
        }
        cause = Cause("zero-initialisation" if zero else "constant-initialisation", text=f"RMS {number(max(sizes))}")
        predicted = f"{width} different units instead of {len(found)}"
        yield self.finding(
            softened("error", view), text, sites=[stage.site for stage in found], steps=view.steps, evidence=evidence,
            cause=cause, remedies=[Remedy("reinitialise", "safe", listed(found), predicted, float(width))],
        )  # fmt: skip
