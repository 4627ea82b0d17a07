"""How far the parameters move, and how much of the loss that can change: the learning rate, freed of every unit.

To first order one step changes the loss by the share

    |predicted change| / loss  =  update ratio x steepness x (how well the step follows the gradient)

where the *update ratio* is the size of the step over that of the weights and the *steepness* |g| |w| / loss is what
rewriting the weights once by their own size would do to the loss. The learning rate is in the first alone; an
explosion, unscaled inputs or a blocked gradient are in the second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import Array, middle
from gainstage.diagnose.view import View
from gainstage.record.schema import Parameter


@dataclass(frozen=True, slots=True)
class Motion:
    """One value per sample, shape (samples,); nan where it was not measured.

    ``ratio``: RMS of the update over RMS of the weights, all trainable parameters together, except those that
    started at zero, whose first steps are infinite in this measure. ``steepness`` and ``change`` are as above,
    ``change`` without its sign.
    """

    ratio: Array
    steepness: Array
    change: Array
    steps: Array

    @property
    def span(self) -> int:
        """Optimizer steps from the first to the last sample, both counted."""
        return int(self.steps[-1] - self.steps[0]) + 1 if self.steps.size else 0

    @property
    def total_change(self) -> float:
        """Share of the loss that all steps together could have changed, to first order."""
        return self._integral(self.change)

    @property
    def total_ratio(self) -> float:
        """How often the weights could have been rewritten by the run's steps together."""
        return self._integral(self.ratio)

    def _integral(self, values: Array) -> float:
        usable = np.isfinite(values)
        if not usable.any():
            return math.nan
        at, height = self.steps[usable], values[usable]
        between = float(np.sum(np.diff(at) * (height[1:] + height[:-1]) / 2))
        return between + float(height[-1])


def motion(view: View) -> Motion:
    """The motion of all parameters together."""
    parameters = [p for p in view.run.parameters if p.trainable and not p.tied_to and not from_zero(view, p)]
    count = len(view.run.steps)
    weights, updates, gradients = np.zeros(count), np.zeros(count), np.zeros(count)
    for parameter in parameters:
        size = math.prod(parameter.shape)
        moved = np.isfinite(view.update(parameter, "update"))
        with np.errstate(over="ignore"):  # an exploding training: infinity is the answer
            weights += np.where(moved, size * view.update(parameter, "weight") ** 2, 0.0)
            updates += np.where(moved, size * view.update(parameter, "update") ** 2, 0.0)
            gradients += np.nan_to_num(view.update(parameter, "gradient")) ** 2
    loss = np.abs(view.loss)
    with np.errstate(all="ignore"):
        ratio = np.where(weights > 0, np.sqrt(updates / weights), np.nan)
        steepness = np.where(weights > 0, np.sqrt(gradients * weights) / loss, np.nan)
        change = np.abs(view.run.step("predicted_change")) / loss
    if np.any(view.loss <= 0):  # no floor at zero (a policy gradient): its size is no measure of what is left to gain
        change = np.full(count, np.nan)
    return Motion(ratio, steepness, change, view.steps)


def from_zero(view: View, parameter: Parameter) -> bool:
    """Whether the parameter was zero when it was first seen."""
    sizes = view.update(parameter, "weight")
    sizes = sizes[np.isfinite(sizes)]
    return bool(sizes.size and sizes[0] == 0)


def starting(view: View, values: Array) -> float:
    """The median of ``values`` before learning changed the network; of the first measured sample failing that."""
    early = middle(values[view.early])
    measured = values[np.isfinite(values)]
    return early if math.isfinite(early) or not measured.size else float(measured[0])
