"""Derivatives of torch's activations as torch computes them, without building a graph.

The kernels are the backward kernels of ATen, called with a gradient of one: no autograd, so that nothing
is saved inside the user's checkpointed or hooked regions, and in the dtype of the user's network, so that
a derivative that underflows there is seen as the zero that it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch

Slope = Callable[[torch.Tensor, dict[str, Any]], torch.Tensor]
_aten = torch.ops.aten
COARSE = (torch.float16, torch.bfloat16)
SQRT_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def _ones(x: torch.Tensor) -> torch.Tensor:
    return x.new_ones(()).expand_as(x)


def _elu(x: torch.Tensor, alpha: float, scale: float, inside: float) -> torch.Tensor:
    return _aten.elu_backward(_ones(x), alpha, scale, inside, False, x)


SLOPES: dict[str, Slope] = {
    "relu": lambda x, p: _aten.threshold_backward(_ones(x), x, 0.0),  # NaN passes, as it does in training
    "relu6": lambda x, p: _aten.hardtanh_backward(_ones(x), x, 0.0, 6.0),
    "leaky_relu": lambda x, p: _aten.leaky_relu_backward(_ones(x), x, float(p.get("negative_slope", 0.01)), False),
    "elu": lambda x, p: _elu(x, float(p.get("alpha", 1.0)), 1.0, 1.0),
    "selu": lambda x, p: _elu(x, SELU_ALPHA, SQRT_SCALE, 1.0),
    "celu": lambda x, p: _elu(x, float(p.get("alpha", 1.0)), 1.0, 1.0 / float(p.get("alpha", 1.0))),
    "gelu": lambda x, p: _aten.gelu_backward(_ones(x), x, approximate=str(p.get("approximate", "none"))),
    "silu": lambda x, p: _aten.silu_backward(_ones(x), x),
    "mish": lambda x, p: _aten.mish_backward(_ones(x), x),
    "hardswish": lambda x, p: _aten.hardswish_backward(_ones(x), x),
    "hardsigmoid": lambda x, p: _aten.hardsigmoid_backward(_ones(x), x),
    "hardtanh": lambda x, p: _aten.hardtanh_backward(
        _ones(x), x, float(p.get("min_val", -1.0)), float(p.get("max_val", 1.0))
    ),
    "sigmoid": lambda x, p: _aten.sigmoid_backward(_ones(x), torch.sigmoid(x)),
    "tanh": lambda x, p: _aten.tanh_backward(_ones(x), torch.tanh(x)),
    "softplus": lambda x, p: _aten.softplus_backward(
        _ones(x), x, float(p.get("beta", 1)), float(p.get("threshold", 20))
    ),
    "softsign": lambda x, p: (1 + x.abs()).square().reciprocal(),
    "logsigmoid": lambda x, p: torch.sigmoid(-x),
    "tanhshrink": lambda x, p: torch.tanh(x).square(),
    "softshrink": lambda x, p: _aten.softshrink_backward(_ones(x), x, float(p.get("lambd", 0.5))),
    "hardshrink": lambda x, p: _aten.hardshrink_backward(_ones(x), x, float(p.get("lambd", 0.5))),
    "threshold": lambda x, p: _aten.threshold_backward(_ones(x), x, float(p.get("threshold", 0.0))),
    "sin": lambda x, p: torch.cos(x),
    "erf": lambda x, p: 1.1283791670955126 * torch.exp(-x.square()),
}


def slope(function: str, x: torch.Tensor, parameters: dict[str, Any]) -> torch.Tensor | None:
    """f'(x), elementwise; ``None`` for a function that is not known here."""
    known = SLOPES.get(function)
    x = x.float() if parameters.get("exact") and x.dtype in COARSE else x
    return None if known is None else known(x, parameters)


def best(function: str, parameters: dict[str, Any]) -> float:
    """sup f'(x)^2 over the real line, found on a fine grid (in float64)."""
    numbers = tuple(sorted((key, value) for key, value in parameters.items() if isinstance(value, (int, float, str))))
    return _best(function, numbers)


@lru_cache(maxsize=256)
def _best(function: str, parameters: tuple[tuple[str, Any], ...]) -> float:
    grid = torch.linspace(-40, 40, 160_001, dtype=torch.float64, device="cpu")
    value = slope(function, grid, dict(parameters))
    return float("nan") if value is None else float(value.square().max())
