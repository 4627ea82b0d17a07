"""Statistics of several calls as if their batches had been one."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch

from gainstage.observe import fill
from gainstage.observe.visits import Energy, Moments, Slopes, Slot, Visit

_COPIES = ("data", "input", "target")
_MOST_COPIES = 64


def pool(visit: Visit) -> None:
    """Gather into ``visit`` what its twins measured."""
    calls = [visit, *visit.twins]
    if len(calls) == 1:
        return
    # Weights of the parts are read before the moments are replaced.
    visit.slot_in = _slot([(call.slot_in, call.inputs) for call in calls])
    visit.slot_out = _slot([(call.slot_out, call.outputs) for call in calls])
    visit.slopes = _slopes(calls)
    visit.inputs = _moments([call.inputs for call in calls])
    visit.outputs = _moments([call.outputs for call in calls])
    parts = [call.largest for call in calls]
    whole = [part for part in parts if part is not None]
    visit.largest = torch.stack(whole).amax(0) if len(whole) == len(parts) else None
    visit.gate = any(call.gate for call in calls)
    for name in _COPIES:
        _join(visit, [call.extra.get(name) for call in calls[:_MOST_COPIES]], name)


def _moments(found: Sequence[Moments | None]) -> Moments | None:
    """Mean and variance over all rows of the parts; those of another width cannot be pooled and are left out."""
    parts = [part for part in found if part is not None and part.mean is not None and part.variance is not None]
    parts = [part for part in parts if part.units == parts[0].units]
    if not parts:
        return found[0]
    rows = np.array([part.rows for part in parts], dtype=np.float64)
    share = (rows / rows.sum())[:, None]
    means = np.stack([part.mean for part in parts if part.mean is not None]).astype(np.float64)
    variances = np.stack([part.variance for part in parts if part.variance is not None]).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = (share * means).sum(0)
        variance = (share * (variances + np.square(means - mean))).sum(0)
        signal, offset = float(np.sqrt(variance.mean())), float(np.sqrt(np.square(mean).mean()))
    return Moments(
        rows=int(rows.sum()),
        units=parts[0].units,
        examples=sum(part.examples for part in parts),
        whole=all(part.whole for part in parts),
        signal=signal,
        offset=offset,
        minimum=min(part.minimum for part in parts),
        maximum=max(part.maximum for part in parts),
        finite=all(part.finite for part in parts),
        mean=mean,
        variance=variance,
    )


def _slot(found: Sequence[tuple[Slot | None, Moments | None]]) -> Slot | None:
    """The RMS over all rows that a gradient reached."""
    heard = [(slot, moments.rows if moments is not None else 1) for slot, moments in found if slot and slot.energies]
    if not heard:
        return found[0][0]
    rows = sum(rows for _, rows in heard)
    square = sum(rows * slot.rms**2 for slot, rows in heard) / max(rows, 1)
    silent = min(energy.silent for slot, _ in heard for energy in slot.energies)
    return Slot([Energy(sqrt(square) if square >= 0 else square, silent)])


def _slopes(calls: Sequence[Visit]) -> Slopes | None:
    """E[f'] and E[f'^2] of each unit over all rows."""
    found = [(call.slopes, call.inputs.rows) for call in calls if call.slopes is not None and call.inputs is not None]
    parts = [(slopes.values, rows) for slopes, rows in found if slopes.values is not None]
    if not parts:
        return calls[0].slopes
    rows = np.array([rows for _, rows in parts], dtype=np.float64)
    values = np.stack([values for values, _ in parts])
    joined = (values * (rows / rows.sum())[:, None, None]).sum(0)
    joined[2] = values[:, 2].max(0)
    pooled = Slopes()
    fill.slopes([pooled], joined[None], best=found[0][0].best)
    return pooled


def _join(visit: Visit, copies: Sequence[torch.Tensor | None], name: str) -> None:
    """The small copies below one another."""
    parts = [copy for copy in copies if copy is not None]
    parts = [part for part in parts if part.shape[1:] == parts[0].shape[1:] and part.dtype is parts[0].dtype]
    if len(parts) > 1:
        visit.extra[name] = torch.cat(parts)
