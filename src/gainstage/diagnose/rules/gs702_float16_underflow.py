"""GS702 float16-underflow: gradients too small for half precision become zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.wording import percent
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

SMALLEST = 2.0**-25  # half of float16's smallest number: what is below rounds to zero
NOTED, HALF = 0.1, 0.5  # shares of a gradient's entries that become zero


@final
class Float16Underflow(Rule):
    """
    ## What it detects
    Operations in float16 whose gradient, as it is computed (with the loss scale), is so small that a tenth of its
    entries or more round to zero.

    ## Why it matters
    What is rounded to zero does not reach the parameters: the layers behind stop learning while the loss looks normal.

    ## When it stays silent
    float32 and bfloat16; a GradScaler that keeps the gradients in range.

    ## Example
    `torch.autocast("cuda", dtype=torch.float16)` without `torch.amp.GradScaler`

    ## Remedies
    A GradScaler (safe: it scales the loss and scales back), or bfloat16 (safe), which has float32's range.

    ## Source
    Micikevicius et al. (2018), Mixed precision training, section 3.2: loss scaling.
    """

    code = "GS702"
    name = "float16-underflow"
    summary = "Gradients in float16 round to zero; the loss is not scaled, or not enough."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding over all operations."""
        half = [site for site in view.run.sites if half_precision(view, site)]
        lost = [rounded(view, site) for site in half]
        hit = [site for site, share in zip(half, lost, strict=True) if share >= NOTED]
        if not hit:
            return
        worst, scale = max(lost), middle(view.run.step("loss_scale")[view.late])
        text = (
            f"In {len(hit)} of {len(half)} float16 operations gradients round to zero, up to {percent(worst)} of "
            f"entries, at a loss scale of {number(scale)}."
        )
        sizes = [middle(view.signal(site, "gradient")[view.late]) * scale for site in hit]
        needed = 2.0 ** math.ceil(math.log2(64 * SMALLEST * scale / max(min(sizes), SMALLEST / 1024)))
        remedies = (
            Remedy(
                "grad-scaler", "safe", "the training loop", f"loss scale {number(needed)}: under 2 % rounded", needed
            ),
            Remedy("bfloat16", "safe", "autocast", "0 % rounded to zero: its smallest number is 1e-38", 0.0),
        )
        evidence = {
            "share_rounded": worst,
            "operations": len(hit),
            "float16_operations": len(half),
            "loss_scale": scale,
        }
        severity = "error" if worst >= HALF else "warning"
        yield self.finding(
            severity,
            text,
            sites=hit,
            steps=view.steps,
            evidence=evidence,
            cause=Cause("number-format"),
            remedies=remedies,
        )


def half_precision(view: View, site: Site) -> bool:
    """Whether the operation computed in float16."""
    return site.parameters.get("dtype") == "float16" or "float16" in view.run.signal_extra(site.index, "dtype")


def rounded(view: View, site: Site) -> float:
    """Share of a Gaussian gradient of the measured RMS that rounds to zero; 0 where no gradient was measured."""
    scale = view.run.step("loss_scale")
    scaled = middle((view.signal(site, "gradient") * scale)[view.late])
    if scaled == 0:  # all of it, if what the loss sent back was already at the edge
        sent = [middle((view.signal(loss, "gradient_in") * scale)[view.late]) for loss in view.losses]
        scaled = max((value for value in sent if value > 0), default=math.nan)
    return math.erf(SMALLEST / (scaled * math.sqrt(2))) if scaled > 0 else 0.0
