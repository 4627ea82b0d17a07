"""GS607 repeated-ranks: all ranks of a distributed training are fed the very same batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.peers import parted, repeated
from gainstage.diagnose.rule import Rule

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class RepeatedRanks(Rule):
    """
    ## What it detects
    Every rank gets the same input tensors, to the last bit, on every step that was looked at.

    ## Why it matters
    The ranks compute the same gradient, and its average is that gradient: many processes do the work of one, at the
    batch size of one. An epoch takes as many steps as without the others.

    ## When it stays silent
    As soon as one step differs; with fewer than four steps to compare; where the ranks hold parts of one layer (tensor
    parallel), which are meant to get the same input; for integer inputs (tokens), of which only the number is recorded.

    ## Example
    `DataLoader(data, shuffle=True)` with the same seed on every rank and no `DistributedSampler`.

    ## Remedies
    A `DistributedSampler`, or another part of the data for each rank (unsafe: it changes the data; the batch grows with
    the number of ranks, and the learning rate may want to grow with it).

    ## Source
    Li et al. (2020), PyTorch Distributed: experiences on accelerating data parallel training; Goyal et al. (2017) on
    the learning rate.
    """

    code = "GS607"
    name = "repeated-ranks"
    summary = "All ranks of a distributed training are fed the very same batches."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        runs = view.run.ranks
        steps = repeated(runs)
        if not steps or any(parted(run) for run in runs):
            return
        text = f"All {len(runs)} ranks get the same batch on each of {steps} steps: together they do the work of one."
        remedy = Remedy(
            "distributed-sampler", "unsafe", "the data loader", f"{len(runs)} times the examples in a step",
            float(len(runs)),
        )  # fmt: skip
        evidence = {"ranks": len(runs), "equal_steps": steps, "wasted_share": 1 - 1 / len(runs)}
        yield self.finding(
            "warning", text, sites=view.inputs, steps=view.steps, evidence=evidence, cause=Cause("same-data"),
            remedies=[remedy],
        )  # fmt: skip
