"""Maxout: the largest of several blocks of a dimension, of which one byte is kept for each output."""

from __future__ import annotations

import ctypes
from functools import cache, reduce
from typing import Any

import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function_unary

from gainstage.nn import native
from gainstage.nn.blocks import check, cut, direct, sizes
from gainstage.nn.registration import operator


def maxout(x: Tensor, pieces: int = 2, dim: int = -1) -> Tensor:
    """The largest of ``pieces`` blocks of ``x`` along ``dim`` (Goodfellow et al., 2013); the gradient goes to that one.

    The dimension of size ``pieces * n`` becomes one of size ``n``. Among equals the first wins; a NaN wins.

    Raises:
        ValueError: unless ``pieces`` is 1 to 255 and divides the dimension.

    Example:
        >>> maxout(torch.tensor([1.0, 5.0, 3.0, 4.0]))
        tensor([3., 5.])
    """
    if has_torch_function_unary(x):
        return handle_torch_function(maxout, (x,), x, pieces, dim)
    if not 1 <= pieces <= 255:
        raise ValueError(f"maxout(pieces={pieces}): expected 1 to 255")
    check(x, dim, pieces)
    if torch.compiler.is_compiling():
        return torch.ops.gainstage.maxout(x, pieces, dim)[0]
    if not direct(x) or _kernels(x.dtype) is None:
        return _composed(x, pieces, dim)[0]
    if x.requires_grad and torch.is_grad_enabled():
        return _Maxout.apply(x, pieces, dim)
    return reduce(torch.maximum, x.chunk(pieces, dim))  # nobody asks which one it was


class _Maxout(torch.autograd.Function):
    """The largest block."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, pieces: int, dim: int) -> Tensor:
        y, which = _value(x, pieces, dim)
        ctx.save_for_backward(which)
        ctx.pieces, ctx.dim = pieces, dim
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (which,) = ctx.saved_tensors
        spread = _composed_pullback if torch.is_grad_enabled() else _pullback
        return spread(gradients[0], which, ctx.pieces, ctx.dim), None, None


def _composed(x: Tensor, pieces: int, dim: int) -> tuple[Tensor, Tensor]:
    found = x.unflatten(dim, (pieces, -1)).max(dim % x.dim())
    return found.values, found.indices


def _composed_pullback(gradient: Tensor, which: Tensor, pieces: int, dim: int) -> Tensor:
    """The gradient at the piece that won, zero at the others."""
    return torch.cat([torch.where(which == piece, gradient, 0.0) for piece in range(pieces)], dim)


def _value(x: Tensor, pieces: int, dim: int) -> tuple[Tensor, Tensor]:
    run = _kernels(x.dtype) if native.takes(x) else None
    if run is None:
        y, which = _composed(x, pieces, dim)
        return y, which.to(torch.uint8)
    x = x.contiguous()
    y = x.new_empty(cut(x, dim, pieces))
    which = torch.empty_like(y, dtype=torch.uint8)
    outer, inner = sizes(y, dim)
    run[0](x.data_ptr(), y.data_ptr(), which.data_ptr(), outer, pieces, inner, native.threads(x.numel()))
    return y, which


def _pullback(gradient: Tensor, which: Tensor, pieces: int, dim: int) -> Tensor:
    run = _kernels(gradient.dtype) if native.takes(gradient) else None
    if run is None:
        return _composed_pullback(gradient, which, pieces, dim)
    gradient, which = gradient.contiguous(), which.contiguous()
    out = gradient.new_empty(_spread(gradient, pieces, dim))
    outer, inner = sizes(gradient, dim)
    pointers = (gradient.data_ptr(), which.data_ptr(), out.data_ptr())
    run[1](*pointers, outer, pieces, inner, native.threads(out.numel()))
    return out


def _spread(y: Tensor, pieces: int, dim: int) -> list[int]:
    """The shape of all blocks together."""
    shape = list(y.shape)
    shape[dim] *= pieces
    return shape


@cache
def _kernels(dtype: torch.dtype) -> tuple[native.Kernel, native.Kernel] | None:
    arguments = [*[ctypes.c_void_p] * 3, ctypes.c_int64, ctypes.c_int, ctypes.c_int64, ctypes.c_int]
    value, pullback = (native.symbol(f"maxout_{part}", dtype, arguments) for part in ("value", "pullback"))
    return (value, pullback) if value and pullback else None


def _fake_value(x: Tensor, pieces: int, dim: int) -> tuple[Tensor, Tensor]:
    shape = cut(x, dim, pieces)
    return x.new_empty(shape), x.new_empty(shape, dtype=torch.uint8)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.save_for_backward(output[1])
    ctx.pieces, ctx.dim = inputs[1:]


def _backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Tensor, None, None]:
    return torch.ops.gainstage.maxout_pullback(gradient, ctx.saved_tensors[0], ctx.pieces, ctx.dim), None, None


operator(
    "maxout(Tensor x, int pieces, int dim) -> (Tensor, Tensor)", _value, _fake_value, (_backward, _keep)
)  # fmt: skip
operator(
    "maxout_pullback(Tensor g, Tensor which, int pieces, int dim) -> Tensor",
    _pullback, lambda g, which, pieces, dim: g.new_empty(_spread(g, pieces, dim)),
)  # fmt: skip
