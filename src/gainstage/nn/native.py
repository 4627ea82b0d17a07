"""Calls the kernels on tensors: which tensors they take, and memory laid out as they need it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache

import torch
from torch import Tensor

from gainstage.nn.compiler import library

FORMATS = {torch.float32: "f32", torch.bfloat16: "bf16", torch.float16: "f16"}
PARALLEL = 32_768  # elements below which one thread is faster than waking others
_REST = ((0.0, 0.0), (0.0,), ())  # every kernel takes two constants
Kernel = Callable[..., None]


@cache
def kernel(name: str, part: str, dtype: torch.dtype) -> Kernel | None:
    """The function that computes ``part`` (``"value"``, ``"pullback"``) of ``name``; ``None`` where there is none."""
    pointers = [ctypes.c_void_p] * (2 if part == "value" else 3)
    return symbol(f"{name}_{part}", dtype, [*pointers, ctypes.c_int64, ctypes.c_int, *[ctypes.c_double] * 2])


def symbol(name: str, dtype: torch.dtype, arguments: list[type]) -> Kernel | None:
    """The kernels' function ``name`` for numbers of ``dtype``, ready to be called."""
    loaded = library(FORMATS[dtype]) if dtype in FORMATS else None
    found = getattr(loaded, f"gainstage_{name}", None)
    if found is not None:
        found.argtypes, found.restype = arguments, None
    return found


def takes(x: Tensor) -> bool:
    """Whether a kernel may read this tensor's memory."""
    return x.is_cpu and x.layout is torch.strided and not x.is_neg()


def threads(count: int) -> int:
    """How many threads may share ``count`` elements."""
    return torch.get_num_threads() if count >= PARALLEL else 1


def value(run: Kernel, x: Tensor, constants: Sequence[float]) -> Tensor:
    """f(x) in a new dense tensor that has x's strides if x is dense."""
    out, count = torch.empty_like(x), x.numel()
    if not x.is_contiguous():
        x = alike(x, out)
    run(x.data_ptr(), out.data_ptr(), count, threads(count), *constants, *_REST[len(constants)])
    return out


def pullback(run: Kernel, gradient: Tensor, x: Tensor, constants: Sequence[float]) -> Tensor:
    """gradient * f'(x), likewise."""
    out, count = torch.empty_like(x), x.numel()
    if not (x.is_contiguous() and gradient.is_contiguous()) or gradient.is_neg():
        x, gradient = alike(x, out), alike(gradient, out)
    run(gradient.data_ptr(), x.data_ptr(), out.data_ptr(), count, threads(count), *constants, *_REST[len(constants)])
    return out


def alike(x: Tensor, model: Tensor) -> Tensor:
    """``x`` with the strides of the dense tensor ``model``: itself where it has them, else a copy."""
    if x.stride() == model.stride() and not x.is_neg():
        return x
    return torch.empty_like(model, dtype=x.dtype).copy_(x)
