"""One training of a model in this process: seeded, treated, watched, and stopped where it was told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gainstage.config import Config
from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.observe.session import Session
from gainstage.prescribe.live.changes import Adjust, Clip
from gainstage.prescribe.live.treatment import Treatment
from gainstage.record.sink import Memory
from gainstage.verify.meter import Meter
from gainstage.verify.order import Course, Reading, State
from gainstage.verify.seeds import START, STRIDE

if TYPE_CHECKING:
    import torch


class Enough(BaseException):
    """The trial has made its steps; no ``except Exception`` of the training's stops it."""


@dataclass(slots=True)
class Lane:
    """One way to train, over the seeds; ``diagnosis`` is of the first."""

    treatment: Treatment | None
    courses: list[Course] = field(default_factory=list)
    diagnosis: Diagnosis | None = None


@dataclass(slots=True)
class Runs:
    """Makes and trains models, one after the other."""

    make_model: Callable[[], torch.nn.Module]
    train: Callable[[torch.nn.Module], Any]
    steps: int | None

    def trial(self, lane: Lane, seed: int = 0) -> None:
        """Train once more in this lane; the first time it is watched."""
        with seeded(START + seed * STRIDE):
            model = self.make_model()
            with treated(model, lane.treatment):
                session = None if seed else Session.in_memory(Config())
                if session is not None:
                    session.install()
                try:
                    lane.courses.append(self._trained(model))
                finally:
                    if session is not None:
                        session.close("finished")
        if session is not None and isinstance(session.sink, Memory):
            lane.diagnosis = diagnose(session.sink.run())

    def _trained(self, model: torch.nn.Module) -> Course:
        """How far the training of ``model`` comes; its failure is a result."""
        state: State = "finished"
        text, result = "", None
        meter = Meter(self._after_step)
        meter.install()
        try:
            result = self.train(model)
        except Enough:
            state = "waiting"
        except Exception as error:
            state, text = "exception", f"{type(error).__name__}: {error}"
        finally:
            meter.uninstall()
        return Course(state, meter.steps, meter.take(), text=text, readings=tuple(readings(result, meter.steps)))

    def _after_step(self, made: int) -> None:
        if self.steps is not None and made >= self.steps:
            raise Enough


def readings(result: Any, step: int) -> Iterator[Reading]:
    """What ``train`` returned, as measures: a number is a loss, a mapping holds them by name."""
    named = result if isinstance(result, Mapping) else {} if result is None else {"loss that train returns": result}
    for name, value in named.items():
        yield Reading(step, str(name), float(value), "logged")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Python's, NumPy's and torch's generators set to ``seed``, and afterwards as they were."""
    import numpy as np
    import torch

    before = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


@contextmanager
def treated(model: torch.nn.Module, treatment: Treatment | None) -> Iterator[None]:
    """The treatment applied: at once, or before the first step of whatever steps the model where it is about steps."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    if treatment is None:
        yield
        return
    waiting = [treatment]

    def before_step(optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        own = {id(parameter) for parameter in model.parameters()}
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        if waiting and own & held:
            waiting.pop().apply(model, optimizer)

    if not isinstance(treatment, (Adjust, Clip)):
        waiting.pop().apply(model)
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        yield
    finally:
        hook.remove()
        if not waiting:
            treatment.undo()
