"""What one sampled step gathers: its watcher, its loss, its weights before the update, and its price."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from gainstage.observe import arguments
from gainstage.observe.watcher import Watcher
from gainstage.observe.weights import Snapshot

FRUITLESS = 64  # backward passes without a step: whoever waits on slows the script down for nothing


class Window:
    """From the end of one optimizer step to the end of the next. ``before`` and ``after`` are the tap's two ends."""

    def __init__(
        self,
        step: int,
        watcher: Watcher,
        on_backward: Callable[[Any], None],
        after_backward: Callable[[Mapping[int, torch.Tensor]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.step = step
        self.opened = time.perf_counter()
        self.ours = 0.0
        self.losses: list[torch.Tensor | None] = []
        self.backward_passes = 0
        self.free = False  # no optimizer is known
        self.stale = float("nan")  # by hand: gradients not cleared before this step's backward pass
        self.snapshot: Snapshot | None = None
        self.watcher = watcher
        self._on_backward = on_backward
        self._after_backward = after_backward
        self._failed = failed

    def before(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation is about to run; an error of ours is reported and never raised."""
        start = time.perf_counter()
        try:
            asked = self._asked(function, args, kwargs)
            if asked or function in self.watcher.tables.backward:
                self._begin_backward(args[0] if args else kwargs.get("outputs" if asked else "tensors"))
                return function
            return self.watcher.before(function, args, kwargs)
        except Exception as error:
            self._failed(error)
            return None
        finally:
            self.ours += time.perf_counter() - start

    def after(self, token: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """It has run."""
        start = time.perf_counter()
        try:
            if token is function:
                # torch.autograd.grad returns what backward() leaves at the weights
                pairs = zip(self._asked(function, args, kwargs), output or (), strict=False)
                self._after_backward({id(weight): gradient for weight, gradient in pairs})
            else:
                self.watcher.after(token, function, args, kwargs, output)
        except Exception as error:
            self._failed(error)
        finally:
            self.ours += time.perf_counter() - start

    def _asked(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
        """The network's weights, where their gradients are asked for instead of a backward pass."""
        if function is not torch.autograd.grad or not self.free:
            return []
        asked = arguments.weights_asked(args, kwargs)
        at_work = {id(visit.weight) for visit in self.watcher.visits}
        return asked if any(id(tensor) in at_work for tensor in asked) else []

    def _begin_backward(self, loss: Any) -> None:
        first: Any = loss[0] if isinstance(loss, (list, tuple)) and loss else loss
        self._on_backward(first)
        is_number = isinstance(first, torch.Tensor) and first.numel() == 1
        self.losses.append(first.detach().clone() if is_number else None)
        self.backward_passes += 1
        self.watcher.turn += 1
        self.watcher.ear.muted = False  # torch.autograd.grad may have failed half-way
