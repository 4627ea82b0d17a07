"""GS505 shape-broadcast: prediction and target are compared all with all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.outlet import REGRESSION_LOSSES, Outlet, outlets
from gainstage.diagnose.rule import Rule, number

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


COMPARING = (*REGRESSION_LOSSES, "poisson_nll_loss", "gaussian_nll_loss", "soft_margin_loss")


@final
class ShapeBroadcast(Rule):
    """
    ## What it detects
    A prediction of shape (N, 1) that is compared with targets of shape (N,), or the other way round: broadcasting
    makes an N x N matrix of all differences out of them.

    ## Why it matters
    Every prediction is pulled towards every target, so the best that training can reach is the targets' mean for all
    examples. The loss falls to their variance and stays there; nothing raises.

    ## When it stays silent
    Equal shapes; several outputs compared with one target each in a hand-written loss (quantiles, ensembles).

    ## Example
    `F.mse_loss(model(x), y)` with `model(x)` of shape (32, 1) and `y` of shape (32,)

    ## Remedies
    `y.unsqueeze(1)` or `model(x).squeeze(1)` (unsafe: it changes the loss, to the one that was meant).

    ## Source
    torch warns of it for `mse_loss`: "Using a target size that is different to the input size".
    """

    code = "GS505"
    name = "shape-broadcast"
    summary = "Prediction (N, 1) and target (N,) are broadcast to N x N, so all predictions go to the mean."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss."""
        for outlet in outlets(view):
            if outlet.loss.operation in COMPARING and outlet.most("broadcast") == 1:
                single = outlet.typical("input_width") == 1 and outlet.typical("target_width") == 1
                if single or outlet.loss.operation != "residual":
                    yield self.report(outlet, single)

    def report(self, outlet: Outlet, single: bool) -> Finding:
        """The finding for one loss."""
        widths = outlet.typical("input_width"), outlet.typical("target_width")
        what = "every prediction is compared with every target" if single else "one target serves several outputs"
        text = f"{outlet.loss.operation} gets shapes that differ and broadcasts them: {what}."
        evidence = {
            "input_width": widths[0],
            "target_width": widths[1],
            "prediction_std": outlet.typical("prediction_std"),
            "target_std": outlet.typical("target_std"),
        }
        spread = (
            f"predictions may spread as the targets do, by {number(evidence['target_std'])}, instead of to their mean"
        )
        remedy = Remedy("match-shapes", "unsafe", outlet.loss.name, spread, evidence["target_std"])
        severity = "error" if single else "warning"
        return self.finding(
            severity, text, sites=outlet.place, steps=outlet.steps, evidence=evidence,
            cause=Cause("broadcast"), remedies=[remedy],
        )  # fmt: skip
