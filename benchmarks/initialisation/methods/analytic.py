"""AutoInit (Bingham and Miikkulainen 2023), derived anew from the paper: mean and variance through the graph.

Each layer is told how it changes mean and variance of a normal signal, and each layer with weights gets those that
send what reaches it to mean 0 and variance 1: `Var w = 1 / (fan_in (mean^2 + variance))`. Zeros that pad an image take
their share of the fan-in away, an average over n places divides the variance by n as if they were independent. What the
method does not know passes mean and variance on, as in the authors' code.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from gainstage import functions
from gainstage.theory import moments
from methods.method import Situation

CATALOGUE = {
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.ReLU: "relu",
    nn.ELU: "elu",
    nn.SELU: "selu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.Mish: "mish",
}


class Signal(NamedTuple):
    """Mean and variance of the elements of a tensor."""

    mean: float
    variance: float


STANDARD = Signal(0.0, 1.0)


def autoinit(model: nn.Module, situation: Situation) -> None:
    """Initialise every layer with weights for inputs of the mean and variance that the data have."""
    inputs = situation.batch()[0]
    values = inputs.float()
    propagate(model, inputs, Signal(float(values.mean()), float(values.var())), situation.generator)


def propagate(
    model: nn.Module, inputs: Tensor, entering: Signal, generator: torch.Generator
) -> dict[str, Signal]:
    """Initialise ``model`` in the order in which its parts run; returns the signal expected after each of them.

    Of ``inputs`` only the shape is used.
    """
    traced = fx.symbolic_trace(model)
    ShapeProp(traced).propagate(inputs[:2])
    known: dict[fx.Node, Signal] = {}
    for node in traced.graph.nodes:
        given = [known[argument] for argument in node.all_input_nodes if argument in known]
        if node.op == "placeholder":
            known[node] = entering
        elif node.op == "call_module":
            module, before = traced.get_submodule(str(node.target)), node.all_input_nodes[0].meta["tensor_meta"].shape
            known[node] = _through_module(module, given[0] if given else STANDARD, before, generator)
        elif node.op == "call_function" and node.target in TWO and len(given) == 2:
            known[node] = TWO[node.target](*given)
        elif given:
            known[node] = given[-1]  # values, where weights and values are multiplied
    return {node.name: signal for node, signal in known.items()}


def _sum(one: Signal, other: Signal) -> Signal:
    return Signal(one.mean + other.mean, one.variance + other.variance)


TWO: dict[Any, Callable[[Signal, Signal], Signal]] = {operator.add: _sum, torch.add: _sum}


def _through_module(module: nn.Module, signal: Signal, shape: Sequence[int], generator: torch.Generator) -> Signal:
    """The signal after ``module``, whose input has this shape; it is given its weights on the way."""
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        std = 1 / math.sqrt(_taps(module, shape) * (signal.mean**2 + signal.variance))
        nn.init.normal_(module.weight, 0, std, generator=generator)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
        return STANDARD
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, generator=generator)
        return STANDARD
    if isinstance(module, nn.LayerNorm):
        return STANDARD
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return Signal(signal.mean, signal.variance / math.prod(shape[-2:]))
    if type(module) in CATALOGUE:
        found = moments(functions.get(CATALOGUE[type(module)]), signal.mean, math.sqrt(signal.variance))
        return Signal(found.mean, found.variance)
    return signal


def _taps(module: nn.Linear | nn.Conv2d, shape: Sequence[int]) -> float:
    """How many inputs an output has, on average over the places of an image."""
    if isinstance(module, nn.Linear):
        return module.in_features
    ones = torch.ones(1, 1, *shape[-2:]), torch.ones(1, 1, *module.kernel_size)
    return module.in_channels * float(F.conv2d(*ones, stride=module.stride, padding=module.padding).mean())
