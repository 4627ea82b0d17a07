"""What is refused before anything is changed, and the way back when something fails half-way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.utils import _pytree as pytree

from gainstage.errors import GainstageError


def check_model(model: Any, verb: str) -> None:
    """A module whose parameters are there and finite.

    Raises:
        GainstageError: saying which parameter is not, and what to do.
    """
    if not isinstance(model, nn.Module):
        raise GainstageError(f"{verb}: got {type(model).__name__}, expected a torch.nn.Module")
    for name, parameter in model.named_parameters():
        check_tensor(parameter, name, verb, model)
        if parameter.is_floating_point() and not bool(torch.isfinite(parameter.detach()).all()):
            raise GainstageError(
                f"{verb}: parameter '{name}' holds NaN or infinity; expected finite numbers: load or make the network "
                "anew (a training that diverged leaves this behind; gainstage run says where it began)"
            )


def check_tensor(tensor: torch.Tensor, name: str, verb: str = "initialising", model: nn.Module | None = None) -> None:
    """A parameter with a shape and values.

    Raises:
        GainstageError: for a lazy, meta, or integer tensor that is to be drawn.
    """
    if is_lazy(tensor):
        raise GainstageError(
            f"{verb}: parameter '{name}' is lazy and has no shape yet; run one forward pass on a batch before"
        )
    if tensor.is_meta:
        raise GainstageError(
            f"{verb}: parameter '{name}' is on the meta device and has no values; materialise it before "
            "(model.to_empty(device='cpu'))"
        )
    if model is None and not tensor.is_floating_point():
        raise GainstageError(f"{verb}: '{name}' holds {tensor.dtype}; expected a floating-point tensor")


def check_inputs(inputs: Any, verb: str, *, least: int = 1) -> None:
    """A batch of finite numbers with at least ``least`` examples.

    Raises:
        GainstageError: saying what is wrong with which tensor.
    """
    found = [each for each in pytree.tree_leaves(inputs) if isinstance(each, torch.Tensor)]
    for tensor in found:
        shape = tuple(tensor.shape)
        if tensor.is_meta:
            raise GainstageError(f"{verb}: the input of shape {shape} is on the meta device; expected numbers")
        if tensor.numel() == 0:
            raise GainstageError(f"{verb}: the batch of shape {shape} is empty; expected one with examples in it")
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise GainstageError(f"{verb}: the input of shape {shape} holds NaN or infinity; expected finite numbers")
    if found and all(tensor.dim() > 0 and tensor.shape[0] < least for tensor in found):
        raise GainstageError(
            f"{verb}: a batch of {found[0].shape[0]} example has no variance; expected {least} or more, better 64"
        )


@contextmanager
def all_or_nothing(model: nn.Module) -> Iterator[None]:
    """Parameters come back bit for bit when anything is raised inside."""
    saved = [(parameter, parameter.detach().clone()) for parameter in model.parameters() if parameter.requires_grad]
    try:
        yield
    except BaseException:
        with torch.no_grad():
            for parameter, value in saved:
                parameter.copy_(value)
        raise
