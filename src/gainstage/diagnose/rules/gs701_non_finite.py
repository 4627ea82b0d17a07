"""GS701 non-finite: NaN or infinity, and the first operation that made it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.nonfinite import Origin, harm, origin, ratio_before
from gainstage.diagnose.ranks import first_broken, listed_numbers
from gainstage.diagnose.rule import Rule

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

REMEDIES = {
    "data": ("clean-data", "0 non-finite numbers enter the network"),
    "operation": ("guard-operation", "0 non-finite numbers leave this operation"),
    "gradient": ("guard-operation", "0 non-finite gradients leave this operation"),
    "learning-rate": ("lower-learning-rate", "the weights stay at their present size, below overflow"),
    "masked-rows": ("unmask-one", "rows of nothing but -inf get 0 NaN: leave one entry, or set those rows to 0"),
    "float16-step": ("float32-weights", "0 non-finite weights under autocast with float32 weights and a GradScaler"),
    "overflow": ("rescale", "numbers stay below the format's largest"),
}


@final
class NonFinite(Rule):
    """
    ## What it detects
    NaN or infinity in the loss, in a parameter, or in gradients that were applied; it names the first operation, in
    the order of execution, that put it out while its inputs were finite.

    ## Why it matters
    One NaN spreads to every parameter with the next step, and the training is over although it runs on.

    ## When it stays silent
    Infinities that are meant and harmless (a mask of -inf before a softmax); overflows that a GradScaler notices and
    skips.

    ## Example
    `torch.log(p)` with a p of exactly 0

    ## Remedies
    By cause: clean the data; add the epsilon or use the combined function (`log_softmax`, `logsumexp`); lower the
    learning rate where the numbers grew until they overflowed; keep the weights in float32 where the step itself fails
    in float16 (all unsafe).

    ## Source
    IEEE 754; Goldberg (1991), What every computer scientist should know about floating-point arithmetic.
    """

    code = "GS701"
    name = "non-finite"
    summary = "NaN or infinity reached the loss or the parameters; the first operation that made it."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding: everything after the first is a consequence."""
        harmed = harm(view)
        if harmed.size:
            yield self.report(view, origin(view, int(harmed[0])))

    def report(self, view: View, first: Origin) -> Finding:
        """The finding."""
        step, line = int(view.steps[first.sample]), f" ({first.site.source_line})" if first.site else ""
        before = "with finite inputs" if first.direction == "forward" else "first"
        gives = "holds" if first.cause == "data" else "gives"
        before = {"data": "already", "masked-rows": "of rows that hold nothing but infinities"}.get(first.cause, before)
        text = f"{first.name}{line} {gives} NaN or infinity {before} at step {step} ({first.direction})."
        if first.direction == "parameter":
            text = f"{first.name} holds NaN or infinity at step {step}; no signal and no gradient did before."
        if first.cause == "float16-step":
            text += " Its arithmetic ran in float16, where Adam's eps of 1e-8 is 0 and 65,504 the largest number."
        if first.cause == "learning-rate":
            text += " The weights had grown by oversized steps until numbers overflowed."
        ranks = first_broken(view.run)
        if ranks and len(ranks) < len(view.run.ranks):
            text += f" It began on rank{'s' * (len(ranks) > 1)} {listed_numbers(ranks)} alone."
        low, high = (view.signal(first.site, c)[first.sample] if first.site else np.nan for c in ("minimum", "maximum"))
        evidence = {
            "operation": first.name, "direction": first.direction, "step": step, "finite_steps_before": first.sample,
            "minimum": low, "maximum": high, "largest_ratio_before": ratio_before(view, first.sample),
            **({"first_ranks": ranks} if ranks else {}),
        }  # fmt: skip
        cure, what = REMEDIES[first.cause]
        remedy = Remedy(cure, "unsafe", first.name, what)
        sites = [first.site] if first.site else [first.name]
        lasting = int(harm(view)[-1]) >= len(view.steps) - 1
        return self.finding(
            "error" if lasting else "warning", text, sites=sites, steps=view.steps[first.sample :], evidence=evidence,
            cause=Cause(first.cause), remedies=[remedy],
        )  # fmt: skip
