"""Gainstage's own: by theory alone, and staged with a batch."""

from __future__ import annotations

from torch import nn

import gainstage
from methods.method import Situation


def init(model: nn.Module, situation: Situation) -> None:
    """Read from the network, without data."""
    gainstage.init_(model, generator=situation.generator)


def stage(model: nn.Module, situation: Situation) -> None:
    """The same start, every stage then set to its target by what a batch measures."""
    gainstage.stage_(model, situation.batch()[0], generator=situation.generator)
