"""GS503 single-class-softmax: a softmax over one unit is always 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.outlet import outlets
from gainstage.diagnose.rule import Rule
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

SOFTMAXES = ("softmax", "log_softmax", "softmin")
OVER_CLASSES = ("cross_entropy", "nll_loss")


@final
class SingleClassSoftmax(Rule):
    """
    ## What it detects
    A softmax (or log-softmax, also the one inside `cross_entropy`) over a single unit at the network's output.

    ## Why it matters
    exp(x)/exp(x) is 1 whatever x is: the prediction is a constant and its derivative exactly zero, so not one
    parameter learns.

    ## When it stays silent
    A softmax of width one inside the network (attention over a sequence of length one), and any wider one.

    ## Example
    `nn.Sequential(nn.Linear(8, 1), nn.Softmax(dim=1))` with `nn.BCELoss()`

    ## Remedies
    A sigmoid on the one output with a binary cross-entropy, or two outputs with `cross_entropy` (both unsafe:
    they change the function class or the loss).

    ## Source
    The softmax's Jacobian p_i(δ_ij - p_j) at p = 1; Bridle (1990).
    """

    code = "GS503"
    name = "single-class-softmax"
    summary = "A softmax over one unit gives 1 whatever its input, and no gradient."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per softmax or loss."""
        taken = {source for site in view.run.sites for source in site.sources if site.kind != "loss"}
        for site in view.activations:
            if site.function in SOFTMAXES and site.parameters.get("width") == 1 and site.index not in taken:
                yield self.report(view, site, "0" if site.function == "log_softmax" else "1")
        for outlet in outlets(view):
            inside = outlet.function not in SOFTMAXES
            if outlet.loss.operation in OVER_CLASSES and outlet.most("input_width") == 1 and inside:
                yield self.report(view, outlet.loss, "0")

    def report(self, view: View, site: Site, constant: str) -> Finding:
        """The finding for one place."""
        text = (
            f"{site.name} normalises over one unit: its output is {constant} for every input and its gradient "
            "exactly zero, so nothing can learn."
        )
        remedies = (
            Remedy("sigmoid-output", "unsafe", site.name, "the output varies with the input instead of being constant"),
            Remedy("two-outputs", "unsafe", site.name, "one unit per class: the gradient is no longer zero"),
        )
        return self.finding(
            "error", text, sites=[site], steps=view.steps, evidence={"width": 1, "constant": float(constant)},
            cause=Cause("constant-output"), remedies=remedies,
        )  # fmt: skip
