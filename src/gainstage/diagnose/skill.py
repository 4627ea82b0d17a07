"""How much better than no network at all: the loss beside that of the best constant prediction."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from gainstage.diagnose.decibels import Array, middle
from gainstage.diagnose.learning import closing
from gainstage.diagnose.outlet import BINARY_LOSSES, Outlet, finite, outlets
from gainstage.diagnose.view import View

CLASS_LOSSES = ("cross_entropy", "nll_loss")
LEARNT = 0.5
SLIGHT = 0.1  # of what a constant prediction misses: within the noise of small batches
MEAN_ABSOLUTE = math.sqrt(2 / math.pi)  # E|x| of a Gaussian of unit variance


@dataclass(frozen=True, slots=True)
class Skill:
    """A loss before learning and at the end (mean over the last fifth of the steps) beside the ``baseline``'s.

    The baseline is the best prediction that ignores the input: the classes' shares, the targets' mean. It
    is nan for losses whose baseline is not known.
    """

    baseline: float
    start: float
    end: float
    error: float = 0.0  # standard error of ``end``: the noise of batches

    @property
    def value(self) -> float:
        """Explained share: 1 is a loss of zero, 0 no better than a constant, negative worse than that."""
        return 1 - self.end / self.baseline if self.baseline > 0 else float("nan")

    @property
    def learnt(self) -> bool:
        """Whether at least half of what a constant prediction misses is explained."""
        return self.value > LEARNT


def skill(outlet: Outlet) -> Skill:
    """The skill of the prediction that enters this loss."""
    values = per_entry(outlet)
    measured = np.isfinite(values)
    known = values[measured]
    start = middle(finite(values[outlet.view.early]))
    if not known.size:
        return Skill(constant_loss(outlet), start, float("nan"))
    last = known[-closing(outlet.view.steps[measured], 5) :]
    return Skill(constant_loss(outlet), start, float(np.mean(last)), float(np.std(last) / np.sqrt(last.size)))


def per_entry(outlet: Outlet) -> Array:
    """The loss's value at each sample as a mean, whatever its reduction; nan where it cannot be brought to one."""
    if outlet.loss.operation == "residual":
        return outlet.view.loss.astype(np.float64)
    values = outlet.view.signal(outlet.loss, "minimum")  # of a single number it is the number
    reductions = {
        str(kind) for kind in outlet.view.run.signal_extra(outlet.loss.index, "reduction") if kind is not None
    }
    if reductions <= {"mean"}:
        return values
    if reductions != {"sum"}:
        return np.full_like(values, np.nan)
    rows = outlet.view.run.step("examples")
    return values / (rows if outlet.loss.operation in CLASS_LOSSES else rows * outlet.numbers("target_width"))


def constant_loss(outlet: Outlet) -> float:
    """The loss of the best constant prediction, in the unit of the loss."""
    operation = outlet.loss.operation
    if operation in CLASS_LOSSES:
        return entropy(class_counts(outlet))
    if operation in BINARY_LOSSES:
        share = middle(finite(outlet.numbers("target_mean")))
        return entropy(np.array([1 - share, share])) if 0 <= share <= 1 else float("nan")
    spread = target_spread(outlet)
    if operation == "mse_loss" or squared_residual(outlet):
        return spread**2
    if operation == "l1_loss":
        return MEAN_ABSOLUTE * spread
    if operation in ("smooth_l1_loss", "huber_loss"):
        return min(0.5 * spread**2, MEAN_ABSOLUTE * spread)
    return float("nan")


def squared_residual(outlet: Outlet) -> bool:
    """Whether a hand-written loss is the mean of its squared residual, told by its value."""
    if outlet.loss.operation != "residual":
        return False
    power = outlet.view.signal(outlet.loss, "signal") ** 2 + outlet.view.signal(outlet.loss, "offset") ** 2
    return bool(middle(finite(np.abs(power / outlet.view.loss - 1))) < 0.01)


def target_spread(outlet: Outlet) -> float:
    """Standard deviation of the targets over all samples: within the batches and between them."""
    within = finite(outlet.numbers("target_std"))
    means = finite(outlet.numbers("target_mean"))
    if not within.size:
        return float("nan")
    return float(np.sqrt(np.mean(within**2) + (np.var(means) if means.size else 0.0)))


def output_scale(outlet: Outlet) -> float:
    """The largest magnitude of the first sampled prediction."""
    low, high = finite(outlet.numbers("input_min")), finite(outlet.numbers("input_max"))
    return float(max(abs(low[0]), abs(high[0]))) if low.size and high.size else math.nan


def target_size(outlet: Outlet) -> float:
    """RMS of the targets over all samples."""
    return math.hypot(outlet.typical("target_mean"), target_spread(outlet))


def class_counts(outlet: Outlet) -> Array:
    """How often each class was seen as a target over all samples; empty when unknown."""
    return total(outlet.view.run.signal_extra(outlet.loss.index, "class_counts"))


def predicted_counts(outlet: Outlet) -> Array:
    """How often each class was the largest output over the last third of the samples; empty when unknown."""
    counts = outlet.view.run.signal_extra(outlet.loss.index, "predicted_counts")
    return total([listed for listed, late in zip(counts, outlet.view.late, strict=True) if late])


def total(counts: Sequence[Any]) -> Array:
    """The sum of lists of unequal length (or their JSON)."""
    summed: list[float] = []
    for entry in counts:
        listed: Any = json.loads(entry) if isinstance(entry, str) else entry or []
        summed += [0.0] * (len(listed) - len(summed))
        for place, count in enumerate(listed):
            summed[place] += count
    return np.array(summed)


def entropy(counts: Array) -> float:
    """Entropy in nats of the shares that ``counts`` are of their sum; nan when there is nothing to count."""
    total = counts.sum() if counts.size else 0.0
    if not total > 0:
        return float("nan")
    shares = counts[counts > 0] / total
    return float(-(shares * np.log(shares)).sum())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the training. ``skill`` is nan where no baseline is known."""

    skill: float
    fell: bool  # the loss, by more than its noise and 1 %
    change: float  # of the loss, relative: -0.5 is half of it gone
    broke: bool  # the last sampled loss is not finite

    @property
    def learnt(self) -> bool:
        """Whether at least half of what a constant prediction misses is explained."""
        return self.skill > LEARNT

    @property
    def done(self) -> bool:
        """Flat because there is nothing left to learn."""
        return self.skill > 0.9

    @property
    def failed(self) -> bool:
        """The loss did not fall, ended non-finite, or is about that of a constant prediction."""
        return not self.done and (self.broke or not self.fell or self.skill <= SLIGHT)


@lru_cache(maxsize=1)  # many rules ask it of one run
def outcome_of(view: View) -> Outcome:
    """The outcome of the run, by the best known of its losses."""
    known = [skill(outlet).value for outlet in outlets(view)]
    known = [value for value in known if math.isfinite(value)]
    loss = view.loss
    broke = bool(loss.size and not np.isfinite(loss[-1]))
    return Outcome(max(known, default=math.nan), view.learning.decreasing, view.learning.relative_change, broke)


def supervised(view: View) -> bool:
    """One optimizer and a loss that compares with targets: the settings in which a loss is meant to fall."""
    optimizers = {step.optimizer for step in view.run.steps}
    return len(optimizers) == 1 and bool(view.losses) and not bool(np.any(view.loss < 0))
