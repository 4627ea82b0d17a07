"""GS602 constant-inputs: the examples do not differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import Rule, number
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

BARELY = 1e-4  # of the mean: a float32 keeps 3 digits of such a variation through one affine layer


@final
class ConstantInputs(Rule):
    """
    ## What it detects
    Inputs that are the same for all examples of a batch, on every sample (or vary by less than a ten-thousandth of
    their mean).

    ## Why it matters
    A network that receives a constant can only answer with one: it learns the targets' mean and nothing else.

    ## When it stays silent
    Batches of one example; networks that receive another input which does vary (a learnt query, a noise that is kept
    fixed beside the data).

    ## Example
    `x = x / 255` on an integer array, which leaves zeros; a normalisation by the statistics of each example.

    ## Remedies
    Look at the batch that enters the network (safe).

    ## Source
    The signal, sqrt of the variance over examples averaged over units, is 0 dB at best after the input: what is not
    there at the input cannot appear later.
    """

    code = "GS602"
    name = "constant-inputs"
    summary = "All examples are alike, so the network can only answer with a constant."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        spread = [variation(view, site) for site in view.inputs]
        known = [value for value in spread if np.isfinite(value)]
        if not known or len(known) < len(spread) or max(known) >= BARELY:
            return
        constant = max(known) == 0
        what = "do not differ at all" if constant else f"differ by only {number(max(known))} of their mean"
        text = f"The examples of a batch {what}, in all {len(known)} inputs of the network and on every sample seen."
        remedy = Remedy("inspect-batch", "safe", view.inputs[0].name, "a signal above 0 at the input", 0.0)
        evidence = {"variation": max(known), "inputs": len(known), "samples": len(view.steps)}
        yield self.finding(
            "error" if constant else "warning", text, sites=view.inputs, steps=view.steps, evidence=evidence,
            cause=Cause("constant" if constant else "input-offset"), remedies=[remedy],
        )  # fmt: skip


def variation(view: View, site: Site) -> float:
    """The largest signal over offset of any sample with several rows; nan without such a sample.

    Of whole numbers, which have neither: 0 where all rows were alike in every sample, else 1.
    """
    alike = [value for value in view.run.signal_extra(site.index, "alike") if value is not None]
    if alike:
        return float(not all(alike))
    signal, offset = view.signal(site, "signal"), view.signal(site, "offset")
    several = (view.signal(site, "rows") > 1) & np.isfinite(signal) & np.isfinite(offset)
    if not several.any():
        return float("nan")
    total = np.hypot(signal[several], offset[several])
    return float(np.max(np.where(total > 0, signal[several] / np.where(total > 0, total, 1.0), 0.0)))
