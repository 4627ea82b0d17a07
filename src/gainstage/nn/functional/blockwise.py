"""Functions along a dimension."""

from __future__ import annotations

import torch
from torch import Tensor

from gainstage.nn.gate import gated
from gainstage.nn.largest import maxout as maxout


def glu(x: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), a and b the halves of ``x`` along ``dim`` (Dauphin et al., 2017)."""
    return gated(x, "sigmoid", dim)


def reglu(x: Tensor, dim: int = -1) -> Tensor:
    """a relu(b), a and b the halves of ``x`` along ``dim`` (Shazeer, 2020)."""
    return gated(x, "relu", dim)


def geglu(x: Tensor, dim: int = -1) -> Tensor:
    """a gelu(b), a and b the halves of ``x`` along ``dim`` (Shazeer, 2020)."""
    return gated(x, "gelu", dim)


def swiglu(x: Tensor, dim: int = -1) -> Tensor:
    """a silu(b), a and b the halves of ``x`` along ``dim`` (Shazeer, 2020)."""
    return gated(x, "silu", dim)


def sparsemax(x: Tensor, dim: int = -1) -> Tensor:
    """The point of the simplex nearest to ``x`` along ``dim`` (Martins and Astudillo, 2016): shares, many of them 0.

    Example:
        >>> sparsemax(torch.tensor([1.0, 0.5, -2.0]))
        tensor([0.7500, 0.2500, 0.0000])
    """
    ordered = (x - x.amax(dim, keepdim=True).detach()).sort(dim, descending=True).values
    total = ordered.cumsum(dim)
    shape = [1] * x.dim()
    shape[dim] = -1
    rank = torch.arange(1, x.shape[dim] + 1, device=x.device, dtype=x.dtype).view(shape)
    support = (1 + rank * ordered > total).sum(dim, keepdim=True).clamp(min=1)
    threshold = (total.gather(dim, support - 1) - 1) / support.to(x.dtype)
    return (x - x.amax(dim, keepdim=True).detach() - threshold).clamp(min=0.0)
