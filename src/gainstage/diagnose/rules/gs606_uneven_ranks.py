"""GS606 uneven-ranks: a rank of a distributed training is fed other data than the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.peers import RISK, Difference, differences
from gainstage.diagnose.rule import Rule, number

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class UnevenRanks(Rule):
    """
    ## What it detects
    Input features, targets or class shares of one rank that differ from the other ranks' by more than one batch leaves
    open to chance, at a risk of 1 in 1,000 for all comparisons of a run together.

    ## Why it matters
    Gradients are averaged over the ranks as if all batches came from one source. A rank that reads other files, leaves
    out the normalisation, or holds the part of a sorted data set with the other classes pulls the weights to and fro,
    fills batch normalisation with its own statistics, and its share of the work teaches something else.

    ## When it stays silent
    Differences as honest shards have them. Nobody knows how many different examples a rank has, so its average is taken
    to be as uncertain as that of one batch; where examples of a batch resemble each other (frames of a film), by the
    spread from batch to batch. It takes two examples a batch, and of classes enough for five expected in each group
    (Cochran 1954): what small batches do not tell is not judged. Integer inputs (tokens) are not compared.

    ## Example
    `data[rank * n:(rank + 1) * n]` of a data set that is sorted by class; a normalisation that only rank 0 applies.

    ## Remedies
    Read and transform the same way on every rank; shuffle before the data is shared out, or use a `DistributedSampler`
    (unsafe: it changes the data).

    ## Source
    Welch (1947), The generalization of Student's problem; Pearson (1900) for class counts; Hsieh et al. (2020), The
    non-IID data quagmire of decentralized machine learning.
    """

    code = "GS606"
    name = "uneven-ranks"
    summary = "A rank of a distributed training is fed other data than the others."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, on the rank that differs most."""
        found = differences(view.run.ranks)
        if found:
            yield self.report(view, found)

    def report(self, view: View, found: Sequence[Difference]) -> Finding:
        """The finding."""
        # The least probable quantity; a rank far off pulls the others' mean along, and is the farthest from it.
        same = [d for d in found if (d.site, d.what) == (found[0].site, found[0].what)]
        worst, ranks = max(same, key=lambda d: abs(d.own - d.others)), len(view.run.ranks)
        others = f"rank {1 - worst.rank}" if ranks == 2 and worst.rank < 2 else "the others"
        text = (
            f"Rank {worst.rank} is fed other data than {others}: the {worst.what} is {number(worst.own)} against "
            f"{number(worst.others)}, which one batch would show by chance in less than 1 of {number(1 / RISK)} runs."
        )
        evidence = {
            "rank": worst.rank, "ranks": ranks, "quantity": worst.what, "own": worst.own, "others": worst.others,
            "standard_error": worst.error, "chance": worst.chance, "quantities": len({d.what for d in found}),
            "differing_ranks": sorted({d.rank for d in found}),
        }  # fmt: skip
        cause = Cause("targets" if worst.site.kind == "loss" else "inputs")
        remedy = Remedy("same-data-on-ranks", "unsafe", f"rank {worst.rank}", "0 differences beyond chance", 0.0)
        return self.finding(
            "warning", text, sites=[worst.site], steps=view.steps, evidence=evidence, cause=cause, remedies=[remedy]
        )
