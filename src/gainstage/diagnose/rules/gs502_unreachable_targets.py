"""GS502 unreachable-targets: the last activation cannot take the values that the targets have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.outlet import BINARY_LOSSES, REGRESSION_LOSSES, Outlet, outlets
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

REFUSED = "elements of target should be between 0 and 1"  # torch's words
HALF, TRACE = 0.5, 0.05  # shares of the targets' own span: what is out of reach, not how large it is


@final
class UnreachableTargets(Rule):
    """
    ## What it detects
    A regression loss whose targets lie outside the image of the output's activation: a tanh for targets of 50,
    a sigmoid or softmax for class numbers, a ReLU for targets below zero; a binary cross-entropy whose targets are
    not probabilities (-1 and 1, or class numbers 1 and 2).

    ## Why it matters
    The best the output can do is to sit at its limit, where the activation saturates and the gradient ends. The
    error on these targets stays, however long the training.

    ## When it stays silent
    Targets at the limit itself (0 and 1 for a sigmoid); at most 5 % of the targets' span out of reach; arithmetic
    between activation and loss that rescales the output (`50 * torch.tanh(x)`).

    ## Example
    `nn.Sequential(..., nn.Linear(64, 1), nn.Tanh())` trained with `MSELoss` on prices of 50.

    ## Remedies
    End with the affine layer (unsafe: it changes the function class), or scale the targets into the activation's
    range and predictions back (unsafe: it changes the data).

    ## Source
    Bishop (1995), Neural Networks for Pattern Recognition, chapter 6: the output activation follows from the targets.
    """

    code = "GS502"
    name = "unreachable-targets"
    summary = "The output activation cannot take the values that the targets have."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per regression loss."""
        for outlet in outlets(view):
            if outlet.loss.operation in (*REGRESSION_LOSSES, *BINARY_LOSSES):
                missing = outlet.out_of_reach
                if missing > TRACE:
                    yield self.report(outlet, missing)

        for event in view.run.events:
            if event.kind == "exception" and REFUSED in event.text:
                text = "binary_cross_entropy raised: its targets must lie between 0 and 1."
                remedy = Remedy("targets-0-1", "unsafe", "the data", "no target outside 0...1", 0.0)
                yield self.finding("error", text, steps=[event.step], evidence={"exception": event.text},
                                   cause=Cause("targets-not-probabilities"), remedies=[remedy])  # fmt: skip

    def report(self, outlet: Outlet, missing: float) -> Finding:
        """The finding for one loss."""
        (low, high), least, most = outlet.reach, outlet.least("target_min"), outlet.most("target_max")
        binary = outlet.loss.operation in BINARY_LOSSES
        what = "a binary cross-entropy" if binary else outlet.function
        text = (
            f"The targets go from {number(least)} to {number(most)}, but {what} only reaches "
            f"{number(low)} to {number(high)}: {percent(missing)} of their span is out of reach."
        )
        share = f"all of the targets' span instead of {percent(1 - missing)} becomes reachable"
        remedies = (
            Remedy("linear-output", "unsafe", outlet.place[0].name, share, missing),
            Remedy("scale-targets", "unsafe", outlet.loss.name, share, missing),
        )
        return self.finding(
            "error" if missing >= HALF else "warning",
            text,
            sites=outlet.place,
            steps=outlet.steps,
            evidence={
                "activation": outlet.function, "reaches_from": low, "reaches_to": high, "target_min": least,
                "target_max": most, "target_mean": outlet.typical("target_mean"), "out_of_reach": missing,
            },
            cause=Cause("targets-not-probabilities" if binary else "output-range"),
            remedies=remedies,
        )  # fmt: skip
