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
    window: tuple[tuple[int, ...], tuple[int, ...], int] = ((), (), 0)  # as sizes, strides, offset of contiguous data


@lru_cache(maxsize=4096)
def plan(shape: tuple[int, ...], unit_dim: int, share: int = 1) -> Plan:
    """The cut for a shape whose dimension ``unit_dim`` counts the units (-1: last); ``share`` thins it further."""
    if len(shape) < 2:
        count = shape[0] if shape else 1
        stride = ceil(count / ENTRIES) if count else 1
        return Plan(len(range(0, count, stride)), 1, count, stride, (), -1, stride == 1)
    unit_dim %= len(shape)
    units = shape[unit_dim]
    last = unit_dim == len(shape) - 1
    # Positions of one image tell less than as many examples.
    wanted = min(max(ENTRIES // max(units, 1), FEWEST_ROWS), MOST_ROWS if last else MOST_ROWS // 2) // share
    if last:
        count = prod(shape[:-1])
        stride = _coprime(ceil(count / wanted) if count else 1, shape[-2] if len(shape) > 2 else 1)
        rows = len(range(0, count, stride))
        window = ((rows, units), (stride * units, 1), 0)
        return Plan(rows, units, count, stride, (), unit_dim, stride == 1, window)
    slices = _grid(shape, unit_dim, wanted)
    taken = tuple(len(range(size)[part]) for size, part in zip(shape, slices, strict=True))
    rows = prod(taken) // max(units, 1)
    examples = shape[0] if unit_dim else shape[1] if len(shape) == 2 else 1
    return Plan(rows, units, examples, 0, slices, unit_dim, taken == shape, _window(shape, slices, unit_dim))


def _coprime(stride: int, length: int) -> int:
    while stride > 1 and length > 1 and gcd(stride, length) > 1:
        stride += 1
    return stride


def _grid(shape: tuple[int, ...], unit_dim: int, wanted: int) -> tuple[slice, ...]:
    """Slices for (examples, channels, positions...): prefer many examples, then spread positions."""
    slices = {unit_dim: slice(None)}
    positions = [dim for dim in range(len(shape)) if dim != unit_dim]
    keep = wanted
    if unit_dim:
        examples = min(shape[0], 32)
        slices[positions.pop(0)] = slice(0, None, max(ceil(shape[0] / max(examples, 1)), 1))
        keep = max(keep // max(examples, 1), 1)
    if len(positions) > 1:
        last = positions.pop()
        run = min(shape[last], _RUN, keep)
        start = (shape[last] - run) // 2
        slices[last] = slice(start, start + run)
        keep //= max(run, 1)
    for done, dim in enumerate(sorted(positions, key=lambda dim: shape[dim])):
        each = max(int(keep ** (1 / (len(positions) - done))), 1)
        stride = max(ceil(shape[dim] / each), 1)
        slices[dim] = slice(stride // 2, None, stride)
        keep //= max(min(each, shape[dim]), 1)
    return tuple(slices[dim] for dim in range(len(shape)))


def _window(
    shape: tuple[int, ...], slices: tuple[slice, ...], unit_dim: int
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Where the slices, units last, lie in contiguous data: one operation instead of one for each dimension."""
    ranges = [range(size)[part] for size, part in zip(shape, slices, strict=True)]
    strides = [prod(shape[dim + 1 :]) for dim in range(len(shape))]
    order = [dim for dim in range(len(shape)) if dim != unit_dim] + [unit_dim]
    offset = sum(stride * taken.start for stride, taken in zip(strides, ranges, strict=True))
    return tuple(len(ranges[dim]) for dim in order), tuple(strides[dim] * ranges[dim].step for dim in order), offset


@lru_cache(maxsize=256)
def _rows(shape: tuple[int, ...], stride: int, device: torch.device) -> tuple[torch.Tensor, ...]:
    """Indices of every ``stride``-th row, for attention's heads, which no view can count through."""
    picked = torch.arange(0, prod(shape), stride, device=device)
    return torch.unravel_index(picked, shape)


def cut(tensor: torch.Tensor, unit_dim: int, share: int = 1) -> tuple[torch.Tensor, Plan]:
    """A detached view (or copy) of shape (rows..., units), and the plan it was cut by.

    Whoever keeps it must copy it at once: an in-place activation may overwrite the tensor a microsecond later.
    """
    chosen = plan(tensor.shape, unit_dim, share)
    tensor = tensor.detach()
    if tensor.dim() < 2:
        return tensor.reshape(-1, 1)[:: chosen.stride], chosen
    if tensor.is_contiguous():
        sizes, strides, offset = chosen.window
        return tensor.as_strided(sizes, strides, tensor.storage_offset() + offset), chosen
    if chosen.slices:
        return tensor[chosen.slices].movedim(chosen.unit_dim, -1), chosen
    if tensor.dim() == 2:
        return tensor[:: chosen.stride], chosen
    return tensor[_rows(tensor.shape[:-1], chosen.stride, tensor.device)], chosen
