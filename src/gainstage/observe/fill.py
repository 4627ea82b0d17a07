"""From reduced arrays to the numbers of each sample; a whole group at a time, since a layer at a time is slow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gainstage.observe.visits import Array, Energy, Moments, Slopes

_SATURATED = 0.01  # of the best transmission: 20 dB down
_PASSES = 1e-8  # of the best transmission: 80 dB down, which Adam still makes full steps of


def moments(targets: Sequence[Moments], values: Array) -> None:
    """``values``: (samples, 4, units) with mean, variance, minimum and maximum over the rows."""
    with np.errstate(over="ignore", invalid="ignore"):
        signals = np.sqrt(values[:, 1].mean(1, dtype=np.float64)).tolist()
        offsets = np.sqrt(np.square(values[:, 0], dtype=np.float64).mean(1)).tolist()
        least, most = values[:, 2].min(1).tolist(), values[:, 3].max(1).tolist()
        finite = np.all(np.isfinite(values[:, 0]), axis=1).tolist()
    for position, target in enumerate(targets):
        target.mean, target.variance = values[position, 0], values[position, 1]
        target.signal, target.offset = signals[position], offsets[position]
        target.minimum, target.maximum = least[position], most[position]
        target.finite = finite[position]


def energies(targets: Sequence[Energy], values: Array) -> None:
    """``values``: (samples, units) mean squares of gradients."""
    levels = np.sqrt(values.mean(1, dtype=np.float64)).tolist()
    silent = np.count_nonzero(values == 0, axis=1).tolist()
    for target, level, count in zip(targets, levels, silent, strict=True):
        target.rms, target.silent = level, count


def slopes(targets: Sequence[Slopes], values: Array, *, best: float) -> None:
    """``values``: (samples, 3 or 4, units) with E[f'], E[f'^2], whether any row passes; ``best`` is sup f'^2.

    The fourth row is E[f'^2] in float32, where the network computes in sixteen bits.
    """
    values = values.astype(np.float64, copy=False)
    mean, square, alive = values[:, 0], values[:, 1], values[:, 2] > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        bent = np.where(square > 0, 1 - mean**2 / square, 0.0).sum(1) / (square > 0).sum(1)
    saturated = ((square < _SATURATED * best) & alive).sum(1).tolist()
    silent = (~alive).sum(1).tolist()
    transmissions = square.mean(1).tolist()
    for position, target in enumerate(targets):
        target.transmission, target.nonlinearity = transmissions[position], float(bent[position])
        target.saturated, target.silent_count = saturated[position], silent[position]
        target.silent = ~alive[position]
        target.values, target.best = values[position], best
        if values.shape[1] > 3:
            target.holes = int((~alive[position] & (values[position, 3] > _PASSES * best)).sum())
