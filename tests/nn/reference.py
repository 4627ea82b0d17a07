"""The functions once more, from their papers, in mpmath: what every computed digit is compared with."""

from __future__ import annotations

from collections.abc import Callable

import torch
from mpmath import mp, mpf

Real = Callable[..., mpf]
SELU_ALPHA = mpf("1.67326324235437728481704299167171")  # Klambauer et al., 2017
SELU_SCALE = mpf("1.05070098735548049341933498529460")

# One choice of constants per function, none of them so round that a slip would not show.
CONSTANTS: dict[str, tuple[float, ...]] = {
    "swish": (1.7,),
    "scaled_softplus": (2.3,),
    "elu": (1.3,),
    "celu": (0.7,),
    "squareplus": (4.0,),
    "isru": (1.5,),
    "sine": (30.0,),
    "snake": (0.7,),
    "leaky_relu": (0.01,),
    "hardtanh": (-1.0, 2.0),
}


def sigma(x: mpf) -> mpf:
    return 1 / (1 + mp.exp(-x))


def log1p_exp(x: mpf) -> mpf:
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x)))


def elu(x: mpf, alpha: float) -> mpf:
    return x if x > 0 else alpha * mp.expm1(x)


TRUTH: dict[str, Real] = {
    "sigmoid": sigma,
    "tanh": mp.tanh,
    "tanhshrink": lambda x: x - mp.tanh(x),
    "silu": lambda x: x * sigma(x),
    "swish": lambda x, beta: x * sigma(beta * x),
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "gelu_tanh": lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))),
    "mish": lambda x: x * mp.tanh(log1p_exp(x)),
    "tanhexp": lambda x: x * mp.tanh(mp.exp(x)),
    "serf": lambda x: x * mp.erf(log1p_exp(x)),
    "logish": lambda x: x * mp.log1p(sigma(x)),
    "softplus": log1p_exp,
    "scaled_softplus": lambda x, beta: log1p_exp(beta * x) / beta,
    "logsigmoid": lambda x: -log1p_exp(-x),
    "elu": elu,
    "selu": lambda x: SELU_SCALE * elu(x, SELU_ALPHA),
    "celu": lambda x, alpha: alpha * elu(x / alpha, 1.0),
    "softsign": lambda x: x / (1 + abs(x)),
    "hardsigmoid": lambda x: min(max(x + 3, mpf(0)), mpf(6)) / 6,
    "hardswish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "squared_relu": lambda x: max(x, 0) ** 2,
    "squareplus": lambda x, b: (x + mp.sqrt(x * x + b)) / 2,
    "isru": lambda x, alpha: x / mp.sqrt(1 + alpha * x * x),
    "bent_identity": lambda x: (mp.sqrt(x * x + 1) - 1) / 2 + x,
    "gaussian": lambda x: mp.exp(-x * x),
    "erf": mp.erf,
    "sine": lambda x, w0: mp.sin(w0 * x),
    "snake": lambda x, a: x + mp.sin(a * x) ** 2 / a,
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "hardtanh": lambda x, low, high: min(max(x, low), high),
}
KINKS = {"hardswish": (-3.0, 3.0), "hardsigmoid": (-3.0, 3.0), "squared_relu": (0.0,), "softsign": (0.0,)}
KINKS |= {"elu": (0.0,), "selu": (0.0,), "celu": (0.0,), "relu": (0.0,), "leaky_relu": (0.0,), "hardtanh": (-1.0, 2.0)}


def points(count: int = 40) -> list[float]:
    """Inputs in float32: near zero, where things happen, next to the zeros of slopes, and far out."""
    even = torch.linspace(-9.0, 9.0, count)
    special = [-1e4, -87.5, -40.0, -1.2784645, -0.7517915, -0.7524614, -1.1924312, -1e-3, -1e-9]
    return [*even.tolist(), *torch.tensor([*special, 1e-9, 1e-3, 1.5, 20.0, 95.0, 1e4]).tolist()]


def true(name: str, x: float, order: int, constants: dict[str, tuple[float, ...]] = CONSTANTS) -> mpf | None:
    """The ``order``-th derivative at ``x`` to 50 digits; ``None`` where there is none."""
    if order and any(x == kink for kink in KINKS.get(name, ())):
        return None
    # Far out a sum such as x + sqrt(x^2 + b) cancels, and a derivative is a difference.
    with mp.workdps(120):
        return mp.diff(lambda t: TRUTH[name](t, *(mpf(c) for c in constants.get(name, ()))), mpf(x), order)
