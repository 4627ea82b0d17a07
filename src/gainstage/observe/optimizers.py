"""The optimizers of a run: what they are called, their settings, and whether their gradients are cleared."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch.optim import Optimizer

from gainstage.observe import shards
from gainstage.record.schema import NAN

_KEPT = ("lr", "momentum", "betas", "eps", "weight_decay", "nesterov", "amsgrad", "alpha", "rho", "maximize")


class Optimizers:
    """Known by identity, without keeping any of them alive."""

    def __init__(self) -> None:
        self._labels: weakref.WeakKeyDictionary[Optimizer, str] = weakref.WeakKeyDictionary()
        self._left: weakref.WeakKeyDictionary[Optimizer, dict[int, torch.Tensor]] = weakref.WeakKeyDictionary()
        self._stale: weakref.WeakKeyDictionary[Optimizer, float] = weakref.WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._labels)

    def meet(self, optimizer: Optimizer) -> bool:
        """Is this optimizer new? It gets a label: ``SGD``, ``SGD#2``, ..."""
        if optimizer in self._labels:
            return False
        base = type(optimizer).__name__
        count = sum(label.partition("#")[0] == base for label in self._labels.values())
        self._labels[optimizer] = base if count == 0 else f"{base}#{count + 1}"
        return True

    def look_for_stale(self) -> None:
        """A step's first backward pass begins: which gradients still hold something?

        Gradients that the user cleared are ``None`` or zero by now. What is left over will be added to.
        """
        self._stale.clear()
        for optimizer in list(self._labels):
            tensors = [tensor for group in optimizer.param_groups for tensor in group["params"]]
            self._stale[optimizer] = stale_share(tensors)

    def stepped(self, optimizer: Optimizer) -> tuple[str, float]:
        """The optimizer's label, and the share of its gradients that were not cleared before this step."""
        return self._labels[optimizer], self._stale.get(optimizer, NAN)

    def settings(self, optimizer: Optimizer | None) -> tuple[float, dict[str, Any]]:
        """(learning rate of the first group, plain settings of the groups)."""
        if optimizer is None or not optimizer.param_groups:
            return NAN, {}
        groups = optimizer.param_groups
        first = {name: _plain(groups[0][name]) for name in _KEPT if name in groups[0]}
        settings = {name: value for name, value in first.items() if value is not None}
        rate = settings.get("lr")
        if len(groups) > 1:
            settings["learning_rates"] = [_plain(group.get("lr")) for group in groups]
        return (float(rate) if isinstance(rate, (int, float)) else NAN), settings


def stale_share(tensors: Sequence[torch.Tensor]) -> float:
    """Of these tensors, the share whose gradients hold something."""
    found = [shards.local(tensor.grad) for tensor in tensors if tensor.grad is not None]
    gradients = [gradient.detach() for gradient in found if not gradient.is_sparse]
    if not gradients:
        return 0.0
    norms = torch.stack([norm.float() for norm in torch._foreach_norm(gradients)])
    return float((norms != 0).sum()) / len(tensors)


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return float(value) if value.numel() == 1 else None
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (int, float, bool, str)) else None
