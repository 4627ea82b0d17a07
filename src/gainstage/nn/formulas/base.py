"""What the formulas are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Formula = Callable[..., Tensor]
FAR = 745.2  # e^-x has left the subnormal numbers of float64 here


@dataclass(frozen=True, slots=True)
class Formulas:
    """f, f' and f'' of one function: each takes x and the function's constants."""

    value: Formula
    slope: Formula
    curvature: Formula


def limited(x: Tensor, bound: float = FAR) -> Tensor:
    """``x`` no further from zero than ``bound``, where an infinite factor would make a NaN of a product."""
    return x.clamp(-bound, bound)


def tanh_slope(x: Tensor) -> Tensor:
    """1 - tanh(x)^2 without cancellation."""
    return 4 * torch.sigmoid(2 * x) * torch.sigmoid(-2 * x)


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    """log(1 + e^(beta x)) / beta."""
    return x.clamp(min=0.0) + torch.log1p(torch.exp(-(beta * x).abs())) / beta


def derived(formula: Formula) -> Formula:
    """The derivative of ``formula`` by autograd, itself differentiable."""

    def derivative(x: Tensor, *constants: float) -> Tensor:
        with torch.enable_grad():
            x = x if x.requires_grad else x.detach().requires_grad_()
            return torch.autograd.grad(formula(x, *constants).sum(), x, create_graph=True)[0]

    return derivative
