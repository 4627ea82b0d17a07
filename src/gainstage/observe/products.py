"""Matrix products with a weight: which factor it is, and how many inputs and outputs it connects.

The shape of the parameter does not tell: ``x @ W``, ``x @ W.t()`` and ``W @ x`` read the same matrix in different ways.
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch

from gainstage.observe.origins import tensors


def weight_first(name: str, args: tuple[Any, ...], entering: torch.Tensor) -> bool:
    """``W @ x``: the units are the last dimension but one, and examples are columns."""
    return name != "einsum" and _factors(name, args)[0] is not entering


def fans(name: str, args: tuple[Any, ...], entering: torch.Tensor) -> tuple[int, int]:
    """(fan-in, fan-out) of the factor that is not ``entering``; (0, 0) where the call does not say."""
    factors = _factors(name, args)
    if len(factors) != 2:
        return 0, 0
    if name == "einsum":
        return _einsum(args[0], factors, int(factors[0] is entering))
    if factors[0] is entering:
        shape = factors[1].shape
        return (int(shape[-2]), int(shape[-1])) if len(shape) > 1 else (int(shape[0]), 1)
    shape = factors[0].shape
    return int(shape[-1]), int(shape[-2]) if len(shape) > 1 else 1


def _factors(name: str, args: tuple[Any, ...]) -> list[torch.Tensor]:
    """The two factors in order; of ``addmm`` without what is added."""
    return tensors(args[1:] if name == "addmm" else args, {})


def _einsum(equation: Any, factors: list[torch.Tensor], weight: int) -> tuple[int, int]:
    """Labels of the weight that are summed over are inputs, those that only it has are outputs."""
    given, arrow, result = str(equation).replace(" ", "").partition("->")
    terms = given.split(",")
    if not arrow or len(terms) != 2 or "." in terms[weight]:
        return 0, 0
    sizes = dict(zip(terms[weight], factors[weight].shape, strict=True))
    inputs = prod(int(size) for label, size in sizes.items() if label not in result)
    outputs = prod(int(size) for label, size in sizes.items() if label in result and label not in terms[1 - weight])
    return inputs, outputs
