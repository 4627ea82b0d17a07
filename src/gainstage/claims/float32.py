"""The float32 line, and what torch returns on it: from which input on a value is reached exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

LARGEST = float(np.finfo(np.float32).max)
NEIGHBOURS = 4096  # floats beyond the first that are looked at too: kernels are not monotonic to the last bit


def value(name: str) -> Callable[[Any], Any]:
    """The function ``name`` as torch computes it on float32 arrays."""

    def evaluated(x: Any) -> Any:
        import torch

        return _operation(name)(torch.from_numpy(np.asarray(x, dtype=np.float32))).numpy()

    return evaluated


def slope(name: str) -> Callable[[Any], Any]:
    """The gradient that torch's autograd returns for ``name`` on float32 arrays."""

    def evaluated(x: Any) -> Any:
        import torch

        given = torch.from_numpy(np.array(x, dtype=np.float32)).requires_grad_()
        (gradient,) = torch.autograd.grad(_operation(name)(given).sum(), given)
        return gradient.numpy()

    return evaluated


def _operation(name: str) -> Callable[[torch.Tensor], torch.Tensor]:
    import torch

    return getattr(torch, name, None) or getattr(torch.nn.functional, name)


def first(curve: Callable[[Any], Any], wanted: float, towards: float) -> float | None:
    """The float32 nearest to zero from which on ``curve`` is exactly ``wanted`` on the way to ``towards``.

    None when ``curve`` is not ``wanted`` even at ``towards``, or not throughout the following floats.
    """
    sign = np.float32(np.sign(towards))

    def reached(bits: int) -> bool:
        return bool(curve(_floats(bits, 1) * sign)[0] == wanted)

    low, high = 0, int(np.float32(abs(towards)).view(np.int32))
    if not reached(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    following = curve(_floats(high, NEIGHBOURS) * sign)
    return float(_floats(high, 1)[0] * sign) if bool(np.all(following == wanted)) else None


def _floats(bits: int, count: int) -> Any:
    """``count`` positive float32 numbers in a row; their order is that of their bits read as integers."""
    return np.arange(bits, bits + count, dtype=np.int32).view(np.float32)
