"""Gainstage's own: by theory alone, and staged with a batch."""

from __future__ import annotations

from torch import nn

import gainstage
from methods.method import Situation


def init(model: nn.Module, situation: Situation) -> None:
    """Read from the network, without data."""
    gainstage.init_(model, generator=situation.generator)


def stage(model: nn.Module, situation: Situation) -> None:
    """Weights by the theory, then every stage set to its target by what a batch measures."""
    inputs, _ = situation.batch()
    gainstage.init_(model, inputs, generator=situation.generator)
    gainstage.stage_(model, inputs, generator=situation.generator)
