"""LSUV (Mishkin and Matas 2016) by the package of its first author."""

from __future__ import annotations

import torch
from torch import nn

from methods.method import Situation


def lsuv(model: nn.Module, situation: Situation) -> None:
    """Orthonormal weights, then layer after layer scaled until a batch leaves it with variance one (within 0.1)."""
    from lsuv import lsuv_with_singlebatch

    # The package draws from the global generator.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(situation.seed)
        lsuv_with_singlebatch(model, situation.batch()[0], verbose=False)
