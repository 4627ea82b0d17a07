"""Counts the steps of a trial and notes its losses, without a synchronisation; stops where it was told to."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

FRUITLESS = 64  # backward passes without any optimizer's step: the loop steps by hand, each pass is a step
PENDING = 512  # losses that wait on the device before they are read


@dataclass(slots=True)
class Meter:
    """One number a step: the mean of what ``backward()`` was called on since the step before.

    ``after_step(steps)`` is called after every optimizer step and may take its time; that is not training time.
    """

    after_step: Callable[[int], None]
    steps: int = 0
    losses: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    paused: float = 0.0
    first: float = 0.0  # seconds of training after the first step, and after the last one
    last: float = 0.0
    _open: list[Tensor] = field(default_factory=list)  # of the step that is being made
    _waiting: list[Tensor | None] = field(default_factory=list)
    _by_hand: bool = False
    _undo: list[Callable[[], None]] = field(default_factory=list)
    _scaled: dict[int, tuple[weakref.ref[Tensor], Tensor]] = field(default_factory=dict)

    def install(self) -> None:
        """Begin to count."""
        import torch
        from torch.optim.optimizer import register_optimizer_step_post_hook

        self._undo.append(register_optimizer_step_post_hook(lambda optimizer, args, kwargs: self._stepped()).remove)
        engine = torch.autograd._engine_run_backward

        def run_backward(outputs: Any, *args: Any, **kwargs: Any) -> Any:
            if kwargs.get("accumulate_grad"):
                self._before_backward(outputs)
            return engine(outputs, *args, **kwargs)

        torch.autograd._engine_run_backward = run_backward
        self._undo.append(partial(setattr, torch.autograd, "_engine_run_backward", engine))
        self._follow_scaling()

    def uninstall(self) -> None:
        """Count no more: torch is as it was."""
        while self._undo:
            self._undo.pop()()

    def take(self) -> tuple[float, ...]:
        """The losses so far, one a step; nan where a step was made without a backward pass."""
        for mean in self._waiting:
            self.losses.append(float("nan") if mean is None else float(mean))
        self._waiting.clear()
        return tuple(self.losses)

    @property
    def seconds(self) -> float:
        """Of training, since the start."""
        return time.perf_counter() - self.started - self.paused

    @property
    def step_seconds(self) -> float:
        """Of one step, the mean over all but the first, which everything before the training belongs to."""
        return (self.last - self.first) / (self.steps - 1) if self.steps > 1 else float("nan")

    def _before_backward(self, outputs: Any) -> None:
        first: Any = outputs[0] if isinstance(outputs, (list, tuple)) and outputs else outputs
        if getattr(first, "numel", lambda: 0)() != 1:
            return
        known, raw = self._scaled.get(id(first), (None, None))
        value = raw if raw is not None and known is not None and known() is first else first
        if self.steps == 0 and len(self._open) >= FRUITLESS:
            self._begin_by_hand()
        if self._by_hand:
            self._stepped()
        self._open.append(value.detach().clone().reshape(()))

    def _begin_by_hand(self) -> None:
        """A loop without an optimizer: what has waited for a step were steps."""
        passed, self._by_hand = self._open, True
        for loss in passed[:-1]:
            self._open = [loss]
            self._stepped()
        self._open = passed[-1:]

    def _stepped(self) -> None:
        import torch

        if self._open:
            self._waiting.append(torch.stack(self._open).mean() if len(self._open) > 1 else self._open[0])
        else:
            self._waiting.append(None)
        self._open = []
        self.steps += 1
        self._scaled.clear()
        if len(self._waiting) >= PENDING:
            self.take()
        self.last = self.seconds
        self.first = self.first or self.last
        before = time.perf_counter()
        self.after_step(self.steps)
        self.paused += time.perf_counter() - before

    def _follow_scaling(self) -> None:
        """A gradient scaler multiplies the loss by a number that differs from trial to trial."""
        from torch.amp.grad_scaler import GradScaler

        original = GradScaler.scale

        def scale(scaler: Any, outputs: Any) -> Any:
            scaled = original(scaler, outputs)
            if hasattr(outputs, "detach") and scaled is not outputs:
                self._scaled[id(scaled)] = (weakref.ref(scaled), outputs.detach())
            return scaled

        GradScaler.scale = scale  # type: ignore[method-assign]
        self._undo.append(partial(setattr, GradScaler, "scale", original))
