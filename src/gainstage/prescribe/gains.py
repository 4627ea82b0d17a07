"""Numbers that remedies are made of: the gain a stage needs, the gain it has, the gradient's norm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gainstage.diagnose.stage import Stage
from gainstage.errors import GainstageError
from gainstage.functions import get
from gainstage.record.run import Run
from gainstage.theory.gains import initial_gain

LARGEST_GAIN = 4.0  # a sigmoid's; a function that is nearly flat would ask for more than any layer can use


def gain_of(stage: Stage, function: str = "") -> float:
    """What the stage's activation, or another, needs; 1 for an output and for what the catalogue does not know."""
    if stage.is_output or stage.activation is None:
        return 1.0
    parameters = {} if function else stage.activation.parameters
    try:
        return min(initial_gain(get(function or stage.function, parameters)), LARGEST_GAIN)
    except GainstageError:
        return 1.0


def missing_factor(run: Run, stage: Stage, *, last: bool = False) -> float | None:
    """The gain that is needed over the one at the first sample, or at the last; None where it was not measured."""
    parameter = run.parameter(stage.site.weight)
    if parameter is None or parameter.tied_to:
        return None
    sizes = run.update(parameter.index, "weight")
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size:
        return None
    return gain_of(stage) / (float(sizes[-1 if last else 0]) * math.sqrt(max(stage.site.fan_in, 1)))


def gradient_norms(run: Run) -> NDArray[np.float64]:
    """The norm of the whole gradient at each sample, shape (samples,); nan where nothing was measured."""
    total = np.zeros(len(run.steps))
    for parameter in run.parameters:
        size = run.update(parameter.index, "gradient")
        total += np.nan_to_num(size, nan=0.0, posinf=np.inf) ** 2 * math.prod(parameter.shape)
    return np.where(total > 0, np.sqrt(total), np.nan)
