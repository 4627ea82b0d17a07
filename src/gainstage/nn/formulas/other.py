"""Functions that squash, rectifiers and waves."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gainstage.nn.formulas.base import Formulas, limited, softplus, tanh_slope

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al., 2017


def _softplus_slope(x: Tensor, beta: float = 1.0) -> Tensor:
    return torch.sigmoid(beta * x)


def _softplus_curvature(x: Tensor, beta: float = 1.0) -> Tensor:
    return beta * torch.sigmoid(beta * x) * torch.sigmoid(-beta * x)


def _sigmoid_slope(x: Tensor) -> Tensor:
    return torch.sigmoid(x) * torch.sigmoid(-x)


def _tanhshrink(x: Tensor) -> Tensor:
    c = limited(x, 0.5)
    z = c.square()
    # x - tanh x as its series, whose coefficients follow from tanh' = 1 - tanh^2.
    series = torch.zeros_like(c)
    for coefficient in reversed(_TANH_SERIES):
        series = series * z + coefficient
    return torch.where(x.abs() < 0.5, series * z * c, x - torch.tanh(x))


def _tanh_series(count: int) -> tuple[float, ...]:
    """Coefficients of x^3, x^5, … of x - tanh x."""
    odd = [1.0]
    for n in range(1, count + 1):
        odd.append(-sum(odd[i] * odd[n - 1 - i] for i in range(n)) / (2 * n + 1))
    return tuple(-c for c in odd[1:])


_TANH_SERIES = _tanh_series(24)


def _elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0.0)))


def _elu_slope(x: Tensor, alpha: float = 1.0) -> Tensor:
    return torch.where(x > 0, 1.0, alpha * torch.exp(x.clamp(max=0.0)))


def _elu_curvature(x: Tensor, alpha: float = 1.0) -> Tensor:
    return torch.where(x > 0, 0.0, alpha * torch.exp(x.clamp(max=0.0)))


def _finite(x: Tensor) -> Tensor:
    return limited(x, torch.finfo(x.dtype).max)


def _softsign(x: Tensor) -> Tensor:
    return _finite(x) / (1 + _finite(x).abs())


def _flat(x: Tensor) -> Tensor:
    """0, and NaN where ``x`` is; a function of ``x`` to autograd."""
    return 0 * limited(x, 1.0)


def _squareplus_slope(x: Tensor, b: float = 4.0) -> Tensor:
    root = torch.sqrt(limited(x, 1e150).square() + b)
    tail = 0.5 * b / (root * (x.abs() + root))
    return torch.where(x > 0, 1 - tail, tail)


def _squareplus(x: Tensor, b: float = 4.0) -> Tensor:
    root = torch.sqrt(limited(x, 1e150).square() + b)
    return torch.where(x > 0, 0.5 * (x + torch.maximum(root, x)), 0.5 * b / (x.abs() + root))


def _isru_root(x: Tensor, alpha: float) -> Tensor:
    return torch.rsqrt(1 + alpha * limited(x, 1e150).square())


def _bent_identity(x: Tensor) -> Tensor:
    c = limited(x, 1e150)
    near = c + 0.5 * c.square() / (torch.sqrt(c.square() + 1) + 1)
    return torch.where(x.abs() < 1e150, near, torch.where(x > 0, 1.5 * x, 0.5 * x))


OTHER: dict[str, Formulas] = {
    "sigmoid": Formulas(torch.sigmoid, _sigmoid_slope, lambda x: -_sigmoid_slope(x) * torch.tanh(0.5 * x)),
    "tanh": Formulas(torch.tanh, tanh_slope, lambda x: -2 * torch.tanh(x) * tanh_slope(x)),
    "tanhshrink": Formulas(_tanhshrink, lambda x: torch.tanh(x).square(), lambda x: 2 * torch.tanh(x) * tanh_slope(x)),
    "softplus": Formulas(softplus, _softplus_slope, _softplus_curvature),
    "scaled_softplus": Formulas(softplus, _softplus_slope, _softplus_curvature),
    "logsigmoid": Formulas(lambda x: -softplus(-x), lambda x: torch.sigmoid(-x), lambda x: -_sigmoid_slope(x)),
    "elu": Formulas(_elu, _elu_slope, _elu_curvature),
    "selu": Formulas(
        lambda x: SELU_SCALE * _elu(x, SELU_ALPHA),
        lambda x: SELU_SCALE * _elu_slope(x, SELU_ALPHA),
        lambda x: SELU_SCALE * _elu_curvature(x, SELU_ALPHA),
    ),
    "celu": Formulas(
        lambda x, alpha: alpha * _elu(x / alpha),
        lambda x, alpha: _elu_slope(x / alpha),
        lambda x, alpha: _elu_curvature(x / alpha) / alpha,
    ),
    "softsign": Formulas(
        _softsign,
        lambda x: (1 + x.abs()).reciprocal().square(),
        lambda x: -2 * torch.sign(x) * (1 + x.abs()).reciprocal() ** 3,
    ),
    "hardsigmoid": Formulas(
        lambda x: (limited(x, 3.0) + 3) / 6,
        lambda x: (x.abs() < 3).to(x.dtype) / 6 + _flat(x),
        lambda x: _flat(x),
    ),
    "hardswish": Formulas(
        lambda x: x.clamp(min=-3.0) * (limited(x, 3.0) + 3) / 6,
        lambda x: torch.where(x >= 3, 1.0, (2 * limited(x, 3.0) + 3) / 6) * (x > -3),
        lambda x: (x.abs() < 3).to(x.dtype) / 3 + _flat(x),
    ),
    "squared_relu": Formulas(
        lambda x: x.clamp(min=0.0).square(),
        lambda x: 2 * x.clamp(min=0.0),
        lambda x: 2 * (x > 0).to(x.dtype) + _flat(x),
    ),
    "squareplus": Formulas(
        _squareplus,
        _squareplus_slope,
        lambda x, b=4.0: 0.5 * b * (limited(x, 1e100).square() + b) ** -1.5,
    ),
    "isru": Formulas(
        lambda x, alpha=1.0: limited(x, 1e150) * _isru_root(x, alpha),
        lambda x, alpha=1.0: _isru_root(x, alpha) ** 3,
        lambda x, alpha=1.0: -3 * alpha * limited(x, 1e150) * _isru_root(x, alpha) ** 5,
    ),
    "bent_identity": Formulas(
        _bent_identity,
        lambda x: 1 + 0.5 * limited(x, 1e150) * _isru_root(x, 1.0),
        lambda x: 0.5 * _isru_root(x, 1.0) ** 3,
    ),
    "gaussian": Formulas(
        lambda x: torch.exp(-limited(x, 30.0).square()),
        lambda x: -2 * limited(x, 30.0) * torch.exp(-limited(x, 30.0).square()),
        lambda x: (4 * limited(x, 30.0).square() - 2) * torch.exp(-limited(x, 30.0).square()),
    ),
    "erf": Formulas(
        torch.erf,
        lambda x: torch.exp(-limited(x, 27.5).square()) * (2 / math.sqrt(math.pi)),
        lambda x: limited(x, 27.5) * torch.exp(-limited(x, 27.5).square()) * (-4 / math.sqrt(math.pi)),
    ),
    "sine": Formulas(
        lambda x, w0: torch.sin(w0 * x),
        lambda x, w0: w0 * torch.cos(w0 * x),
        lambda x, w0: -(w0**2) * torch.sin(w0 * x),
    ),
    # 1 + sin(2 a x) as a square, which keeps its digits next to its zeros.
    "snake": Formulas(
        lambda x, a: x + torch.sin(a * x).square() / a,
        lambda x, a: 2 * torch.sin(a * x + 0.25 * math.pi).square(),
        lambda x, a: 2 * a * torch.cos(2 * a * x),
    ),
    "relu": Formulas(
        lambda x: torch.where(x <= 0, 0.0, x),
        lambda x: torch.where(x > 0, 1.0, _flat(x)),
        lambda x: _flat(x),
    ),
    "leaky_relu": Formulas(
        lambda x, negative_slope: torch.where(x > 0, x, negative_slope * x),
        lambda x, negative_slope: torch.where(x > 0, 1.0, negative_slope + _flat(x)),
        lambda x, negative_slope: _flat(x),
    ),
    "hardtanh": Formulas(
        lambda x, low, high: x.clamp(low, high),
        lambda x, low, high: torch.where((x > low) & (x < high), 1.0, _flat(x)),
        lambda x, low, high: _flat(x),
    ),
}
