"""For optimizers that are not torch's (Keras, fastai): their update runs inside of the step of one that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch


class StandIn(torch.optim.Optimizer):
    """An optimizer whose step is somebody else's, so that torch's step hooks fire around it."""

    def __init__(self, parameters: Iterable[torch.Tensor], settings: Mapping[str, Any]) -> None:
        """Hold ``parameters``; ``settings`` are the others' (``lr``, ...), under torch's names."""
        super().__init__(list(parameters), dict(settings))
        self.update: Callable[[], Any] = lambda: None

    def step(self, closure: Any = None) -> Any:
        """Let the other one update the parameters; returns what it returns."""
        update, self.update = self.update, lambda: None
        return update()

    def around(self, update: Callable[[], Any], rate: float) -> Any:
        """Run ``update`` as a step at learning rate ``rate``."""
        self.update, self.param_groups[0]["lr"] = update, rate
        return self.step()


def stand_in(name: str, parameters: Iterable[torch.Tensor], settings: Mapping[str, Any]) -> StandIn:
    """A stand-in that reports show under the other optimizer's ``name``, as in ``Adam``."""
    return type(name, (StandIn,), {})(parameters, settings)
