"""The functions of the installed torch by what the watcher does with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from gainstage.observe import operations
from gainstage.observe.operations import Operation


@dataclass(frozen=True, slots=True)
class Tables:
    """Function objects, to be looked up at every call."""

    recorded: dict[Any, Operation]
    products: dict[Any, Operation]
    clamps: frozenset[Any]
    subtractions: frozenset[Any]
    getters: dict[Any, str]
    backward: frozenset[Any]


@cache
def tables() -> Tables:
    """The tables, built once."""
    return Tables(
        operations.table(),
        operations.products(),
        operations.clamps(),
        operations.subtractions(),
        operations.getters(),
        frozenset((torch.Tensor.backward, torch.autograd.backward)),
    )
