"""Functions with a learnable weight, one for the whole tensor or one for each channel: PReLU, Swish, Snake.

``weight`` has one element or as many as ``x`` has channels (dimension 1). Where there are kernels, both gradients come
from one pass over memory; elsewhere, and wherever autograd differentiates a gradient, they are operations of torch.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function

from gainstage.nn import native
from gainstage.nn.operators import widened
from gainstage.nn.registration import operator

_SURE = 2.0**-10  # a smaller weight could take a small input to zero, from which there is no way back
_POINTER, _SIZE, _INT = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int


@dataclass(frozen=True, slots=True)
class Weighted:
    """f(x, w) and its derivatives by x and by w."""

    value: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]
    by_weight: Callable[[Tensor, Tensor], Tensor]


def _swish(x: Tensor, w: Tensor) -> Tensor:
    gate = torch.sigmoid(w * x)
    return torch.where(gate == 0, 0.0, x) * gate


def _swish_slope(x: Tensor, w: Tensor) -> Tensor:
    z = w * x
    return torch.sigmoid(z) * (1 + z.clamp(-745.2, 745.2) * torch.sigmoid(-z))


def _swish_by_weight(x: Tensor, w: Tensor) -> Tensor:
    gates = torch.sigmoid(w * x) * torch.sigmoid(-w * x)
    inside = torch.where(gates == 0, 0.0, x)
    return inside * gates * inside


WEIGHTED = {
    "prelu": Weighted(
        lambda x, w: torch.where(x > 0, x, w * x),
        lambda x, w: torch.where(x > 0, 1.0, w.expand_as(x)),
        lambda x, w: torch.where(x > 0, 0.0, x),
    ),
    "swish": Weighted(_swish, _swish_slope, _swish_by_weight),
    # 1 + sin(2 w x) as a square, which keeps its digits next to its zeros.
    "snake": Weighted(
        lambda x, w: x + torch.sin(w * x).square() / w,
        lambda x, w: 2 * torch.sin(w * x + 0.25 * math.pi).square(),
        lambda x, w: (x * torch.sin(2 * w * x) - torch.sin(w * x).square() / w) / w,
    ),
}


def weighted(x: Tensor, weight: Tensor, name: str) -> Tensor:
    """f(x, weight), in the shape, dtype and device of ``x``.

    Raises:
        ValueError: unless ``weight`` has one element or as many as ``x`` has channels.
    """
    if has_torch_function((x, weight)):
        return handle_torch_function(weighted, (x, weight), x, weight, name)
    check(x, weight, name)
    if torch.compiler.is_compiling():
        return torch.ops.gainstage.weighted_value(x, weight, name)
    if torch._C._are_functorch_transforms_active():
        return WEIGHTED[name].value(widened(x), _placed(weight, x)).to(x.dtype)
    if torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad):
        return _Weighted.apply(x, weight, name)
    return _value(x, weight, name)


def check(x: Tensor, weight: Tensor, name: str) -> None:
    """Raise ValueError unless ``weight`` has one element or as many as ``x`` has channels."""
    channels = x.shape[1] if x.dim() > 1 else 1
    if weight.numel() not in (1, channels):
        raise ValueError(
            f"{name} got {weight.numel()} weights for {channels} channels (dimension 1 of {tuple(x.shape)})"
        )


class _Weighted(torch.autograd.Function):
    """f(x, w); keeps x, or f(x, w) where a positive weight makes that as good."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, name: str) -> Tensor:
        y = _value(x, weight, name)
        by_output = name == "prelu" and ctx.needs_input_grad[0] and bool((weight.detach() > _SURE).all())
        ctx.name = "prelu_output" if by_output and _kernel("prelu_output", x) else name
        ctx.save_for_backward(y if ctx.name == "prelu_output" else x, weight)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        kept, weight = ctx.saved_tensors
        if not torch.is_grad_enabled():
            return *_pullback(gradients[0], kept, weight, ctx.name), None
        x = torch.where(kept > 0, kept, kept / _placed(weight, kept)) if ctx.name == "prelu_output" else kept
        return *_composed(gradients[0], x, weight, ctx.name.partition("_")[0]), None


def _value(x: Tensor, weight: Tensor, name: str) -> Tensor:
    run = _kernel(name, x)
    if run is None:
        return WEIGHTED[name].value(widened(x), _placed(weight, x)).to(x.dtype)
    x, w = x.contiguous(), weight.detach().float().contiguous()
    out, (channels, inner) = torch.empty_like(x), _rows(x, w)
    run[0](x.data_ptr(), w.data_ptr(), out.data_ptr(), x.numel(), channels, inner, native.threads(x.numel()))
    return out


def _pullback(gradient: Tensor, x: Tensor, weight: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """The gradients of x and of the weight. For ``"prelu_output"`` ``x`` is the output."""
    run = _kernel(name, x)
    if run is None or gradient.dtype != x.dtype:
        return _composed(gradient, x, weight, name)
    x, gradient, w = x.contiguous(), gradient.contiguous(), weight.detach().float().contiguous()
    out, (channels, inner) = torch.empty_like(x), _rows(x, w)
    count = x.numel()
    sums = torch.zeros(channels if inner == 1 else -(-count // inner), dtype=torch.float64)
    pointers = (gradient.data_ptr(), x.data_ptr(), w.data_ptr(), out.data_ptr(), sums.data_ptr())
    run[1](*pointers, count, channels, inner, native.threads(count))
    return out, sums.view(-1, channels).sum(0).to(weight.dtype).view_as(weight)


def _composed(gradient: Tensor, x: Tensor, weight: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """Both gradients by operations of torch."""
    wide, w = widened(x), _placed(weight, x)
    given = widened(gradient)
    to_x = given * WEIGHTED[name].slope(wide, w)
    to_weight = (given * WEIGHTED[name].by_weight(wide, w)).sum_to_size(w.shape)
    return to_x.to(x.dtype), to_weight.reshape(weight.shape).to(weight.dtype)


def _placed(weight: Tensor, x: Tensor) -> Tensor:
    """The weight in the format of formulas, along the channels of ``x``."""
    return widened(weight).reshape((1, -1, *(1,) * (x.dim() - 2)) if x.dim() > 1 else (1,) * x.dim())


def _rows(x: Tensor, weight: Tensor) -> tuple[int, int]:
    """Channels, and how many numbers that lie together share one weight."""
    if weight.numel() == 1:
        return 1, native.PARALLEL
    return weight.numel(), math.prod(x.shape[2:])


def _kernel(name: str, x: Tensor) -> tuple[native.Kernel, native.Kernel] | None:
    return _kernels(name, x.dtype) if native.takes(x) and x.numel() else None


@cache
def _kernels(name: str, dtype: torch.dtype) -> tuple[native.Kernel, native.Kernel] | None:
    value = native.symbol(f"{name}_weighted_value", dtype, [_POINTER] * 3 + [_SIZE] * 3 + [_INT])
    pullback = native.symbol(f"{name}_weighted_pullback", dtype, [_POINTER] * 5 + [_SIZE] * 3 + [_INT])
    return (value, pullback) if value and pullback else None


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0], inputs[1])
    ctx.name = inputs[2]


def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
    return *torch.ops.gainstage.weighted_pullback(gradient, *ctx.saved_tensors, ctx.name), None


operator(
    "weighted_value(Tensor x, Tensor weight, str name) -> Tensor",
    _value, lambda x, w, name: x.new_empty(x.shape), (_backward, _keep),
)  # fmt: skip
operator(
    "weighted_pullback(Tensor g, Tensor x, Tensor weight, str name) -> (Tensor, Tensor)",
    _pullback, lambda g, x, w, name: (x.new_empty(x.shape), torch.empty_like(w)),
)  # fmt: skip
