"""Turns a finished window into the records of one sample, and stores them."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer

from gainstage.observe import weights
from gainstage.observe.book import Parameters, Sites
from gainstage.observe.harvest import Harvest, harvest
from gainstage.observe.naming import UNREGISTERED, Names, variable_name
from gainstage.observe.optimizers import Optimizers
from gainstage.observe.origins import leaves
from gainstage.observe.reduce import Pool, Reducer
from gainstage.observe.schedule import Schedule
from gainstage.observe.units import Ledger
from gainstage.observe.visits import Visit
from gainstage.observe.watcher import Watcher
from gainstage.observe.window import Window
from gainstage.record.schema import NAN, Event, Step, Update
from gainstage.record.sink import Sink

_THOROUGH_AT_FIRST, _THOROUGH_EVERY = 4, 8


class Samples:
    """What is known across samples: sites, parameters, silent units."""

    def __init__(self, sink: Sink, schedule: Schedule, names: Names, optimizers: Optimizers) -> None:
        self.sink = sink
        self.schedule = schedule
        self.names = names
        self.optimizers = optimizers
        self.parameters = Parameters()
        self.sites = Sites()
        self.ledger = Ledger()
        self._roots = 0
        self._pool: Pool = defaultdict(list)
        self._started = time.perf_counter()

    @property
    def thorough(self) -> bool:
        """Is the next sample one of those that also look for equal rows and signs?"""
        done = self.schedule.samples
        return done < _THOROUGH_AT_FIRST or done % _THOROUGH_EVERY == 0

    def watcher(self, failed: Callable[[Exception], None]) -> Watcher:
        """For the next sample. Whole batches are searched for silent units only where a part of one shows some."""
        return Watcher(self.names, Reducer(self._pool), failed, thorough=self.thorough, suspects=self.ledger.suspects)

    def now(self) -> float:
        """Seconds since observing began."""
        return time.perf_counter() - self._started

    def leaves(self, window: Window, loss: Any) -> list[torch.Tensor]:
        """What a loop without an optimizer trains: modules' parameters, and leaf tensors seen at work.

        A polynomial's coefficients enter no layer: where nothing else is known, autograd's graph is asked.
        """
        self._enter_parameters(window)
        if not self.parameters.known:
            for tensor in leaves(loss):
                self.parameters.enter(tensor, variable_name(tensor, sys._getframe()))
        return [tensor for tensor, record in self.parameters.alive() if record.trainable]

    def finish(self, window: Window, optimizer: Optimizer | None, *, by_hand: bool, carry: bool = False) -> None:
        """Store the sample, unless nothing was computed in the step. ``carry`` keeps the watcher for the next."""
        start = time.perf_counter()
        watcher, thorough = window.watcher, self.thorough
        watcher.reducer.finish()
        self._enter_parameters(window)
        label, stale = self.optimizers.stepped(optimizer) if optimizer is not None else ("", window.stale)
        updates, predicted = self._updates(window, label)
        visits = self._without_skipped(window, updates)
        result = harvest(visits, window.step, self.sites, self.parameters, self.ledger, thorough)
        if carry:
            watcher.carry_over()
        else:
            watcher.release()
        if result.signals or (updates and by_hand):
            self._store(
                window, self._step(window, label, optimizer, stale, predicted, updates, result), updates, result
            )
        end = time.perf_counter()
        self.schedule.sampled(window.step, end - window.opened, window.ours + end - start)

    def _store(self, window: Window, step: Step, updates: list[Update], result: Harvest) -> None:
        for site in self.sites.take_fresh():
            self.sink.site(site)
        for parameter in self.parameters.take_fresh():
            self.sink.parameter(parameter)
        self.sink.sample(step, result.signals, updates, result.silent)
        if window.watcher.dropped:
            text = f"{window.watcher.dropped} operations of step {window.step} were not looked at: more than 8,192"
            self.sink.event(Event(self.now(), window.step, "limit", text))

    def _without_skipped(self, window: Window, updates: list[Update]) -> list[Visit]:
        """The visits of the passes that the step is made of; not of one that overflowed and was thrown away.

        A gradient scaler leaves such a step out, so that no step hook fires and the next pass follows at once.
        """
        visits = [visit for visit in window.watcher.visits if visit.turn < max(window.backward_passes, 1)]
        last = max((visit.turn for visit in visits), default=0)
        broken = {visit.turn for visit in visits if visit.slot_out is not None and not visit.slot_out.finite}
        skipped = {turn for turn in broken if turn < last}
        if not skipped or not updates or any(update.nonfinite_gradient for update in updates):
            return visits
        text = f"{len(skipped)} backward passes before step {window.step} overflowed, and no step followed them"
        self.sink.event(Event(self.now(), window.step, "skipped-step", text, {"passes": len(skipped)}))
        window.losses = [loss for turn, loss in enumerate(window.losses) if turn not in skipped]
        return [visit for visit in visits if visit.turn not in skipped]

    def _enter_parameters(self, window: Window) -> None:
        if self.thorough or len(self.names.roots) != self._roots:
            self.parameters.enter_modules(self.names)
            self._roots = len(self.names.roots)
        for visit in window.watcher.visits:
            for part, tensor in (("weight", visit.weight), ("bias", visit.bias)):
                if tensor is not None and tensor.is_leaf and tensor.is_floating_point():
                    # A module in a plain list has no path, and its parameters no name but its own.
                    own = f"{visit.place.module}.{part}" if visit.place.module.startswith(UNREGISTERED) else ""
                    if name := self.parameters.gathered(tensor, visit.place, part):
                        self.parameters.enter(tensor, name, visit.place.root)
                    self.parameters.enter(tensor, window.watcher.variables.get(id(tensor), (tensor, own))[1])

    def _updates(self, window: Window, label: str) -> tuple[list[Update], float]:
        snapshot = window.snapshot
        if snapshot is None or not snapshot.norms:
            return [], NAN
        indices = [self.parameters.enter(tensor, optimizer=label).index for tensor in snapshot.parameters]
        return weights.compare(snapshot, window.step, indices)

    def _step(
        self,
        window: Window,
        label: str,
        optimizer: Optimizer | None,
        stale: float,
        predicted: float,
        updates: list[Update],
        result: Harvest,
    ) -> Step:
        first = next((loss for loss in window.losses if loss is not None), None)
        loss = NAN if first is None else float(first)
        rate, settings = self.optimizers.settings(optimizer)
        norms = [update.gradient for update in updates if update.has_gradient]
        return Step(
            step=window.step,
            time=self.now(),
            optimizer=label,
            learning_rate=rate,
            settings=settings,
            loss=loss / result.loss_scale if result.loss_scale > 1 else loss,
            predicted_change=predicted,
            examples=result.examples,
            backward_passes=window.backward_passes,
            stale_gradients=stale,
            loss_scale=result.loss_scale,
            bare_seconds=self.schedule.bare_step,
            cost_seconds=self.schedule.price,
            training=result.training,
            extra={"gradient_norm": sum(norm**2 for norm in norms) ** 0.5} if norms else {},
        )
