"""Constructed networks as torch modules: the one file here that knows torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gainstage.construct.build import construct
from gainstage.construct.one import evaluator
from gainstage.construct.report import Construction, Report
from gainstage.construct.target import Modulus
from gainstage.construct.unit import Unit
from gainstage.functions.card import Card
from gainstage.functions.function import Array

TORCH_DTYPES = {"float32": torch.float32, "float64": torch.float64}


class Approximation(nn.Sequential):
    """A constructed network: linear layers with the unit's activation between them, and ``report`` about it.

    It takes tensors of shape (..., d) for d inputs and returns (..., 1); it trains, moves and is saved like every
    ``nn.Sequential``. ``report`` describes the network as it was built, not as it may have been trained since.
    """

    built: Construction

    @property
    def report(self) -> Report:
        """Units, bound and its proof, measured error, largest weight, what equal widths would have needed."""
        return self.built.report

    def evaluate(self, x: Any) -> Array:
        """The network as built at ``x``, in float64 and without torch, of the shape of ``x`` (one input).

        Only units that bend close to a point are computed one by one; the others are summed up beforehand. That is
        what makes thousands of units at a million points a matter of a second. Of several inputs ``x`` has shape
        (n, d) and the result (n,).
        """
        points = np.asarray(x, dtype=float)
        if len(self.report.domain) > 1:
            return self.built.network(points)
        return evaluator(self.built.network, points.size)(points.ravel()).reshape(points.shape)


def module(built: Construction) -> Approximation:
    """The construction as a torch module, in its dtype, on the CPU; no random number is drawn."""
    layers: list[nn.Module] = []
    for layer in built.network.layers:
        layers += [_linear(layer.weight, layer.bias, built.network.dtype), activation(built.network.unit)]
    made = Approximation(*layers[:-1])
    made.built = built
    return made


class Elementwise(nn.Module):
    """A function of the catalogue by its torch expression, its parameters fixed."""

    def __init__(self, name: str, expression: str, settings: Mapping[str, float]) -> None:
        super().__init__()
        self.name, self.expression, self.settings = name, expression, dict(settings)

    def forward(self, x: Tensor) -> Tensor:
        """The function of every element."""
        return _compiled(self.expression, tuple(self.settings))(x, **self.settings)

    def extra_repr(self) -> str:
        """Its name and parameters."""
        return ", ".join([self.name, *(f"{name}={value:g}" for name, value in self.settings.items())])


@lru_cache(maxsize=64)
def _compiled(expression: str, names: tuple[str, ...]) -> Callable[..., Tensor]:
    """The catalogue's own expression as a function."""
    return eval(f"lambda {', '.join(['x', *names])}: {expression}", {"torch": torch, "F": nn.functional})


LEARNED = ("prelu", "rrelu")  # whose torch modules learn or draw what is fixed here
ALWAYS_ITSELF = 50.0  # softplus: where e^-x is lost in x even in float64; torch's default of 20 is not far enough


def activation(unit: Unit) -> nn.Module:
    """The unit's function as a torch module, torch's own where it has one."""
    card = unit.card
    home, _, name = card.module.rpartition(".")
    if not home or card.name in LEARNED or (home != "torch.nn" and card.parameters):
        return Elementwise(card.name, card.torch, card.parameters)
    more = {"threshold": ALWAYS_ITSELF} if card.name == "softplus" else {}
    return getattr(import_module(home), name)(**card.parameters, **more)


def approximate(
    function: Any,
    interval: Any = None,
    tolerance: float = 0.01,
    unit: str | Card = "sigmoid",
    *,
    dtype: str = "float32",
    modulus: float | Modulus | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Approximation:
    """Build, without training, a network whose largest error on the interval is at most ``tolerance``, and prove it.

    Steps (sigmoid, tanh, binary_step, ...) become towers, ramps (relu, gelu, softplus, ...) a polyline, each placed so
    that flat and straight stretches cost little; other units that are no polynomial get their output weights from a
    linear system. Two and three inputs take products of steps or ramps through a second hidden layer.

    Args:
        function: a formula such as ``"sin(3*x)*exp(-x/2)"`` or a sympy expression (the bound is then *certified* by
            ball arithmetic), a callable on arrays or numbers, or data as a pair of arrays (x, y).
        interval: (low, high), or one such pair for each input; data bring their own.
        tolerance: the largest error that will do, in the sup norm, arithmetic in ``dtype`` included.
        unit: a function of the catalogue, by name or card.
        dtype: of the weights, "float32" or "float64".
        modulus: of a callable: its Lipschitz constant, or a function from a distance (in the sup norm of the inputs)
            to the largest change over it. The bound then rests on it; without, it is only *sampled*.
        parameters: of the unit, where they differ from its defaults.

    Raises:
        CannotApproximate: when no such network exists (a jump, an unbounded interval, a polynomial unit, a tolerance
            below the dtype's resolution) or when no construction reaches the tolerance.
        UnknownFunction, OutsideDomain: when the catalogue has no such unit.

    Example:
        >>> import gainstage
        >>> network = gainstage.approximate("x**2", (-1, 1), 0.05, unit="relu")
        >>> network
        Approximation(
          (0): Linear(in_features=1, out_features=4, bias=True)
          (1): ReLU()
          (2): Linear(in_features=4, out_features=1, bias=True)
        )
        >>> network.report.proof, network.report.bound <= 0.05
        ('certified', True)

    Source: Cybenko 1989; Leshno, Lin, Pinkus & Schocken 1993; the towers as in Nielsen 2015, chapter 4.
    """
    return module(construct(function, interval, tolerance, unit, dtype=dtype, modulus=modulus, parameters=parameters))


def _linear(weight: Array, bias: Array, dtype: str) -> nn.Linear:
    kind = TORCH_DTYPES[dtype]
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=kind, device="meta")  # where no numbers are drawn
    layer.weight = nn.Parameter(torch.tensor(weight, dtype=kind))
    layer.bias = nn.Parameter(torch.tensor(bias, dtype=kind))
    return layer
