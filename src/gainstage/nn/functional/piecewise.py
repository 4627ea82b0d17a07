"""Functions of each element that are made of pieces."""

from __future__ import annotations

import torch
from torch import Tensor

from gainstage.nn.elementwise import elementwise
from gainstage.nn.weighted import check, weighted

# torch's kernels are at the limit of memory, PReLU's backward excepted. Ours pay from where a result is fresh memory,
# by their large pages, and where torch keeps the input, from where that is worth more than a call through Python.
_FRESH, _WORTH_KEEPING, _WORTH_A_KERNEL = 4_194_304, 65_536, 16_384


def relu(x: Tensor) -> Tensor:
    """max(x, 0). Compiled, its backward is not the loop over a mask of bytes that torch.compile makes of it."""
    if torch.compiler.is_compiling() or x.numel() >= _FRESH:
        return elementwise(x, "relu")
    return torch.relu(x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """x for x > 0, negative_slope x otherwise (Maas et al., 2013).

    With a positive slope only the output is kept for backward, from 65,536 elements on.
    """
    if not torch.compiler.is_compiling() and x.numel() < _WORTH_KEEPING:
        return torch.nn.functional.leaky_relu(x, negative_slope)
    return elementwise(x, "leaky_relu", (float(negative_slope),))


def hardtanh(x: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """x between ``min_val`` and ``max_val``, the nearer of them outside.

    Only the output is kept for backward, from 65,536 elements on.

    Raises:
        ValueError: unless ``min_val`` < ``max_val``.
    """
    if not min_val < max_val:
        raise ValueError(f"hardtanh(min_val={min_val}, max_val={max_val}): expected min_val < max_val")
    if not torch.compiler.is_compiling() and x.numel() < _WORTH_KEEPING:
        return torch.nn.functional.hardtanh(x, min_val, max_val)
    return elementwise(x, "hardtanh", (float(min_val), float(max_val)))


def prelu(x: Tensor, weight: Tensor) -> Tensor:
    """x for x > 0, weight x otherwise (He et al., 2015).

    While all weights are positive only the output is kept for backward, from 16,384 elements on.

    Args:
        weight: one element, or one for each channel (dimension 1).
    """
    check(x, weight, "prelu")
    if not torch.compiler.is_compiling() and x.numel() < _WORTH_A_KERNEL:
        return torch.prelu(x, weight.to(x.dtype))
    return weighted(x, weight, "prelu")


def srelu(x: Tensor, low: Tensor, low_slope: Tensor, high: Tensor, high_slope: Tensor) -> Tensor:
    """x between ``low`` and ``high``, straight lines of the given slopes outside (Jin et al., 2015).

    Args:
        low, low_slope, high, high_slope: one element each, or one for each channel (dimension 1).
    """
    shape = (1, -1, *(1,) * (x.dim() - 2)) if x.dim() > 1 else (1,) * x.dim()
    low, low_slope, high, high_slope = (p.reshape(shape) for p in (low, low_slope, high, high_slope))
    left, right = low + low_slope * (x - low), high + high_slope * (x - high)
    return torch.where(x <= low, left, torch.where(x >= high, right, x)).to(x.dtype)


def binary_step(x: Tensor, window: float | None = 1.0) -> Tensor:
    """1 where x >= 0, else 0; the gradient goes straight through (Bengio et al., 2013).

    Args:
        window: only where |x| <= window (Hubara et al., 2016); ``None`` lets it through everywhere.
    """
    straight = x if window is None else x.clamp(-window, window)
    step = torch.where(x.isnan(), x, (x >= 0).to(x.dtype))
    return step.detach() + (straight - straight.detach())


def hardsigmoid(x: Tensor) -> Tensor:
    """min(max(x + 3, 0), 6) / 6 (Courbariaux et al., 2015), with the second derivative that torch's has not."""
    return elementwise(x, "hardsigmoid")


def hardswish(x: Tensor) -> Tensor:
    """x min(max(x + 3, 0), 6) / 6 (Howard et al., 2019)."""
    return elementwise(x, "hardswish")


def squared_relu(x: Tensor) -> Tensor:
    """max(x, 0)^2 (So et al., 2021)."""
    return elementwise(x, "squared_relu")
