"""Gated linear units: one half of a dimension times a function of the other half."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function_unary

from gainstage.nn import native
from gainstage.nn.blocks import check, cut, direct, sizes
from gainstage.nn.elementwise import elementwise
from gainstage.nn.registration import operator


def gated(x: Tensor, name: str, dim: int) -> Tensor:
    """a f(b), where a and b are the first and second half of ``x`` along ``dim``.

    Raises:
        ValueError: when the dimension is not even.
    """
    if has_torch_function_unary(x):
        return handle_torch_function(gated, (x,), x, name, dim)
    check(x, dim, 2)
    if torch.compiler.is_compiling():
        return torch.ops.gainstage.gate(x, name, dim)
    if not direct(x) or _kernels(name, x.dtype) is None:
        return _composed(x, name, dim)
    if x.requires_grad and torch.is_grad_enabled():
        return _Gate.apply(x, name, dim)
    return _value(x, name, dim)


class _Gate(torch.autograd.Function):
    """a f(b), of which x is kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, name: str, dim: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.name, ctx.dim = name, dim
        return _value(x, name, dim)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        if torch.is_grad_enabled():
            y = _composed(x, ctx.name, ctx.dim)
            return torch.autograd.grad(y, x, gradients[0], create_graph=True)[0], None, None
        return _pullback(gradients[0], x, ctx.name, ctx.dim), None, None


def _composed(x: Tensor, name: str, dim: int) -> Tensor:
    a, b = x.chunk(2, dim)
    return a * elementwise(b, name)


def _value(x: Tensor, name: str, dim: int) -> Tensor:
    run = _kernels(name, x.dtype) if native.takes(x) else None
    if run is None:
        return _composed(x, name, dim)
    x = x.contiguous()
    y = x.new_empty(cut(x, dim, 2))
    run[0](x.data_ptr(), y.data_ptr(), *sizes(y, dim), native.threads(x.numel()))
    return y


def _pullback(gradient: Tensor, x: Tensor, name: str, dim: int) -> Tensor:
    run = _kernels(name, x.dtype) if native.takes(x) and gradient.dtype == x.dtype else None
    if run is None:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(_composed(x, name, dim), x, gradient)[0]
    x, gradient = x.contiguous(), gradient.contiguous()
    out = torch.empty_like(x)
    run[1](gradient.data_ptr(), x.data_ptr(), out.data_ptr(), *sizes(gradient, dim), native.threads(x.numel()))
    return out


@cache
def _kernels(name: str, dtype: torch.dtype) -> tuple[native.Kernel, native.Kernel] | None:
    rest = [ctypes.c_int64] * 2 + [ctypes.c_int]
    value = native.symbol(f"{name}_gate_value", dtype, [ctypes.c_void_p] * 2 + rest)
    pullback = native.symbol(f"{name}_gate_pullback", dtype, [ctypes.c_void_p] * 3 + rest)
    return (value, pullback) if value and pullback else None


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0])
    ctx.name, ctx.dim = inputs[1:]


def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
    return torch.ops.gainstage.gate_pullback(gradient, ctx.saved_tensors[0], ctx.name, ctx.dim), None, None


operator(
    "gate(Tensor x, str name, int dim) -> Tensor",
    _value, lambda x, name, dim: x.new_empty(cut(x, dim, 2)), (_backward, _keep),
)  # fmt: skip
operator(
    "gate_pullback(Tensor g, Tensor x, str name, int dim) -> Tensor",
    _pullback, lambda g, x, name, dim: x.new_empty(x.shape),
)  # fmt: skip
