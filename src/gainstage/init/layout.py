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

    ``flipped``: the tensor's first dimension is the inputs' (transposed convolutions, ``x @ W``).
    """

    groups: int
    outputs: int
    inputs: int
    kernel: tuple[int, ...] = ()
    stride: int = 1
    flipped: bool = False

    @property
    def taps(self) -> int:
        """Entries of the kernel."""
        return prod(self.kernel)

    @property
    def fan_in(self) -> float:
        """How many inputs meet in one output; of a transposed convolution with a stride, on average."""
        return self.inputs * self.taps / (self.stride if self.flipped else 1)

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


def of_module(module: nn.Module, weight: torch.Tensor) -> Layout:
    """The layout of a layer's weight, with the groups, stride and direction that only the layer knows."""
    if isinstance(module, nn.modules.conv._ConvNd):
        return of(weight, module.groups, module.transposed, prod(module.stride))
    return of(weight)
