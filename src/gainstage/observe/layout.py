"""Which part of a tensor is looked at: units in columns, examples in rows, at most a few thousand entries.

A systematic sample without any random number: rows at a fixed stride, coprime to the sequence length so that
not the same position of every sequence is picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, gcd, prod

import torch

ENTRIES = 8_192
FEWEST_ROWS = 32
MOST_ROWS = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """How to cut one shape: ``whole`` says that nothing is left out."""

    rows: int
    units: int
    examples: int  # of the batch (first dimension, times positions where the unit is the last one)
    strides: tuple[int, ...]
    unit_dim: int
    whole: bool


@lru_cache(maxsize=4096)
def plan(shape: tuple[int, ...], unit_dim: int, share: int = 1) -> Plan:
    """The cut for a shape whose dimension ``unit_dim`` counts the units (-1: last); ``share`` thins it further."""
    if len(shape) < 2:
        count = shape[0] if shape else 1
        stride = ceil(count / ENTRIES) if count else 1
        return Plan(len(range(0, count, stride)), 1, count, (stride,), -1, stride == 1)
    unit_dim %= len(shape)
    units = shape[unit_dim]
    wanted = min(max(ENTRIES // max(units, 1), FEWEST_ROWS), MOST_ROWS) // share
    if unit_dim == len(shape) - 1:
        count = prod(shape[:-1])
        stride = _coprime(ceil(count / wanted) if count else 1, shape[-2] if len(shape) > 2 else 1)
        rows = len(range(0, count, stride))
        return Plan(rows, units, count, (stride,), unit_dim, stride == 1)
    strides = _grid(shape, unit_dim, wanted)
    rows = prod(len(range(0, size, stride)) for size, stride in zip(shape, strides, strict=True)) // max(units, 1)
    return Plan(rows, units, shape[0], strides, unit_dim, all(stride == 1 for stride in strides))


def _coprime(stride: int, length: int) -> int:
    while stride > 1 and length > 1 and gcd(stride, length) > 1:
        stride += 1
    return stride


def _grid(shape: tuple[int, ...], unit_dim: int, wanted: int) -> tuple[int, ...]:
    """Strides for (examples, channels, positions...): prefer many examples, then spread positions."""
    examples = min(shape[0], 32)
    strides = [ceil(shape[0] / examples) if examples else 1]
    positions = [size for dim, size in enumerate(shape) if dim not in (0, unit_dim)]
    keep = max(wanted // max(examples, 1), 1)
    each = max(int(keep ** (1 / max(len(positions), 1))), 1)
    spread = iter([ceil(size / each) if size else 1 for size in positions])
    strides += [1 if dim == unit_dim else next(spread) for dim in range(1, len(shape))]
    return tuple(strides)


def cut(tensor: torch.Tensor, unit_dim: int, share: int = 1) -> tuple[torch.Tensor, Plan]:
    """A detached copy of shape (rows, units), and the plan it was cut by.

    The copy is taken at once: an in-place activation may overwrite the tensor a microsecond later.
    """
    tensor = tensor.detach()
    chosen = plan(tuple(tensor.shape), unit_dim, share)
    if tensor.dim() < 2:
        return tensor.reshape(-1, 1)[:: chosen.strides[0]].clone(), chosen
    if chosen.unit_dim == tensor.dim() - 1:
        flat = tensor if tensor.dim() == 2 else tensor.reshape(-1, tensor.shape[-1])
        return flat[:: chosen.strides[0]].clone(), chosen
    part = tensor[tuple(slice(stride // 2 if dim else 0, None, stride) for dim, stride in enumerate(chosen.strides))]
    return part.movedim(chosen.unit_dim, -1).reshape(-1, chosen.units).clone(), chosen
