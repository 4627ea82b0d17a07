"""`torch.nn.init`, as its documentation says to use it: weights by the rule, biases zero, embeddings untouched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from methods.method import Situation

KNOWN = frozenset({"sigmoid", "tanh", "relu", "selu"})  # of those measured, to calculate_gain


def xavier(model: nn.Module, situation: Situation) -> None:
    """Uniform with gain 1 (Glorot and Bengio 2010)."""
    _each(model, nn.init.xavier_uniform_, generator=situation.generator)


def he(model: nn.Module, situation: Situation) -> None:
    """Normal by fan-in (He et al. 2015), with the activation's own gain where torch has one, else ReLU's."""
    name = situation.task.activation
    kind = name if name in KNOWN else "relu"
    _each(model, nn.init.kaiming_normal_, nonlinearity=kind, generator=situation.generator)


def _each(model: nn.Module, rule: Callable[..., Tensor], **settings: Any) -> None:
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            rule(module.weight, **settings)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
