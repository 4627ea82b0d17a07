"""Modules in place of ``torch.nn``'s whose kernels lose digits: same names, same arguments, same state.

Each derives from torch's, so that code which asks ``isinstance(layer, torch.nn.GELU)`` goes on working. There is no
``inplace``: a gradient needs the input that it would overwrite.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gainstage.nn import functional as F


class Sigmoid(torch.nn.Sigmoid):
    """1 / (1 + e^-x); see :func:`gainstage.nn.functional.sigmoid`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


class Tanh(torch.nn.Tanh):
    """Hyperbolic tangent; see :func:`gainstage.nn.functional.tanh`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


class Tanhshrink(torch.nn.Tanhshrink):
    """x - tanh(x); see :func:`gainstage.nn.functional.tanhshrink`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class GELU(torch.nn.GELU):
    """x Phi(x), or with ``approximate="tanh"`` its approximation; see :func:`gainstage.nn.functional.gelu`.

    Example:
        >>> import torch
        >>> GELU()(torch.tensor([-6.0]))
        tensor([-5.9195e-09])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, self.approximate)


class SiLU(torch.nn.SiLU):
    """x sigmoid(x); see :func:`gainstage.nn.functional.silu`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input)


class Mish(torch.nn.Mish):
    """x tanh(softplus(x)); see :func:`gainstage.nn.functional.mish`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input)


class Softplus(torch.nn.Softplus):
    """log(1 + e^(beta x)) / beta; see :func:`gainstage.nn.functional.softplus`. There is no threshold."""

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__(beta, torch.inf)

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta}"


class LogSigmoid(torch.nn.LogSigmoid):
    """log(sigmoid(x)); see :func:`gainstage.nn.functional.logsigmoid`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class ELU(torch.nn.ELU):
    """x for x > 0, alpha (e^x - 1) otherwise; see :func:`gainstage.nn.functional.elu`."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha)


class SELU(torch.nn.SELU):
    """ELU scaled to a fixed point of mean 0 and variance 1; see :func:`gainstage.nn.functional.selu`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input)


class CELU(torch.nn.CELU):
    """x for x > 0, alpha (e^(x / alpha) - 1) otherwise; see :func:`gainstage.nn.functional.celu`."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha)

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha)


class Softsign(torch.nn.Softsign):
    """x / (1 + |x|); see :func:`gainstage.nn.functional.softsign`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class Hardswish(torch.nn.Hardswish):
    """x min(max(x + 3, 0), 6) / 6; see :func:`gainstage.nn.functional.hardswish`."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input)
