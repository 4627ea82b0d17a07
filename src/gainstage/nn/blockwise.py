"""Modules that work along a dimension: maxout, gated linear units, sparsemax."""

from __future__ import annotations

from torch import Tensor, nn

from gainstage.nn import functional as F


class Maxout(nn.Module):
    """The largest of ``pieces`` blocks along ``dim`` (Goodfellow et al., 2013).

    Put it behind a linear layer that has ``pieces`` times the outputs wanted.

    Args:
        pieces: how many blocks, 2 by default.
        dim: the dimension that is cut, the last by default.

    Shape: ``(…, pieces * n)`` to ``(…, n)``.

    Raises:
        ValueError: in use, when ``pieces`` does not divide the dimension.

    Example:
        >>> nn.Sequential(nn.Linear(20, 3 * 30), Maxout(3))(torch.randn(5, 20)).shape
        torch.Size([5, 30])
    """

    def __init__(self, pieces: int = 2, dim: int = -1) -> None:
        super().__init__()
        self.pieces, self.dim = pieces, dim

    def forward(self, input: Tensor) -> Tensor:
        return F.maxout(input, self.pieces, self.dim)

    def extra_repr(self) -> str:
        return f"pieces={self.pieces}, dim={self.dim}"


class GLU(nn.GLU):
    """a sigmoid(b), a and b the halves along ``dim`` (Dauphin et al., 2017). Shape: ``(…, 2n)`` to ``(…, n)``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)


class ReGLU(GLU):
    """a relu(b), a and b the halves along ``dim`` (Shazeer, 2020). Shape: ``(…, 2n)`` to ``(…, n)``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.reglu(input, self.dim)


class GEGLU(GLU):
    """a gelu(b), a and b the halves along ``dim`` (Shazeer, 2020). Shape: ``(…, 2n)`` to ``(…, n)``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.geglu(input, self.dim)


class SwiGLU(GLU):
    """a silu(b), a and b the halves along ``dim`` (Shazeer, 2020). Shape: ``(…, 2n)`` to ``(…, n)``."""

    def forward(self, input: Tensor) -> Tensor:
        return F.swiglu(input, self.dim)


class Sparsemax(nn.Module):
    """The nearest point of the simplex along ``dim`` (Martins and Astudillo, 2016); the last dimension by default."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.sparsemax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
