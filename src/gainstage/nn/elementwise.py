"""One way for every elementwise function: a kernel where there is one, its formula elsewhere, autograd and compile.

Two operators stand behind all of them, ``gainstage::value`` and ``gainstage::pullback``, so that a compiled graph holds
the same arithmetic as an eager call. Eager calls go round them: the dispatcher's way through Python costs more than
the work on ten thousand elements.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import Buffer, Parameter
from torch.overrides import handle_torch_function, has_torch_function_unary

from gainstage.nn.operators import bent, kept, pullback, value

_PLAIN = (Tensor, Parameter, Buffer)


def elementwise(x: Tensor, name: str, constants: tuple[float, ...] = ()) -> Tensor:
    """f(x) for the function ``name``; same shape, dtype and device as ``x``, differentiable any number of times.

    Raises:
        TypeError: when ``x`` is not of a floating-point dtype.
    """
    if has_torch_function_unary(x):
        return handle_torch_function(elementwise, (x,), x, name, constants)
    if not x.is_floating_point():
        raise TypeError(f"{name} expects a tensor of floating-point numbers, got {x.dtype}; use x.float()")
    if torch.compiler.is_compiling() or type(x) not in _PLAIN:
        return torch.ops.gainstage.value(x, name, constants)
    if torch._C._are_functorch_transforms_active():
        return _Transformed.apply(x, name, constants)
    if x.requires_grad and torch.is_grad_enabled():
        return _Value.apply(x, name, constants)
    return value(x, name, constants)


class _Value(torch.autograd.Function):
    """f(x), of which x is kept, or f(x) where that is enough."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, name: str, constants: tuple[float, ...]) -> Tensor:
        y = value(x, name, constants)
        ctx.save_for_backward(kept(x, y, name, constants))
        ctx.name, ctx.constants = name, constants
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        if torch.is_grad_enabled():
            return _Pullback.apply(gradients[0], x, ctx.name, ctx.constants), None, None
        return pullback(gradients[0], x, ctx.name, ctx.constants), None, None


class _Transformed(torch.autograd.Function):
    """The same for the transforms of ``torch.func``, which ask for a form that takes twice as long to call."""

    @staticmethod
    def forward(x: Tensor, name: str, constants: tuple[float, ...]) -> Tensor:
        return value(x, name, constants)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])
        ctx.name, ctx.constants = inputs[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return _Pullback.apply(gradients[0], ctx.saved_tensors[0], ctx.name, ctx.constants), None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        return _Pullback.apply(tangents[0], ctx.saved_tensors[0], ctx.name, ctx.constants)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *inputs: Any) -> tuple[Tensor, int]:
        return _Transformed.apply(*inputs), in_dims[0]


class _Pullback(torch.autograd.Function):
    """gradient * f'(x)."""

    @staticmethod
    def forward(gradient: Tensor, x: Tensor, name: str, constants: tuple[float, ...]) -> Tensor:
        return pullback(gradient, x, name, constants)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], inputs[1])
        ctx.save_for_forward(inputs[0], inputs[1])
        ctx.name, ctx.constants = inputs[2:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        gradient, x = ctx.saved_tensors
        to_gradient = _Pullback.apply(gradients[0], x, ctx.name, ctx.constants)
        return to_gradient, bent(gradients[0] * gradient, x, ctx.name, ctx.constants), None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        (gradient, x), (by_gradient, by_x) = ctx.saved_tensors, tangents[:2]
        known = [] if by_gradient is None else [_Pullback.apply(by_gradient, x, ctx.name, ctx.constants)]
        known += [] if by_x is None else [bent(by_x * gradient, x, ctx.name, ctx.constants)]
        return known[0] if len(known) == 1 else known[0] + known[1]

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *inputs: Any) -> tuple[Tensor, int]:
        gradient, x, name, constants = inputs
        lifted = [
            t.movedim(d, 0) if d is not None else t.expand(info.batch_size, *t.shape)
            for t, d in zip((gradient, x), in_dims, strict=False)
        ]
        return _Pullback.apply(*lifted, name, constants), 0
