"""Calls somebody between two steps, when a new sample has been stored."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook

from gainstage.observe.observer import Observer

Called = Callable[[nn.Module | None, Optimizer], None]
FIRST = 4  # samples; then whenever there are twice as many: a diagnosis costs as much as some steps


class Between:
    """Behind an optimizer's step, whenever there are twice as many samples as at the last call.

    An exception of ``called`` ends the calls and not the training, with a line on stderr; what is no ``Exception``
    (``SystemExit``, ``KeyboardInterrupt``) passes through, for whoever means to end it.
    """

    def __init__(self, observer: Observer, called: Called) -> None:
        self._observer = observer
        self._called = called
        self._next = FIRST
        self._handle: Any = register_optimizer_step_post_hook(self._after_step)

    def remove(self) -> None:
        """No more calls."""
        self._handle.remove()

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._observer.schedule.samples < self._next:
            return
        self._next = 2 * self._observer.schedule.samples
        try:
            # The next step's tap may be in place already: it must not see what is done to the model here.
            with torch._C.DisableTorchFunction():
                self._called(self._model_of(optimizer), optimizer)
        except Exception as error:
            self.remove()
            print(f"gainstage: on_finding is not called any more: {type(error).__name__}: {error}", file=sys.stderr)

    def _model_of(self, optimizer: Optimizer) -> nn.Module | None:
        """The watched root module that holds the first of the optimizer's parameters."""
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        for root in self._observer.names.roots.values():
            module = root.module()
            if module is not None and any(id(parameter) in held for parameter in module.parameters()):
                return module
        return None
