"""Elementwise modules that ``torch.nn`` lacks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gainstage.nn import functional as F


class Swish(nn.Module):
    """x sigmoid(beta x) (Ramachandran et al., 2017).

    Args:
        beta: the steepness: 1 (default) is SiLU, 0 is x / 2, and large ones come near ReLU.
        trainable: whether ``beta`` is a parameter. Default: False.
        num_parameters: how many, 1 (default) or the number of channels (dimension 1 of the input).

    Shape: any, to the same.

    Example:
        >>> Swish(2.0)
        Swish(beta=2.0, trainable=False)
    """

    def __init__(
        self,
        beta: float = 1.0,
        trainable: bool = False,
        num_parameters: int = 1,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.initial, self.trainable = float(beta), trainable
        self.beta: Any = self.initial
        if trainable:
            self.beta = nn.Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set ``beta`` to its first value."""
        if self.trainable:
            nn.init.constant_(self.beta, self.initial)

    def forward(self, input: Tensor) -> Tensor:
        return F.swish(input, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.initial}, trainable={self.trainable}"


class Snake(nn.Module):
    """x + sin(a x)^2 / a with a learnable a (Ziyin et al., 2020), for periodic signals.

    Args:
        num_parameters: 1 (default), or the number of channels (dimension 1 of the input).
        a: its first value. Default: 1.0.

    Shape: any, to the same. Parameters: ``a``, ``(num_parameters,)``.

    Example:
        >>> Snake(8, a=0.5)
        Snake(num_parameters=8, a=0.5)
    """

    def __init__(
        self,
        num_parameters: int = 1,
        a: float = 1.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if a == 0:
            raise ValueError("Snake(a=0): expected a number other than 0")
        self.num_parameters, self.initial = num_parameters, float(a)
        self.a = nn.Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set ``a`` to its first value."""
        nn.init.constant_(self.a, self.initial)

    def forward(self, input: Tensor) -> Tensor:
        return F.snake(input, self.a)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}, a={self.initial}"


class ESwish(nn.Module):
    """2 x sigmoid(beta x); ``beta`` is 1 by default. Alcaide (2018) puts the parameter in front instead."""

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = float(beta)

    def forward(self, input: Tensor) -> Tensor:
        return F.eswish(input, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta}"


class Sine(nn.Module):
    """sin(w0 x) (Sitzmann et al., 2020); ``w0`` is 30 by default."""

    def __init__(self, w0: float = 30.0) -> None:
        super().__init__()
        self.w0 = float(w0)

    def forward(self, input: Tensor) -> Tensor:
        return F.sine(input, self.w0)

    def extra_repr(self) -> str:
        return f"w0={self.w0}"


class Squareplus(nn.Module):
    """(x + sqrt(x^2 + b)) / 2 (Barron, 2021); ``b`` is 4 by default."""

    def __init__(self, b: float = 4.0) -> None:
        super().__init__()
        self.b = float(b)

    def forward(self, input: Tensor) -> Tensor:
        return F.squareplus(input, self.b)

    def extra_repr(self) -> str:
        return f"b={self.b}"


class ISRU(nn.Module):
    """x / sqrt(1 + alpha x^2) (Carlile et al., 2017); ``alpha`` is 1 by default."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = float(alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.isru(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class BinaryStep(nn.Module):
    """1 where x >= 0, else 0, with a straight-through gradient where |x| <= ``window`` (1 by default, None: all)."""

    def __init__(self, window: float | None = 1.0) -> None:
        super().__init__()
        self.window = window

    def forward(self, input: Tensor) -> Tensor:
        return F.binary_step(input, self.window)

    def extra_repr(self) -> str:
        return f"window={self.window}"


class SquaredReLU(nn.Module):
    """max(x, 0)^2 (So et al., 2021)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.squared_relu(input)


class TanhExp(nn.Module):
    """x tanh(e^x) (Liu and Di, 2020)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhexp(input)


class Serf(nn.Module):
    """x erf(softplus(x)) (Nag et al., 2021)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.serf(input)


class Logish(nn.Module):
    """x log(1 + sigmoid(x)) (Zhu et al., 2021)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.logish(input)


class BentIdentity(nn.Module):
    """(sqrt(x^2 + 1) - 1) / 2 + x."""

    def forward(self, input: Tensor) -> Tensor:
        return F.bent_identity(input)


class Gaussian(nn.Module):
    """e^(-x^2)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.gaussian(input)


class Erf(nn.Module):
    """The error function."""

    def forward(self, input: Tensor) -> Tensor:
        return F.erf(input)
