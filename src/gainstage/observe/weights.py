"""The parameters: how large, how they move, what gradient they get.

The whole gradient's norm is read; weights and their changes are followed on at most 1,024 entries each, so
that a 100-million-parameter network costs no copy of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from gainstage.observe import shards
from gainstage.record.schema import NAN, Update

ENTRIES = 1024
_RUNS = 16
_ROWS = 64
_CHUNK = 64  # parameters at a time: their numbers stay in the processor's cache
_BLOCK = 1 << 18  # entries of a weight at a time
_Vector = np.ndarray[Any, np.dtype[np.floating[Any]]]
_Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(slots=True)
class Snapshot:
    """A few entries of each parameter before a step, and later of its gradient, in one vector each.

    ``tensors`` are what this process holds of the ``parameters``: the same, or its shards.
    """

    parameters: list[torch.Tensor]
    tensors: list[torch.Tensor]
    sizes: list[int]
    values: _Vector
    row_sums: dict[int, _Vector] = field(default_factory=dict)
    thorough: bool = False
    gradients: _Vector = field(default_factory=lambda: np.zeros(0))
    norms: list[float | None] = field(default_factory=list)
    one_sign: dict[int, float] = field(default_factory=dict)


def look(tensors: Iterable[torch.Tensor], thorough: bool) -> Snapshot:
    """The weights before a step; ``thorough`` also tells equal rows apart, which costs a pass over them."""
    pairs = [(tensor, part) for tensor in tensors if _plain(part := shards.local(tensor))]
    pairs.sort(key=lambda pair: pair[1].numel() <= ENTRIES)
    kept = [part for _, part in pairs]
    sizes = [min(tensor.numel(), ENTRIES) for tensor in kept]
    snapshot = Snapshot([tensor for tensor, _ in pairs], kept, sizes, _entries(kept))
    snapshot.thorough = thorough
    if thorough:
        for position, tensor in enumerate(kept):
            if tensor.dim() >= 2:
                snapshot.row_sums[position] = _row_sums(tensor.detach().flatten(1)).cpu().double().numpy()
    return snapshot


def read_gradients(snapshot: Snapshot, given: Mapping[int, torch.Tensor] = MappingProxyType({})) -> None:
    """The gradients that the step used, or is about to use; ``given`` are those that no ``.grad`` holds."""
    found = [given.get(id(tensor), tensor.grad) for tensor in snapshot.parameters]
    gradients = [None if gradient is None else shards.local(gradient) for gradient in found]
    snapshot.norms = _norms(gradients)
    dense = [None if gradient is None or gradient.is_sparse else gradient for gradient in gradients]
    pairs = list(zip(dense, snapshot.tensors, strict=True))
    snapshot.gradients = _entries([tensor if gradient is None else gradient for gradient, tensor in pairs])
    ends = np.cumsum(snapshot.sizes)
    for position, gradient in enumerate(dense):
        if gradient is None:
            snapshot.gradients[ends[position] - snapshot.sizes[position] : ends[position]] = 0
    if snapshot.thorough:
        for position, gradient in enumerate(gradients):
            if gradient is not None and gradient.dim() >= 2 and not gradient.is_sparse:
                snapshot.one_sign[position] = _one_sign(gradient)


def moved(snapshot: Snapshot) -> bool:
    """Have the weights changed since?"""
    return bool((_entries(snapshot.tensors) != snapshot.values).any())


def compare(snapshot: Snapshot, step: int, indices: Sequence[int]) -> tuple[list[Update], float]:
    """What the step did: one record per parameter, and the first-order change of the loss, gradient · update."""
    if not snapshot.tensors:
        return [], 0.0
    updates: list[Update] = []
    predicted, position, start = 0.0, 0, 0
    for first in range(0, len(snapshot.tensors), _CHUNK):
        part = slice(first, first + _CHUNK)
        sizes = np.array(snapshot.sizes[part])
        stretch = slice(start, start := start + int(sizes.sum()))
        after = _entries(snapshot.tensors[part])
        columns, aligned = _changes(snapshot.values[stretch], after, snapshot.gradients[stretch], sizes)
        for row in zip(*columns, strict=True):
            updates.append(_record(snapshot, position, step, indices[position], row))
            if snapshot.norms[position] is not None:
                predicted += aligned[position - first] * snapshot.tensors[position].numel() / snapshot.sizes[position]
            position += 1
    return updates, predicted


def _changes(
    before: _Vector, after: _Vector, gradients: _Vector, sizes: _Counts
) -> tuple[list[list[float]], list[float]]:
    """Of parameters with ``sizes`` entries each: RMS, largest, mean, update, ratio; and gradient · update."""
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    with np.errstate(all="ignore"):
        values = before.astype(np.float64)
        change = after - values
        rms = np.sqrt(np.add.reduceat(values**2, starts) / sizes)
        update = np.sqrt(np.add.reduceat(change**2, starts) / sizes)
        largest = np.maximum.reduceat(np.abs(values), starts)
        mean = np.add.reduceat(values, starts) / sizes
        columns = [column.tolist() for column in (rms, largest, mean, update, update / rms)]
        return columns, np.add.reduceat(change * gradients, starts).tolist()


def _record(
    snapshot: Snapshot, position: int, step: int, index: int, measured: tuple[float, float, float, float, float]
) -> Update:
    rms, largest, mean, update, ratio = measured
    norm = snapshot.norms[position]
    return Update(
        step=step,
        parameter=index,
        weight=rms,
        largest=largest,
        mean=mean,
        gradient=NAN if norm is None else norm,
        update=update,
        ratio=ratio,
        one_sign=snapshot.one_sign.get(position, NAN),
        distinct=_distinct(snapshot.row_sums.get(position)),
        has_gradient=norm is not None,
        nonfinite=int(not isfinite(mean)),
        nonfinite_gradient=int(norm is not None and not isfinite(norm)),
    )


def _one_sign(gradient: torch.Tensor) -> float:
    """Mean over units of |sum g| / sum |g| along a unit's weights: 1 when they all share one sign."""
    rows = gradient.detach()[:_ROWS].reshape(min(_ROWS, gradient.shape[0]), -1).float()
    total = rows.abs().sum(1)
    signs = (rows.sum(1).abs() / total)[total > 0]
    return float(signs.mean()) if signs.numel() else float("nan")


def _distinct(row_sums: _Vector | None) -> int:
    if row_sums is None:
        return -1
    largest = float(np.abs(row_sums).max())
    if not isfinite(largest):
        return -1
    return int(np.unique(np.round(row_sums / max(largest, 1e-300), 6)).size)


def _plain(tensor: torch.Tensor) -> bool:
    return (
        type(tensor) in (torch.Tensor, torch.nn.Parameter)
        and tensor.is_floating_point()
        and tensor.numel() > 0
        and tensor.layout == torch.strided
        and tensor.device.type != "meta"
        and not shards.is_emptied(tensor)
    )


def _entries(tensors: Sequence[torch.Tensor]) -> _Vector:
    """At most 1,024 entries of each, the large ones first: two read-backs where they share device and dtype."""
    with torch.no_grad():
        large = [_runs(tensor) for tensor in tensors if tensor.numel() > ENTRIES]
        small = [tensor.reshape(-1) for tensor in tensors if tensor.numel() <= ENTRIES]
        found = [_host(part).reshape(-1) for parts in (large, small) for part in _joined(parts)]
    return np.concatenate(found) if found else np.zeros(0)


def _joined(parts: list[torch.Tensor]) -> list[torch.Tensor]:
    """All parts as one where they can be joined."""
    return [torch.cat(parts)] if len({(part.device, part.dtype) for part in parts}) == 1 else parts


def _host(entries: torch.Tensor) -> _Vector:
    """In the precision they have, since a copy in double of a thousand layers is large; half precision in single."""
    half = entries.dtype in (torch.float16, torch.bfloat16)
    return (entries.float() if half else entries).cpu().numpy()


def _runs(tensor: torch.Tensor) -> torch.Tensor:
    """Runs of neighbours, since memory comes in lines of sixteen numbers, spread over the whole tensor."""
    flat = tensor if tensor.is_contiguous() else tensor.reshape(-1)
    if tensor.numel() <= ENTRIES:
        return flat.reshape(-1)
    return flat.as_strided((_RUNS, ENTRIES // _RUNS), (_spread(tensor.numel()), 1)).reshape(-1)


def _spread(count: int) -> int:
    """The distance between runs; odd, so that not every run begins in the same column of a matrix."""
    spread = (count - ENTRIES // _RUNS) // (_RUNS - 1)
    return spread - 1 + spread % 2


def _norms(gradients: Sequence[torch.Tensor | None]) -> list[float | None]:
    """L2 norm of each gradient, ``None`` where there is none; one read-back per device."""
    dense = [
        gradient.detach().coalesce().values() if gradient.is_sparse else gradient.detach()
        for gradient in gradients
        if gradient is not None
    ]
    if not dense:
        return [None] * len(gradients)
    norms = torch._foreach_norm(dense)
    devices = {norm.device for norm in norms}
    read = torch.stack([norm.float() for norm in norms]).tolist() if len(devices) == 1 else [float(n) for n in norms]
    values = iter(read)
    return [None if gradient is None else next(values) for gradient in gradients]


def _row_sums(matrix: torch.Tensor) -> torch.Tensor:
    """Sums under fixed, irregular weights: equal rows have equal sums, and no random number is drawn."""
    length = matrix.shape[1]
    wave = torch.cos(torch.arange(length, dtype=torch.float32, device=matrix.device) * 12.9898 + 0.5).to(matrix.dtype)
    blocks = matrix.split(max(1, _BLOCK // max(length, 1)))
    return torch.cat([(block * wave).sum(1) for block in blocks])
