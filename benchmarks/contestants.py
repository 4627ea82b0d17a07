"""Every function as ours, as torch's (its kernel, or the composition that its users write), and in NumPy and JAX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gainstage.nn import functional as ours

Function = Callable[..., Any]
WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Contest:
    """One function. ``formula`` is its name among the formulas and ``constants`` what they are called with there."""

    ours: Function
    theirs: Function
    formula: str = ""
    constants: tuple[float, ...] = ()
    numpy: Function | None = None
    jax: str = ""
    linear: bool = False  # made of straight pieces: at the limit of memory
    weight: bool = False  # takes a learnable number too
    halves: bool = False  # two numbers in for each number out


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _blocks(x: Tensor) -> tuple[Tensor, Tensor]:
    a, b = x.chunk(2, -1)
    return a, b


CONTESTS: dict[str, Contest] = {
    "sigmoid": Contest(ours.sigmoid, torch.sigmoid, "sigmoid", (), _sigmoid, "sigmoid"),
    "tanh": Contest(ours.tanh, torch.tanh, "tanh", (), np.tanh, "tanh"),
    "tanhshrink": Contest(ours.tanhshrink, F.tanhshrink, "tanhshrink", (), lambda x: x - np.tanh(x)),
    "silu": Contest(ours.silu, F.silu, "silu", (), lambda x: x * _sigmoid(x), "silu"),
    "gelu": Contest(ours.gelu, F.gelu, "gelu", (), None, "gelu:approximate=False"),
    "gelu_tanh": Contest(
        lambda x: ours.gelu(x, "tanh"), lambda x: F.gelu(x, approximate="tanh"), "gelu_tanh", (), None, "gelu"
    ),
    "mish": Contest(ours.mish, F.mish, "mish", (), lambda x: x * np.tanh(np.logaddexp(0, x)), "mish"),
    "softplus": Contest(ours.softplus, F.softplus, "softplus", (), lambda x: np.logaddexp(0, x), "softplus"),
    "logsigmoid": Contest(ours.logsigmoid, F.logsigmoid, "logsigmoid", (), None, "log_sigmoid"),
    "elu": Contest(ours.elu, F.elu, "elu", (1.0,), lambda x: np.where(x > 0, x, np.expm1(x)), "elu"),
    "selu": Contest(ours.selu, F.selu, "selu", (), None, "selu"),
    "celu": Contest(lambda x: ours.celu(x, 0.7), lambda x: F.celu(x, 0.7), "celu", (0.7,), None, "celu:alpha=0.7"),
    "softsign": Contest(ours.softsign, F.softsign, "softsign", (), lambda x: x / (1 + np.abs(x)), "soft_sign"),
    "hardsigmoid": Contest(ours.hardsigmoid, F.hardsigmoid, "hardsigmoid", (), None, "hard_sigmoid", linear=True),
    "hardswish": Contest(ours.hardswish, F.hardswish, "hardswish", (), None, "hard_swish", linear=True),
    "swish": Contest(lambda x: ours.swish(x, 1.7), lambda x: x * torch.sigmoid(1.7 * x), "swish", (1.7,)),
    "squared_relu": Contest(ours.squared_relu, lambda x: F.relu(x).square(), "squared_relu", linear=True),
    "squareplus": Contest(ours.squareplus, lambda x: 0.5 * (x + torch.sqrt(x * x + 4)), "squareplus", (4.0,)),
    "isru": Contest(ours.isru, lambda x: x * torch.rsqrt(1 + x * x), "isru", (1.0,)),
    "bent_identity": Contest(ours.bent_identity, lambda x: 0.5 * (torch.sqrt(x * x + 1) - 1) + x, "bent_identity"),
    "gaussian": Contest(ours.gaussian, lambda x: torch.exp(-x * x), "gaussian"),
    "erf": Contest(ours.erf, torch.erf, "erf"),
    "tanhexp": Contest(ours.tanhexp, lambda x: x * torch.tanh(torch.exp(x)), "tanhexp"),
    "serf": Contest(ours.serf, lambda x: x * torch.erf(F.softplus(x)), "serf"),
    "logish": Contest(ours.logish, lambda x: x * torch.log1p(torch.sigmoid(x)), "logish"),
    "sine": Contest(ours.sine, lambda x: torch.sin(30.0 * x), "sine", (30.0,), lambda x: np.sin(30 * x)),
    "snake": Contest(lambda x: ours.snake(x, 0.7), lambda x: x + torch.sin(0.7 * x) ** 2 / 0.7, "snake", (0.7,)),
    "relu": Contest(ours.relu, F.relu, "relu", (), lambda x: np.maximum(x, 0), "relu", linear=True),
    "leaky_relu": Contest(ours.leaky_relu, F.leaky_relu, "leaky_relu", (0.01,), None, "leaky_relu", linear=True),
    "relu6": Contest(lambda x: ours.hardtanh(x, 0, 6), F.relu6, "hardtanh", (0.0, 6.0), None, "relu6", linear=True),
    "prelu": Contest(ours.prelu, F.prelu, linear=True, weight=True),
    "swish_trained": Contest(ours.swish, lambda x, b: x * torch.sigmoid(b * x), weight=True),
    "maxout": Contest(ours.maxout, lambda x: torch.maximum(*_blocks(x)), linear=True, halves=True),
    "glu": Contest(ours.glu, F.glu, halves=True, jax="glu"),
    "reglu": Contest(ours.reglu, lambda x: _blocks(x)[0] * F.relu(_blocks(x)[1]), linear=True, halves=True),
    "geglu": Contest(ours.geglu, lambda x: _blocks(x)[0] * F.gelu(_blocks(x)[1]), halves=True),
    "swiglu": Contest(ours.swiglu, lambda x: _blocks(x)[0] * F.silu(_blocks(x)[1]), halves=True),
}
ELEMENTWISE = [name for name, contest in CONTESTS.items() if contest.formula]
