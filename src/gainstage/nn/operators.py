"""The two operators behind every elementwise function: a kernel where there is one, its formula elsewhere.

``gainstage::value`` and ``gainstage::pullback`` are opaque to ``torch.compile``, so that a compiled graph holds the
same arithmetic as an eager call: inductor's own lowering of expm1, for one, loses every digit near zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gainstage.nn import native
from gainstage.nn.formulas import FORMULAS
from gainstage.nn.registration import operator


def value(x: Tensor, name: str, constants: Sequence[float]) -> Tensor:
    """f(x)."""
    run = native.kernel(name, "value", x.dtype) if native.takes(x) else None
    if run is not None:
        return native.value(run, x, constants)
    return FORMULAS[name].value(widened(x), *constants).to(x.dtype)


def pullback(gradient: Tensor, x: Tensor, name: str, constants: Sequence[float]) -> Tensor:
    """gradient * f'(x)."""
    run = native.kernel(name, "pullback", x.dtype) if native.takes(x) else None
    if run is not None and gradient.dtype == x.dtype:
        return native.pullback(run, gradient, x, constants)
    return (widened(gradient) * FORMULAS[name].slope(widened(x), *constants)).to(x.dtype)


def bent(gradient: Tensor, x: Tensor, name: str, constants: Sequence[float]) -> Tensor:
    """gradient * f''(x), by operations that autograd may differentiate on."""
    return (widened(gradient) * FORMULAS[name].curvature(widened(x), *constants)).to(x.dtype)


def kept(x: Tensor, y: Tensor, name: str, constants: Sequence[float]) -> Tensor:
    """What the pullback needs: ``y`` where it tells the slope as well as x, since the next layer keeps it anyway."""
    tells = name in ("relu", "hardtanh") or (name == "leaky_relu" and constants[0] > 0)
    return y if tells else x


def widened(x: Tensor) -> Tensor:
    """``x`` in the format that formulas are meant for."""
    # Apple's GPUs have no float64: there the formulas have the digits that float32 leaves them.
    return x.to(torch.float32 if x.device.type == "mps" else torch.float64)


def _keep_one(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(kept(inputs[0], output, *inputs[1:]))
    ctx.name, ctx.constants = inputs[1:]


def _keep_both(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0], inputs[1])
    ctx.name, ctx.constants = inputs[2:]


def _value_backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
    return torch.ops.gainstage.pullback(gradient, ctx.saved_tensors[0], ctx.name, ctx.constants), None, None


def _pullback_backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None]:
    given, x = ctx.saved_tensors
    to_given = torch.ops.gainstage.pullback(gradient, x, ctx.name, ctx.constants)
    return to_given, bent(gradient * given, x, ctx.name, ctx.constants), None, None


operator(
    "value(Tensor x, str name, float[] constants) -> Tensor",
    value, lambda x, name, constants: torch.empty_like(x), (_value_backward, _keep_one),
)  # fmt: skip
operator(
    "pullback(Tensor gradient, Tensor x, str name, float[] constants) -> Tensor",
    pullback, lambda gradient, x, name, constants: torch.empty_like(x), (_pullback_backward, _keep_both),
)  # fmt: skip
