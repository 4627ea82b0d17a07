"""Layers that compute several matrix products in one operation: recurrent ones and torch's attention."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from gainstage.init.draw import Generator, orthogonal
from gainstage.init.layout import gates, parts

FORGET = 1  # which of an LSTM's four matrices is the forget gate's
_ATTENTION = "queries, keys and values: an orthogonal matrix each, unit variance"
_INPUT = "reads the input: an orthogonal matrix for each gate, unit variance"
_RECURRENT = "reads the state: an orthogonal matrix for each gate, so that neither state nor gradient fades (Saxe 2014)"


@dataclass(frozen=True, slots=True)
class Given:
    """New values of one parameter, and the reason."""

    parameter: torch.Tensor
    values: torch.Tensor
    why: str


def wholes(model: nn.Module, may: Collection[int], generator: Generator) -> Iterator[Given]:
    """New values for attention and recurrent modules, as far as their parameters are among ``may``."""
    for module in model.modules():
        if isinstance(module, nn.MultiheadAttention):
            found = _attention(module, generator)
        elif isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            found = _recurrent(module, generator)
        else:
            continue
        yield from (given for given in found if id(given.parameter) in may)


def _attention(module: nn.MultiheadAttention, generator: Generator) -> Iterator[Given]:
    """What makes queries, keys and values; the layer at the end is planned as any other."""
    for weight, values in _matrices(module, generator):
        if weight is not module.out_proj.weight:
            yield Given(weight, values, _ATTENTION)
    if module.in_proj_bias is not None:
        yield Given(module.in_proj_bias, torch.zeros(module.in_proj_bias.shape), "zero")


def _recurrent(module: nn.RNNBase | nn.RNNCellBase, generator: Generator) -> Iterator[Given]:
    names = {id(parameter): name for name, parameter in module.named_parameters()}
    for weight, values in _matrices(module, generator):
        yield Given(weight, values, _INPUT if "_ih" in names[id(weight)] else _RECURRENT)
    for name, bias in module.named_parameters():
        if name.startswith("bias"):
            values = torch.zeros(bias.shape)
            if gates(module) == 4 and "_ih" in name:
                values.view(4, -1)[FORGET] = 1
                yield Given(
                    bias, values, "one for the forget gate, which remembers at first (Jozefowicz 2015); else zero"
                )
            else:
                yield Given(bias, values, "zero")


def _matrices(module: nn.Module, generator: Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Each weight with its new values, a matrix of its own for each part."""
    drawn: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    for part in parts(module) or ():
        _, values = drawn.setdefault(id(part.tensor), (part.tensor, torch.zeros(part.tensor.shape)))
        block = part.layout.to_tensor(orthogonal(part.layout, 1.0, generator))
        values[part.first : part.first + len(block)] = block
    yield from drawn.values()
