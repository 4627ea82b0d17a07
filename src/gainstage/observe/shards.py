"""Parameters of which each rank holds a part (DTensor, as FSDP2 makes them): that part is looked at, none gathered."""

from __future__ import annotations

from typing import Any

import torch

_WHOLE = (torch.Tensor, torch.nn.Parameter)


def local(tensor: torch.Tensor) -> torch.Tensor:
    """What this rank holds of ``tensor``, sharing its memory; a tensor that is no DTensor as it is."""
    part: Any = None if type(tensor) in _WHOLE else getattr(tensor, "to_local", None)
    if part is None:
        return tensor
    with torch.no_grad():  # autograd would take note of it
        return part()


def shard_shape(tensor: torch.Tensor) -> tuple[int, ...]:
    """The shape of this rank's part; () for a tensor that it holds whole."""
    part = local(tensor)
    return () if part is tensor or part.shape == tensor.shape else tuple(part.shape)


def is_emptied(tensor: torch.Tensor) -> bool:
    """FSDP keeps a gathered parameter as an object and frees its memory between uses."""
    return tensor.untyped_storage().size() == 0
