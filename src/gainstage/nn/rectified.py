"""Piecewise linear modules: those of ``torch.nn`` that could keep less or run faster, and SReLU."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gainstage.nn import functional as F


class ReLU(nn.ReLU):
    """max(x, 0); see :func:`gainstage.nn.functional.relu`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input)


class LeakyReLU(nn.LeakyReLU):
    """x for x > 0, negative_slope x otherwise; see :func:`gainstage.nn.functional.leaky_relu`."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__(negative_slope)

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope)


class Hardtanh(nn.Hardtanh):
    """x between two bounds; see :func:`gainstage.nn.functional.hardtanh`."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        super().__init__(min_val, max_val)

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val)


class Hardsigmoid(nn.Hardsigmoid):
    """min(max(x + 3, 0), 6) / 6; see :func:`gainstage.nn.functional.hardsigmoid`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input)


class ReLU6(nn.ReLU6):
    """x between 0 and 6; see :func:`gainstage.nn.functional.hardtanh`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, 0.0, 6.0)


class PReLU(nn.PReLU):
    """x for x > 0, weight x otherwise; see :func:`gainstage.nn.functional.prelu`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)


class SReLU(nn.Module):
    """x between two learnable bounds, straight lines of learnable slopes outside (Jin et al., 2015).

    Args:
        num_parameters: 1 (default), or the number of channels (dimension 1 of the input).
        low, low_slope, high, high_slope: first values. Defaults: 0, 0.2, 1, 1, which is leaky ReLU of slope 0.2.

    Shape: any, to the same. Parameters: ``low``, ``low_slope``, ``high``, ``high_slope``, each ``(num_parameters,)``.

    Example:
        >>> SReLU(64)
        SReLU(num_parameters=64)
    """

    low: nn.Parameter
    low_slope: nn.Parameter
    high: nn.Parameter
    high_slope: nn.Parameter

    def __init__(
        self,
        num_parameters: int = 1,
        low: float = 0.0,
        low_slope: float = 0.2,
        high: float = 1.0,
        high_slope: float = 1.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.initial = {"low": low, "low_slope": low_slope, "high": high, "high_slope": high_slope}
        for name in self.initial:
            self.register_parameter(name, nn.Parameter(torch.empty(num_parameters, device=device, dtype=dtype)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set all four to their first values."""
        for name, value in self.initial.items():
            nn.init.constant_(getattr(self, name), value)

    def forward(self, input: Tensor) -> Tensor:
        return F.srelu(input, self.low, self.low_slope, self.high, self.high_slope)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
