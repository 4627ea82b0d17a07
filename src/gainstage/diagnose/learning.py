"""How the training went as a whole, and which samples show the start and which the present state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gainstage.diagnose.decibels import Array, middle
from gainstage.record.run import Run

Mask = NDArray[np.bool_]
FEWEST = 5  # samples of which a median is worth something
UNCHANGED = 0.01  # weights that moved by less than 1 % still are the initialisation


@dataclass(frozen=True, slots=True)
class Learning:
    """The sampled loss in five numbers: ``start`` is the median of the first fifth of the samples, ``end`` of the
    last fifth of the steps.

    ``noise`` is the median absolute deviation of the differences between neighbouring samples; ``relative_change``
    is ``(end - start) / |start|``, negative when the loss fell, and ``uncertainty`` that of the medians' difference in
    the same unit (two standard errors). ``decreasing``: it fell by more than the uncertainty and by more than 1 %.
    """

    start: float
    end: float
    relative_change: float
    noise: float
    decreasing: bool
    samples: int
    uncertainty: float = 0.0


def learning(run: Run) -> Learning:
    """The learning of the first optimizer (of several, as in a GAN, each has its own loss)."""
    first = run.steps[0].optimizer if run.steps else ""
    loss = np.array([step.loss for step in run.steps if step.optimizer == first], dtype=float)
    loss = loss[np.isfinite(loss)]
    if loss.size == 0:
        return Learning(np.nan, np.nan, np.nan, np.nan, False, 0)
    steps = np.array([step.step for step in run.steps if step.optimizer == first and np.isfinite(step.loss)])
    first_ones, last_ones = max(1, loss.size // 5), closing(steps, 5)
    start, end = float(np.median(loss[:first_ones])), float(np.median(loss[-last_ones:]))
    differences = np.diff(loss)
    noise = middle(np.abs(differences - np.median(differences))) if differences.size else 0.0
    # 1.48 MAD is a standard deviation; a difference has sqrt(2) times a sample's, a median of k 1.25 / sqrt(k) of it.
    uncertainty = 2 * 1.25 * np.sqrt(1 / first_ones + 1 / last_ones) * 1.48 * noise / np.sqrt(2)
    change = (end - start) / abs(start) if start else np.nan
    decreasing = bool(start - end > max(uncertainty, 0.01 * abs(start)))
    relative = float(uncertainty / abs(start)) if start else np.nan
    return Learning(start, end, float(change), noise, decreasing, int(loss.size), relative)


def early(run: Run) -> Mask:
    """Samples that show the initialisation: the first, and of steps 1 and 2 those before the weights really moved."""
    mask = np.zeros(len(run.steps), dtype=bool)
    if not run.steps:
        return mask
    mask[0] = True
    moved = 0.0
    for position in range(1, min(3, len(run.steps))):
        moved += _largest_move(run, position - 1)
        if run.steps[position].step > 2 or not moved <= UNCHANGED:
            break
        mask[position] = True
    return mask


def late(run: Run) -> Mask:
    """Samples that show the present state: the last third of the steps; with a finite loss if the run ended without."""
    count = len(run.steps)
    mask = np.zeros(count, dtype=bool)
    steps = np.array([step.step for step in run.steps])
    mask[count - closing(steps, 3) :] = count > 0
    loss = np.array([step.loss for step in run.steps], dtype=float)
    finite = np.isfinite(loss)
    if count and not finite[-1] and finite.any():
        usable = np.flatnonzero(finite)
        mask[:] = False
        mask[usable[-closing(steps[usable], 3) :]] = True
    return mask


def closing(steps: NDArray[Any], parts: int) -> int:
    """How many of the last samples lie in the last of ``parts`` equal parts of the run; at least five if there are.

    Samples lie densely at the start and sparsely at the end: a third of the samples may be two thirds of the run.
    """
    if not steps.size:
        return 0
    share = int((steps > steps[-1] - (steps[-1] - steps[0]) / parts).sum())
    return min(max(share, FEWEST), max(1, steps.size // parts))


def _largest_move(run: Run, position: int) -> float:
    """Largest update ratio of a weight (2-D and up: a bias that starts at zero moves infinitely) at one sample."""
    ratios = [run.update(p.index, "ratio")[position] for p in run.parameters if len(p.shape) > 1]
    measured: Array = np.array([r for r in ratios if not np.isnan(r)])
    return float(measured.max()) if measured.size else 0.0
