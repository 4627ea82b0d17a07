"""Which activations and losses do not fit together, told by the values that the loss received."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.outlet import RECTIFIERS, Outlet, finite
from gainstage.diagnose.rule import number

HALF = 0.5
SQUASHED = ("sigmoid", "hardsigmoid", "softmax", "softmin")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One pair that does not fit: why, and what to put in its place."""

    cause: str
    text: str
    remedy: str
    floor: float = math.nan  # the loss that no training can go below


def mismatch(outlet: Outlet) -> Mismatch | None:
    """What is wrong between the last activation and this loss; None when they fit."""
    check = CHECKS.get(outlet.loss.operation)
    return softmax_over_batch(outlet) or (check(outlet) if check is not None else None)


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
    if outlet.probabilities or outlet.function in SQUASHED:
        cause, given = "probabilities-into-logit-loss", "probabilities and applies softmax to them again"
    else:
        cause, given = "bounded-logits", f"logits that {outlet.function} keeps between {number(low)} and {number(high)}"
    text = (
        f"cross_entropy receives {given}: over {number(width)} classes the loss cannot fall below {number(floor)}, "
        "however good the network."
    )
    return Mismatch(cause, text, "drop-output-activation", floor)


def before_logit_bce(outlet: Outlet) -> Mismatch | None:
    """binary_cross_entropy_with_logits applies the sigmoid itself."""
    low, high = (0.0, 1.0) if outlet.probabilities or squashed_by_hand(outlet) else outlet.range
    if not math.isfinite(high - low) or outlet.function in RECTIFIERS:
        return None
    share = outlet.typical("target_mean")
    floor = share * math.log1p(math.exp(-high)) + (1 - share) * math.log1p(math.exp(low))
    text = (
        f"binary_cross_entropy_with_logits receives the output of {outlet.function or 'a softmax'} ({number(low)} to "
        f"{number(high)}) and applies a sigmoid to it again: the loss cannot fall below {number(floor)}."
    )
    cause = "probabilities-into-logit-loss" if low >= 0 else "bounded-logits"
    return Mismatch(cause, text, "drop-output-activation", floor)


def squashed_by_hand(outlet: Outlet) -> bool:
    """Unknown arithmetic whose values fill 0...1 and never leave it: a sigmoid written out."""
    low, high = outlet.least("input_min"), outlet.most("input_max")
    return outlet.function == "custom" and low >= 0 and high <= 1 and high - low > HALF


def before_nll(outlet: Outlet) -> Mismatch | None:
    """nll_loss and ctc_loss only add up the targets' entries: they want log-probabilities, which are never positive."""
    loss = outlet.loss.operation
    if outlet.probabilities or outlet.function in SQUASHED:
        text = f"{loss} receives probabilities without their logarithm: what it adds up is no log-likelihood."
        return Mismatch("missing-log", text, "log-softmax")
    if outlet.most("input_max") > 1e-3 or outlet.function == "":
        text = f"{loss} receives raw outputs instead of log-probabilities: the loss can fall without bound."
        return Mismatch("missing-log-softmax", text, "cross-entropy")
    return None


def before_kl(outlet: Outlet) -> Mismatch | None:
    """kl_div wants log-probabilities as its first argument."""
    if not outlet.probabilities:
        return None
    text = "kl_div receives probabilities as its first argument, which must hold log-probabilities."
    return Mismatch("missing-log", text, "log-softmax")


def before_bce(outlet: Outlet) -> Mismatch | None:
    """Probabilities come from a sigmoid; one softmax cannot answer yes to several labels at once."""
    if outlet.function == "" and not outlet.probabilities:
        text = (
            "binary_cross_entropy receives raw outputs of an affine layer, cut to 0...1 at best: a sigmoid is missing."
        )
        return Mismatch("logits-into-probability-loss", text, "bce-with-logits")
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
    "ctc_loss": before_nll,
    "kl_div": before_kl,
    "binary_cross_entropy": before_bce,
}
