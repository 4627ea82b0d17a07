"""How far a computed value is from the true one, in units in the last place."""

from __future__ import annotations

import torch
from torch import Tensor


def ulp_error(computed: Tensor, truth: Tensor) -> Tensor:
    """|computed - truth| in units in the last place of ``computed``'s dtype at ``truth``, as float64.

    Args:
        computed: values in float32, float16 or bfloat16.
        truth: the true values in float64, same shape.

    Where the truth is no normal number of the dtype (smaller, larger, infinite, NaN) the error is 0: there is no such
    promise. Where only the computed value is NaN or infinite it is infinite.

    Example:
        >>> ulp_error(torch.tensor([1.0000001]), torch.tensor([1.0], dtype=torch.float64))
        tensor([1.], dtype=torch.float64)
    """
    limits = torch.finfo(computed.dtype)
    digits = round(-torch.tensor(limits.eps, dtype=torch.float64).log2().item())
    exponent = torch.frexp(truth).exponent - 1
    unit = torch.ldexp(torch.ones_like(truth), exponent - digits)
    error = ((computed.double() - truth).abs() / unit).nan_to_num(nan=torch.inf)
    normal = (truth.abs() >= limits.tiny) & (truth.abs() <= limits.max)
    return torch.where(normal, error, 0.0)
