"""GS501 activation-loss-mismatch: the last activation and the loss do not belong together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.outlet import RECTIFIERS, Outlet, finite, outlets
from gainstage.diagnose.rule import Rule, number

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

SQUASHED = ("sigmoid", "hardsigmoid", "softmax", "softmin")
OUTSIDE_UNIT = "between 0 and 1"  # how torch words it when binary_cross_entropy gets something else


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One pair that does not fit: why, and what to put in its place."""

    cause: str
    text: str
    remedy: str
    floor: float = math.nan  # the loss that no training can go below


@final
class ActivationLossMismatch(Rule):
    """
    ## What it detects
    A loss that receives something else than it is made for: probabilities where it applies the softmax or the
    sigmoid itself (softmax or sigmoid before cross-entropy, sigmoid before BCE-with-logits), raw outputs or
    probabilities where it wants log-probabilities (`nll_loss`, `kl_div`), raw outputs where it wants probabilities
    (`binary_cross_entropy`), a softmax over several labels that may hold at once, a softmax over the batch.
    The values that the loss received decide (rows that sum to one), so hand-written activations count too.

    ## Why it matters
    Squashed twice, the output can hardly move: with K classes, softmax before cross-entropy cannot push the loss
    below log(1 + (K - 1)/e), and the gradient is small wherever the network is sure. A negative log-likelihood of
    raw outputs has no lower bound at all.

    ## When it stays silent
    `log_softmax` before cross-entropy (it changes nothing), softmax and sigmoid before a squared error, a softmax
    inside attention.

    ## Example
    `loss = F.cross_entropy(torch.softmax(logits, dim=1), target)`

    ## Remedies
    Hand the raw output to the loss that has the activation inside (unsafe: it changes the loss), and keep the
    softmax or sigmoid for reading predictions.

    ## Source
    Bridle (1990), Probabilistic interpretation of feedforward classification network outputs; `torch.nn` documentation.
    """

    code = "GS501"
    name = "activation-loss-mismatch"
    summary = "The loss receives something else than it is made for, such as probabilities instead of logits."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per loss."""
        for outlet in outlets(view):
            wrong = softmax_over_batch(outlet) or CHECKS.get(outlet.loss.operation, lambda _: None)(outlet)
            if wrong is not None:
                yield self.report(outlet, wrong)
        if not view.losses or all(loss.operation != "binary_cross_entropy" for loss in view.losses):
            yield from self.refused(view)

    def report(self, outlet: Outlet, wrong: Mismatch) -> Finding:
        """The finding for one loss."""
        measured = ("input_min", "input_max", "input_width", "row_sum_min", "row_sum_max")
        evidence = {key: outlet.typical(key) for key in measured}
        predicted = "the loss is no longer bounded from below by the activation"
        if math.isfinite(wrong.floor):
            evidence["lowest_possible_loss"] = wrong.floor
            predicted = f"the loss can fall below {number(wrong.floor)}, the floor of today"
        remedy = Remedy(wrong.remedy, "unsafe", outlet.loss.name, predicted, wrong.floor)
        evidence |= {"loss": outlet.loss.operation, "activation": outlet.function or "none"}
        cause = Cause(wrong.cause)
        return self.finding(
            "error",
            wrong.text,
            sites=outlet.place,
            steps=outlet.steps,
            evidence=evidence,
            cause=cause,
            remedies=[remedy],
        )

    def refused(self, view: View) -> Iterator[Finding]:
        """binary_cross_entropy raises on raw outputs, and then no loss was recorded."""
        for event in view.run.events:
            if event.kind == "exception" and OUTSIDE_UNIT in event.text:
                text = "binary_cross_entropy raised: it wants probabilities between 0 and 1 and was given raw outputs."
                remedy = Remedy("bce-with-logits", "unsafe", "the loss", "the script gets past step 0")
                yield self.finding(
                    "error", text, steps=[event.step], evidence={"exception": event.text},
                    cause=Cause("logits-into-probability-loss"), remedies=[remedy],
                )  # fmt: skip


def softmax_over_batch(outlet: Outlet) -> Mismatch | None:
    """A softmax along the first dimension makes the examples compete, not the classes."""
    site = outlet.producer
    if site is None or outlet.function not in ("softmax", "log_softmax") or site.parameters.get("dim") != 0:
        return None
    examples = finite(outlet.view.signal(site, "rows"))
    width = site.parameters.get("width", 0)
    if width <= 1 or width == outlet.typical("input_width") or not np.any(examples == width):
        return None
    text = f"{site.name} normalises over the {number(width)} examples of the batch (dim=0), not over the classes."
    return Mismatch("softmax-dimension", text, "softmax-over-classes")


def before_cross_entropy(outlet: Outlet) -> Mismatch | None:
    """cross_entropy applies log-softmax itself."""
    width, low, high = outlet.typical("input_width"), *outlet.range
    if outlet.probabilities or outlet.function in SQUASHED:
        low, high = 0.0, 1.0
    if width <= 1 or not math.isfinite(high - low) or outlet.function in RECTIFIERS:
        return None
    floor = math.log1p((width - 1) * math.exp(low - high))
    what = "probabilities" if outlet.probabilities else f"the output of {outlet.function}"
    text = (
        f"cross_entropy receives {what} and applies softmax to them again: over {number(width)} classes the loss "
        f"cannot fall below {number(floor)}, however good the network."
    )
    return Mismatch("probabilities-into-logit-loss", text, "drop-output-activation", floor)


def before_logit_bce(outlet: Outlet) -> Mismatch | None:
    """binary_cross_entropy_with_logits applies the sigmoid itself."""
    low, high = (0.0, 1.0) if outlet.probabilities else outlet.range
    if not math.isfinite(high - low) or outlet.function in RECTIFIERS:
        return None
    share = outlet.typical("target_mean")
    floor = share * math.log1p(math.exp(-high)) + (1 - share) * math.log1p(math.exp(low))
    text = (
        f"binary_cross_entropy_with_logits receives the output of {outlet.function or 'softmax'} ({number(low)} to "
        f"{number(high)}) and applies a sigmoid to it again: the loss cannot fall below {number(floor)}."
    )
    return Mismatch("probabilities-into-logit-loss", text, "drop-output-activation", floor)


def before_nll(outlet: Outlet) -> Mismatch | None:
    """nll_loss only picks the target's entry: it wants log-probabilities, which are never positive."""
    if outlet.probabilities or outlet.function in SQUASHED:
        text = "nll_loss receives probabilities without their logarithm: it is then -p, not a log-likelihood."
        return Mismatch("missing-log", text, "log-softmax", -1.0)
    if outlet.most("input_max") > 1e-3 or outlet.function == "":
        text = "nll_loss receives raw outputs instead of log-probabilities: the loss can fall without bound."
        return Mismatch("missing-log-softmax", text, "cross-entropy")
    return None


def before_kl(outlet: Outlet) -> Mismatch | None:
    """kl_div wants log-probabilities as its first argument."""
    if not outlet.probabilities:
        return None
    text = "kl_div receives probabilities as its first argument, which must hold log-probabilities."
    return Mismatch("missing-log", text, "log-softmax")


def before_bce(outlet: Outlet) -> Mismatch | None:
    """One softmax cannot answer yes to several labels at once."""
    width, ones = outlet.typical("input_width"), outlet.typical("target_mean") * outlet.typical("target_width")
    if outlet.probabilities and width == outlet.typical("target_width") and abs(ones - 1) > 0.05:
        text = (
            f"A softmax over {number(width)} labels sums to one, but {number(ones)} of them hold on average: "
            "independent labels need a sigmoid each."
        )
        return Mismatch("softmax-for-several-labels", text, "sigmoid-per-label")
    return None


CHECKS: dict[str, Callable[[Outlet], Mismatch | None]] = {
    "cross_entropy": before_cross_entropy,
    "binary_cross_entropy_with_logits": before_logit_bce,
    "nll_loss": before_nll,
    "kl_div": before_kl,
    "binary_cross_entropy": before_bce,
}
