"""Functions that are x times something between 0 and 1."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.special import erfc

from gainstage.nn.formulas.base import FAR, Formulas, derived, limited, softplus, tanh_slope

TANH_CONSTANT, TANH_CUBIC = math.sqrt(8 / math.pi), 0.044715  # Hendrycks and Gimpel, 2016


def _bell(x: Tensor) -> Tensor:
    return torch.exp(-0.5 * limited(x, 40.0).square()) / math.sqrt(2 * math.pi)


def _gelu(x: Tensor) -> Tensor:
    return 0.5 * x.clamp(min=-40.0) * erfc(-x / math.sqrt(2))


def _gelu_slope(x: Tensor) -> Tensor:
    return 0.5 * erfc(-x / math.sqrt(2)) + limited(x, 40.0) * _bell(x)


def _gelu_curvature(x: Tensor) -> Tensor:
    return _bell(x) * (2 - limited(x, 40.0).square())


def _cubic(x: Tensor) -> tuple[Tensor, Tensor]:
    """The sigmoid's argument in tanh-GELU, as far out as it matters, and its derivative."""
    x = limited(x, 22.0)
    return TANH_CONSTANT * (x + TANH_CUBIC * x**3), TANH_CONSTANT * (1 + 3 * TANH_CUBIC * x.square())


def _gelu_tanh(x: Tensor) -> Tensor:
    return x.clamp(min=-22.0) * torch.sigmoid(_cubic(x)[0])


def _gelu_tanh_slope(x: Tensor) -> Tensor:
    v, steep = _cubic(x)
    return torch.sigmoid(v) + limited(x, 22.0) * steep * torch.sigmoid(v) * torch.sigmoid(-v)


def _gelu_tanh_curvature(x: Tensor) -> Tensor:
    v, steep = _cubic(x)
    c = limited(x, 22.0)
    bend = 6 * TANH_CONSTANT * TANH_CUBIC * c
    up, down = torch.sigmoid(v), torch.sigmoid(-v)
    return up * down * (2 * steep + c * bend + c * steep.square() * (down - up))


def _swish(x: Tensor, beta: float = 1.0) -> Tensor:
    bound = FAR / abs(beta) if beta else math.inf
    inside = x.clamp(min=-bound) if beta > 0 else x.clamp(max=bound)
    return inside * torch.sigmoid(beta * x)


def _swish_slope(x: Tensor, beta: float = 1.0) -> Tensor:
    z = beta * x
    return torch.sigmoid(z) * (1 + limited(z) * torch.sigmoid(-z))


def _swish_curvature(x: Tensor, beta: float = 1.0) -> Tensor:
    z = beta * x
    up, down = torch.sigmoid(z), torch.sigmoid(-z)
    return beta * up * down * (2 + limited(z) * (down - up))


def _mish_parts(x: Tensor) -> tuple[Tensor, Tensor]:
    """tanh(softplus(x)) as a rational function of e^-|x|, and that exponential."""
    e = torch.exp(-x.abs().clamp(max=FAR))
    above = torch.where(x > 0, 1 + 2 * e, e * (e + 2))
    below = torch.where(x > 0, 1 + 2 * e + 2 * e * e, e * (e + 2) + 2)
    return above / below, e


def _mish(x: Tensor) -> Tensor:
    return x.clamp(min=-FAR) * _mish_parts(x)[0]


def _mish_slope(x: Tensor) -> Tensor:
    e = torch.exp(-x.abs().clamp(max=FAR))
    c = limited(x)
    left = e * (4 * (c + 1) + e * (4 * c + 6 + e * (4 + e)))
    right = 1 + e * (4 + e * (4 * c + 6 + e * 4 * (c + 1)))
    root = torch.where(x > 0, 1 + 2 * e + 2 * e * e, e * (e + 2) + 2)
    return torch.where(x > 0, right, left) / root.square()


def _mish_curvature(x: Tensor) -> Tensor:
    bend, e = _mish_parts(x)
    up, down = torch.sigmoid(x), torch.sigmoid(-x)
    # sech^2(softplus(x)), which 1 - tanh^2 would leave to cancellation.
    root = torch.where(x > 0, 1 + 2 * e + 2 * e * e, e * (e + 2) + 2)
    rest = torch.where(x > 0, 4 * e * (1 + e), 4 * (1 + e)) * torch.where(x > 0, e * (1 + e), 1 + e) / root.square()
    return rest * up * (2 + limited(x) * (down - 2 * bend * up))


def _tanhexp_curvature(x: Tensor) -> Tensor:
    e, c = torch.exp(x.clamp(max=4.0)), limited(x)
    return e * tanh_slope(e) * (2 + c - 2 * c * e * torch.tanh(e))


def _tanhexp_slope(x: Tensor) -> Tensor:
    e = torch.exp(x.clamp(max=4.0))  # tanh(e^4) is 1 to the last digit of float64
    return torch.tanh(e) + limited(x, FAR) * e * tanh_slope(e)


def _serf_slope(x: Tensor) -> Tensor:
    s = softplus(x).clamp(max=27.0)
    return torch.erf(s) + limited(x) * torch.sigmoid(x) * torch.exp(-s.square()) * (2 / math.sqrt(math.pi))


def _logish_slope(x: Tensor) -> Tensor:
    up = torch.sigmoid(x)
    return torch.log1p(up) + limited(x) * up * torch.sigmoid(-x) / (1 + up)


GATED: dict[str, Formulas] = {
    "silu": Formulas(_swish, _swish_slope, _swish_curvature),
    "swish": Formulas(_swish, _swish_slope, _swish_curvature),
    "gelu": Formulas(_gelu, _gelu_slope, _gelu_curvature),
    "gelu_tanh": Formulas(_gelu_tanh, _gelu_tanh_slope, _gelu_tanh_curvature),
    "mish": Formulas(_mish, _mish_slope, _mish_curvature),
    "tanhexp": Formulas(
        lambda x: x.clamp(min=-FAR) * torch.tanh(torch.exp(x.clamp(max=4.0))), _tanhexp_slope, _tanhexp_curvature
    ),
    "serf": Formulas(lambda x: x.clamp(min=-FAR) * torch.erf(softplus(x)), _serf_slope, derived(_serf_slope)),
    "logish": Formulas(
        lambda x: x.clamp(min=-FAR) * torch.log1p(torch.sigmoid(x)), _logish_slope, derived(_logish_slope)
    ),
}
