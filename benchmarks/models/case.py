"""What is asked of a model: how it is made, what it is given, what its loss is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Case:
    """A model that others wrote, small and with random weights.

    ``build`` gives the model, its inputs (a tensor, a tuple or a dict of arguments) and a function of its output that
    is the loss.
    """

    package: str
    name: str
    build: Callable[[], tuple[nn.Module, Any, Callable[[Any], Tensor]]]


def logits(output: Any) -> Tensor:
    """The first tensor of scores in whatever a model answers with."""
    for name in ("logits", "last_hidden_state"):
        if isinstance(getattr(output, name, None), Tensor):
            return getattr(output, name)
    if isinstance(output, dict):
        output = next(iter(output.values()))
    return output[0] if isinstance(output, (tuple, list)) else output


def classification(examples: int, classes: int) -> Callable[[Any], Tensor]:
    """Cross-entropy against labels drawn once."""
    labels = torch.randint(classes, (examples,))
    return lambda output: nn.functional.cross_entropy(logits(output).float().reshape(examples, -1)[:, :classes], labels)


def images(size: int, examples: int = 8, channels: int = 3) -> Tensor:
    """Standardised images of noise."""
    return torch.randn(examples, channels, size, size)
