"""Which part of a tensor is looked at: units in columns, examples in rows, at most a few thousand entries.

A systematic sample without any random number: rows at a fixed stride, coprime to the sequence length so that
not the same position of every sequence is picked. Of images short runs of neighbours are taken: memory comes in
lines of sixteen numbers, and to touch a line for each number would cost ten times as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, gcd, prod

import torch

ENTRIES = 8_192
FEWEST_ROWS = 32
MOST_ROWS = 256
_RUN = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """How to cut one shape: ``whole`` says that nothing is left out."""

    rows: int
    units: int
    examples: int  # of the batch (first dimension, times positions where the unit is the last one)
    stride: int  # between rows, where the unit is the last dimension
    slices: tuple[slice, ...]  # otherwise
    unit_dim: int
    whole: bool


@lru_cache(maxsize=4096)
def plan(shape: tuple[int, ...], unit_dim: int, share: int = 1) -> Plan:
    """The cut for a shape whose dimension ``unit_dim`` counts the units (-1: last); ``share`` thins it further."""
    if len(shape) < 2:
        count = shape[0] if shape else 1
        stride = ceil(count / ENTRIES) if count else 1
        return Plan(len(range(0, count, stride)), 1, count, stride, (), -1, stride == 1)
    unit_dim %= len(shape)
    units = shape[unit_dim]
    wanted = min(max(ENTRIES // max(units, 1), FEWEST_ROWS), MOST_ROWS) // share
    if unit_dim == len(shape) - 1:
        count = prod(shape[:-1])
        stride = _coprime(ceil(count / wanted) if count else 1, shape[-2] if len(shape) > 2 else 1)
        return Plan(len(range(0, count, stride)), units, count, stride, (), unit_dim, stride == 1)
    slices = _grid(shape, unit_dim, wanted)
    taken = [len(range(size)[part]) for size, part in zip(shape, slices, strict=True)]
    examples = shape[0] if unit_dim else shape[1] if len(shape) == 2 else 1
    return Plan(prod(taken) // max(units, 1), units, examples, 0, slices, unit_dim, tuple(taken) == shape)


def _coprime(stride: int, length: int) -> int:
    while stride > 1 and length > 1 and gcd(stride, length) > 1:
        stride += 1
    return stride


def _grid(shape: tuple[int, ...], unit_dim: int, wanted: int) -> tuple[slice, ...]:
    """Slices for (examples, channels, positions...): prefer many examples, then spread positions."""
    examples = min(shape[0], 32) if unit_dim else 1  # units first: an unbatched image, or examples in columns
    keep = max(wanted // max(examples, 1), 1)
    positions = [dim for dim in range(1, len(shape)) if dim != unit_dim]
    slices = {0: slice(0, None, max(ceil(shape[0] / max(examples, 1)), 1)), unit_dim: slice(None)}
    if len(positions) > 1:
        last = positions.pop()
        run = min(shape[last], _RUN, keep)
        start = (shape[last] - run) // 2
        slices[last] = slice(start, start + run)
        keep //= max(run, 1)
    each = max(int(keep ** (1 / max(len(positions), 1))), 1)
    for dim in positions:
        stride = max(ceil(shape[dim] / each), 1)
        slices[dim] = slice(stride // 2, None, stride)
    return tuple(slices[dim] for dim in range(len(shape)))


def cut(tensor: torch.Tensor, unit_dim: int, share: int = 1) -> tuple[torch.Tensor, Plan]:
    """A detached view (or copy) of shape (rows..., units), and the plan it was cut by.

    Whoever keeps it must copy it at once: an in-place activation may overwrite the tensor a microsecond later.
    """
    chosen = plan(tensor.shape, unit_dim, share)
    tensor = tensor.detach()
    if tensor.dim() < 2:
        return tensor.reshape(-1, 1)[:: chosen.stride], chosen
    if chosen.slices:
        return tensor[chosen.slices].movedim(chosen.unit_dim, -1), chosen
    if tensor.is_contiguous():
        return tensor.as_strided((chosen.rows, chosen.units), (chosen.stride * chosen.units, 1)), chosen
    flat = tensor if tensor.dim() == 2 else tensor.reshape(-1, chosen.units)
    return flat[:: chosen.stride], chosen
