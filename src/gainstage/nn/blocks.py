"""Tensors cut into blocks along a dimension: one of ``pieces * n`` is ``pieces`` blocks of ``n`` neighbours."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gainstage.nn import native


def check(x: Tensor, dim: int, pieces: int) -> None:
    """Raise ValueError when the dimension cannot be cut into as many equal blocks."""
    if x.shape[dim] % pieces:
        raise ValueError(f"dimension {dim} of {tuple(x.shape)} cannot be cut into {pieces} blocks of one size")


def direct(x: Tensor) -> bool:
    """Whether a kernel may be called here and now: a plain tensor, and nobody who traces or transforms the call."""
    plain = type(x) in (Tensor, torch.nn.Parameter)
    return plain and native.takes(x) and not torch._C._are_functorch_transforms_active()


def cut(x: Tensor, dim: int, pieces: int) -> list[int]:
    """The shape of one block."""
    shape = list(x.shape)
    shape[dim] //= pieces
    return shape


def sizes(block: Tensor, dim: int) -> tuple[int, int]:
    """How many groups of blocks lie one after the other, and how many numbers lie together in one block."""
    before = math.prod(block.shape[: dim % block.dim()])
    return before, block.numel() // before if before else 0
