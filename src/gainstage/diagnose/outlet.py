"""Where a prediction enters a loss: what made it, which values it takes, and which targets it is to reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import Array, middle
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.record.schema import Site

INFINITY = float("inf")
LOGIT_LOSSES = ("cross_entropy", "binary_cross_entropy_with_logits", "multilabel_soft_margin_loss")
BINARY_LOSSES = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
REGRESSION_LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "residual")
SQUASHING = ("sigmoid", "hardsigmoid", "logsigmoid", "softmax", "log_softmax")
RECTIFIERS = ("relu", "relu6", "relu_squared", "threshold")
# Operations between the last activation and the loss that leave the values what they are.
KEEPS_VALUES = frozenset(
    {
        *("view", "view_as", "reshape", "flatten", "unflatten", "squeeze", "squeeze_", "unsqueeze", "permute"),
        *("transpose", "t", "T", "mT", "contiguous", "clone", "to", "type", "type_as", "float", "double", "half"),
        *("bfloat16", "cpu", "getitem", "__getitem__", "select", "narrow", "cat", "stack", "gather", "ravel"),
        *("clamp", "clamp_", "clip", "masked_select", "index_select", "alias", "identity", "movedim", "chunk"),
    }
)
# Image of an activation whose values a loss may receive; every other function reaches the whole line.
RANGES: dict[str, tuple[float, float]] = {
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "softmin": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "erf": (-1.0, 1.0),
    "sin": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "relu": (0.0, INFINITY),
    "relu6": (0.0, 6.0),
    "relu_squared": (0.0, INFINITY),
    "softplus": (0.0, INFINITY),
    "exp": (0.0, INFINITY),
    "elu": (-1.0, INFINITY),
    "celu": (-1.0, INFINITY),
    "selu": (-1.7581, INFINITY),
    "gelu": (-0.17, INFINITY),
    "silu": (-0.2785, INFINITY),
    "mish": (-0.3089, INFINITY),
    "hardswish": (-0.375, INFINITY),
    "logsigmoid": (-INFINITY, 0.0),
    "log_softmax": (-INFINITY, 0.0),
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """One loss with what feeds it.

    ``producer`` is the site that made the prediction, ``function`` its activation: "" when it is affine, "custom"
    when arithmetic lies between it and the loss or its formula is unknown.
    """

    view: View
    loss: Site
    producer: Site | None
    function: str
    stage: Stage | None

    def numbers(self, key: str) -> Array:
        """What the loss recorded under ``key``, shape (samples,); nan where missing."""
        values = self.view.run.signal_extra(self.loss.index, key)
        return np.array([np.nan if value is None or isinstance(value, str) else float(value) for value in values])

    def least(self, key: str) -> float:
        """The smallest value over the samples, nan without any."""
        return float(np.min(kept)) if (kept := finite(self.numbers(key))).size else float("nan")

    def most(self, key: str) -> float:
        """The largest value over the samples, nan without any."""
        return float(np.max(kept)) if (kept := finite(self.numbers(key))).size else float("nan")

    def typical(self, key: str) -> float:
        """The median over the samples, nan without any."""
        return middle(finite(self.numbers(key)))

    @property
    def steps(self) -> list[int]:
        """Steps at which the loss was seen."""
        return [
            int(step) for step, width in zip(self.view.steps, self.numbers("input_max"), strict=True) if width == width
        ]

    @property
    def place(self) -> tuple[Site, ...]:
        """The sites to point at: what made the prediction, and the loss."""
        return (self.loss,) if self.producer is None else (self.producer, self.loss)

    @property
    def range(self) -> tuple[float, float]:
        """The image of the last function, ``(-inf, inf)`` where it is unknown or the whole line."""
        parameters = self.producer.parameters if self.producer else {}
        if self.function == "hardtanh":
            return float(parameters.get("min_val", -1.0)), float(parameters.get("max_val", 1.0))
        return RANGES.get(self.function, (-INFINITY, INFINITY))

    @property
    def reach(self) -> tuple[float, float]:
        """What the loss can bring the prediction to: probabilities for a binary cross-entropy, else :attr:`range`."""
        return (0.0, 1.0) if self.loss.operation in BINARY_LOSSES else self.range

    @property
    def probabilities(self) -> bool:
        """Whether every row received was a distribution: not negative, summing to one, over several classes."""
        sums = self.least("row_sum_min"), self.most("row_sum_max")
        whole = abs(sums[0] - 1) < 1e-3 and abs(sums[1] - 1) < 1e-3
        return bool(self.typical("input_width") > 1 and self.least("input_min") >= 0 and whole)

    @property
    def out_of_reach(self) -> float:
        """Share of the targets' span outside :attr:`reach`, 0...1; 1 when even their mean is, by their deviation."""
        (low, high), least, most = self.reach, self.least("target_min"), self.most("target_max")
        if np.isnan(least) or np.isnan(most):
            return 0.0
        mean, deviation = self.typical("target_mean"), self.typical("target_std")
        if mean < low - deviation or mean > high + deviation or (least == most and not low <= least <= high):
            return 1.0
        span = max(most - least, float(np.finfo(float).tiny))
        return (max(low - least, 0.0) + max(most - high, 0.0)) / span


def outlets(view: View) -> Iterator[Outlet]:
    """Every recorded loss of the run."""
    stages = {site.index: stage for stage in view.stages for site in (stage.site, *stage.followers)}
    sites = {site.index: site for site in view.run.sites}
    for loss in view.losses:
        sources = [sites[index] for index in loss.sources if index in sites and sites[index].kind != "input"]
        producer = max(sources, key=lambda site: site.index, default=None)
        stage = stages.get(producer.index) if producer else None
        yield Outlet(view, loss, producer, last_function(producer, loss), stage)


def last_function(producer: Site | None, loss: Site) -> str:
    """The activation whose values reach the loss unchanged."""
    if producer is None or not KEEPS_VALUES.issuperset(loss.via):
        return "custom"
    if producer.kind == "activation":
        return producer.function or "custom"
    return "" if producer.kind == "affine" else "custom"


def rectifier_below(outlet: Outlet) -> Site | None:
    """The rectifier whose output goes straight into the last function: ``sigmoid(relu(x))``."""
    if outlet.producer is None or outlet.function not in SQUASHING or not KEEPS_VALUES.issuperset(outlet.producer.via):
        return None
    sites = {site.index: site for site in outlet.view.run.sites}
    below = [sites[index] for index in outlet.producer.sources if index in sites]
    return below[0] if len(below) == 1 and below[0].function in RECTIFIERS else None


def finite(values: Array) -> Array:
    """The finite ones."""
    return values[np.isfinite(values)]
