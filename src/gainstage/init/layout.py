"""How a weight tensor is a matrix: which of its dimensions are outputs, which inputs, and how many meet in a unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
from torch import nn

from gainstage.errors import GainstageError


@dataclass(frozen=True, slots=True)
class Layout:
    """A weight as ``groups`` matrices of ``outputs`` x ``inputs`` with ``taps`` (the kernel's size) entries each.

    ``flipped``: the tensor's first dimension is the inputs' (transposed convolutions, ``x @ W``, embeddings).
    ``chosen``: only one input at a time is not zero (embeddings).
    """

    groups: int
    outputs: int
    inputs: int
    kernel: tuple[int, ...] = ()
    stride: int = 1
    flipped: bool = False
    chosen: bool = False

    @property
    def taps(self) -> int:
        """Entries of the kernel."""
        return prod(self.kernel)

    @property
    def fan_in(self) -> float:
        """How many inputs meet in one output; of a transposed convolution with a stride, on average."""
        return 1.0 if self.chosen else self.inputs * self.taps / (self.stride if self.flipped else 1)

    @property
    def fan_out(self) -> float:
        """How many outputs one input reaches."""
        return self.outputs * self.taps / (1 if self.flipped else self.stride)

    def to_tensor(self, matrices: torch.Tensor) -> torch.Tensor:
        """From (groups, outputs, inputs, taps) to the shape of the weight."""
        ordered = matrices.transpose(1, 2) if self.flipped else matrices
        first, second = (self.inputs, self.outputs) if self.flipped else (self.outputs, self.inputs)
        return ordered.reshape(self.groups * first, second, *self.kernel)


def of(tensor: torch.Tensor, groups: int = 1, flipped: bool = False, stride: int = 1) -> Layout:
    """The layout of a weight of shape (outputs, inputs / groups, *kernel), or (inputs, outputs / groups, *kernel)."""
    if tensor.dim() < 2:
        raise GainstageError(
            f"a weight of shape {tuple(tensor.shape)} has no inputs and outputs; expected two or more dimensions "
            "(biases are set with torch.nn.init.zeros_)"
        )
    first, second, *kernel = tensor.shape
    if groups < 1 or first % groups:
        raise GainstageError(f"a weight of shape {tuple(tensor.shape)} cannot be cut into groups={groups}")
    outputs, inputs = (second, first // groups) if flipped else (first // groups, second)
    return Layout(groups, outputs, inputs, tuple(kernel), stride, flipped)


def embedding(tensor: torch.Tensor) -> Layout:
    """The layout of a table of vectors, of shape (entries, units)."""
    return Layout(1, tensor.shape[1], tensor.shape[0], flipped=True, chosen=True)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows ``first`` to ``last`` of a weight (all by default) that are one matrix of their own."""

    tensor: torch.Tensor
    layout: Layout
    first: int = 0

    def write(self, matrices: torch.Tensor) -> None:
        """Put (groups, outputs, inputs, taps) where they belong."""
        values = self.layout.to_tensor(matrices)
        self.tensor[self.first : self.first + len(values)].copy_(values)


def parts(layer: nn.Module) -> list[Part] | None:
    """The matrices of a layer: one; three of a packed attention projection; one a gate. None for what is no layer."""
    if isinstance(layer, nn.modules.conv._ConvNd):
        return [Part(layer.weight, of(layer.weight, layer.groups, layer.transposed, prod(layer.stride)))]
    if isinstance(layer, (nn.Linear, nn.Bilinear)):
        return [Part(layer.weight, of(layer.weight))]
    if isinstance(layer, (nn.Embedding, nn.EmbeddingBag)):
        return [Part(layer.weight, embedding(layer.weight))]
    if isinstance(layer, nn.MultiheadAttention):
        if layer.in_proj_weight is not None:
            packed = stacked(layer.in_proj_weight, 3)
        else:
            packed = [Part(each, of(each)) for each in (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight)]
        return [*packed, Part(layer.out_proj.weight, of(layer.out_proj.weight))]
    if isinstance(layer, (nn.RNNBase, nn.RNNCellBase)):
        weights = [(name, each) for name, each in layer.named_parameters() if name.startswith("weight")]
        return [part for name, each in weights for part in stacked(each, gates(layer) if "hr" not in name else 1)]
    return None


def gates(layer: nn.Module) -> int:
    """How many matrices a recurrent layer's weights hold, one below the other."""
    if isinstance(layer, (nn.LSTM, nn.LSTMCell)):
        return 4
    return 3 if isinstance(layer, (nn.GRU, nn.GRUCell)) else 1


def stacked(tensor: torch.Tensor, count: int) -> list[Part]:
    """``count`` matrices one below the other."""
    rows = tensor.shape[0] // count
    return [Part(tensor, of(tensor[start : start + rows]), start) for start in range(0, rows * count, rows)]
