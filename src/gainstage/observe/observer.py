"""Watches the training of this process: which step it is, what is sampled, and that nothing is left behind.

Two global optimizer hooks mark the steps; everything else lives for one sampled step only. A loop without an
optimizer object (``w -= rate * w.grad``) shows itself by weights that change between two backward passes; there
the tap stays in, since nothing else would tell the next step, and idles on the steps that are not sampled.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from gainstage.observe import weights
from gainstage.observe.arguments import descends
from gainstage.observe.mode import Tap
from gainstage.observe.naming import Names
from gainstage.observe.optimizers import Optimizers, stale_share
from gainstage.observe.samples import Samples
from gainstage.observe.schedule import Schedule
from gainstage.observe.watcher import Watcher
from gainstage.observe.window import FRUITLESS, Window
from gainstage.record.schema import Event
from gainstage.record.sink import Sink


class Observer:
    """One training process. ``switched_off(reason)`` is called at most once, when an error of ours ends observing."""

    def __init__(
        self, sink: Sink, schedule: Schedule, switched_off: Callable[[str], None], *, source: bool = True
    ) -> None:
        self.schedule = schedule
        self.names = Names(with_source=source)
        self.optimizers = Optimizers()
        self.samples = Samples(sink, schedule, self.names, self.optimizers)
        self.step = 0
        self.window: Window | None = None
        self.pending: Window | None = None  # by hand: gradients are read, the update is yet to come
        self.by_hand = False
        self._sink = sink
        self._switched_off = switched_off
        self._tap, self._tapped = Tap(self._idle, self._idle_after), False
        self._stance: Any = None
        self._mark, self._round = time.perf_counter(), 0
        self._carried: Watcher | None = None
        self._owner = (os.getpid(), threading.get_ident())
        self._handles: list[Any] = []
        self._active = False

    def install(self) -> None:
        """Register the two hooks and open the first window."""
        self._active = True
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)
        self._handles = [
            register_optimizer_step_pre_hook(self._guarded(self._before_step)),
            register_optimizer_step_post_hook(self._guarded(self._after_step)),
        ]
        self._open_if_wanted()

    def close(self) -> None:
        """Store what the last, unfinished step showed, and take everything away."""
        if self._active and os.getpid() == self._owner[0]:
            try:
                for window in (self.pending, self.window):
                    if window is not None and window.backward_passes:
                        self._tap_out()
                        self.samples.finish(window, None, by_hand=True)
                details = {"steps": self.step, "samples": self.schedule.samples, "cost_seconds": self.schedule.spent}
                self._sink.event(Event(self.samples.now(), max(self.step - 1, 0), "end", "", details))
            except Exception as error:
                self._fail(error)
        self._detach()

    def run_eagerly(self) -> None:
        """On a sampled step compiled code runs eagerly and is never compiled; the compiler is not imported for it."""
        loaded = "torch._dynamo.decorators" in sys.modules
        if self._tapped and self._stance is None and loaded and not torch.compiler.is_compiling():
            self._stance = torch.compiler.set_stance("force_eager")

    def clean(self, error: BaseException) -> None:
        """Take the tap's frames out of an exception's traceback."""
        self._tap.tracebacks.clean(error)

    # ------------------------------------------------------------------ steps

    def _before_step(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.optimizers.meet(optimizer)
        if self.by_hand:  # weights moved without an optimizer, yet there is one (sharpness-aware minimisation)
            self._settle()
            self.by_hand = False
            if self.window is None:
                self._tap_out()
        window = self.window
        if window is None:
            return
        start = time.perf_counter()
        if len(args) < 2 and kwargs.get("closure") is None:
            self._tap_out()  # with a closure (LBFGS) the forward pass is still to come
        tensors = [tensor for group in optimizer.param_groups for tensor in group["params"]]
        window.snapshot = weights.look(tensors, self.samples.thorough)
        window.ours += time.perf_counter() - start

    def _after_step(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self.window is None:
            self.schedule.unsampled(time.perf_counter() - self._mark)
        else:
            if self.window.snapshot is not None:
                weights.read_gradients(self.window.snapshot)
            # With several optimizers (a GAN) their steps are sampled together, or a rhythm might miss one forever.
            self._round = self._round - 1 if self._round else len(self.optimizers) * (len(self.optimizers) > 1)
            self._finish(optimizer)
        self._next()

    def _on_backward(self, loss: Any) -> None:
        """A backward pass begins in a sampled step."""
        self._settle()
        window = self.window
        if window is None:
            return
        if window.backward_passes == 0:
            self.optimizers.look_for_stale()
        if len(self.optimizers):
            return
        if window.snapshot is None:
            leaves = self.samples.leaves(window, loss)
            window.stale = stale_share(leaves) if self.by_hand else window.stale
            window.snapshot = weights.look(leaves, thorough=True)
        elif not self.by_hand and ((moved := weights.moved(window.snapshot)) or window.backward_passes >= FRUITLESS):
            self.by_hand = moved
            self._finish(None)
            self._next(opening=False)

    def _after_backward(self, given: Mapping[int, torch.Tensor]) -> None:
        """A backward pass is over: without an optimizer its gradients are read now, the update is left to the user."""
        window = self.window
        if len(self.optimizers):
            return
        if window is not None and window.snapshot is not None:
            weights.read_gradients(window.snapshot, given)
        if self.by_hand:
            self.pending, self.window = window, None
            if window is None:
                self.schedule.unsampled(time.perf_counter() - self._mark)
            self._next()

    def _finish(self, optimizer: Optimizer | None) -> None:
        window, self.window = self.window, None
        if window is not None:
            self._tap_out()
            self._carried = window.watcher if self._round else None
            self.samples.finish(window, optimizer, by_hand=self.by_hand, carry=self._round > 0)

    def _next(self, *, opening: bool = True) -> None:
        self.step += 1
        if opening:
            self._open_if_wanted()
        self._mark = time.perf_counter()

    def _open_if_wanted(self) -> None:
        wanted = self.schedule.wants(self.step) or (self._round > 0 and not self.schedule.over(self.step))
        if self._active and wanted:
            watcher = self._carried or self.samples.watcher(self._fail)
            self.window = Window(self.step, watcher, self._on_backward, self._after_backward, self._fail)
            self.window.free = not len(self.optimizers)
            self._tap_in(self.window)
        elif self._carried is not None:
            self._carried.release()
        self._carried = None

    # ------------------------------------------------------------------ the tap

    def _tap_in(self, window: Window) -> None:
        self._tap.before, self._tap.after = window.before, window.after
        if not self._tapped:
            self._tap.install()
            self._tapped = True
        self.run_eagerly()

    def _tap_out(self) -> None:
        """Out, or idle where torch is in the middle of an operation and holds the tap aside."""
        self._tap.before, self._tap.after = self._idle, self._idle_after
        if self._tapped and threading.get_ident() == self._owner[1] and not (self.by_hand and self._active):
            self._tapped = not self._tap.remove()
        if self._stance is not None:
            stance, self._stance = self._stance, None
            stance.__exit__(None, None, None)

    def _idle(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.by_hand or not self._active or not descends(function, args, kwargs):
            return None
        self._settle()
        return function

    def _idle_after(self, token: Any, function: Any, args: Any, kwargs: Any, output: Any) -> None:
        try:
            self._after_backward({})
        except Exception as error:
            self._fail(error)

    def _settle(self) -> None:
        """By hand: the next backward pass begins, so the last update is done."""
        window, self.pending = self.pending, None
        if window is not None:
            try:
                self.samples.finish(window, None, by_hand=True)
            except Exception as error:
                self._fail(error)

    # ------------------------------------------------------------------ leaving no trace

    def _guarded(self, hook: Callable[..., None]) -> Callable[..., None]:
        def guarded(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if threading.get_ident() != self._owner[1] or torch.compiler.is_compiling():
                return
            try:
                if self._active:
                    with torch._C.DisableTorchFunction():  # a mode of the user's must not see our operations
                        hook(optimizer, args, kwargs)
                else:
                    self._detach()
            except Exception as error:
                self._fail(error)

        return guarded

    def _fail(self, error: Exception) -> None:
        """An error of ours: off for good, one line, and the training goes on."""
        if self._active:
            self._active = False
            self._detach()
            self._switched_off(f"{type(error).__name__}: {error}")

    def _detach(self) -> None:
        """Take everything away; whatever fails on the way, the rest still goes."""
        self._active = False
        watchers = [window.watcher for window in (self.window, self.pending) if window is not None]
        releases = [watcher.release for watcher in (*watchers, self._carried) if watcher is not None]
        self.window = self.pending = self._carried = None
        for leave in (self._tap_out, self._tap.tracebacks.remove, *releases):
            with suppress(Exception):
                leave()
        if not self._tapped:  # else the hooks stay until the tap can go
            for handle in self._handles:
                handle.remove()
            self._handles = []

    def _forked(self) -> None:
        """A child process (a DataLoader worker) inherits its parent's tap: it must not watch."""
        if self._active:
            self._detach()
