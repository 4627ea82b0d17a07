"""One training of a model in this process: seeded, treated, watched, and stopped where it was told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gainstage.diagnose.engine import Diagnosis
from gainstage.prescribe.live.changes import Adjust, Clip
from gainstage.prescribe.live.treatment import Treatment
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
        """Train once more in this lane."""
        from gainstage.api import watch

        state: State = "finished"
        text, result = "", None
        with seeded(START + seed * STRIDE):
            model = self.make_model()
            with watch(every=1) as watching, treated(model, lane.treatment), limited(self.steps):
                try:
                    result = self.train(model)
                except Enough:
                    state = "waiting"
                except Exception as error:
                    state, text = "exception", f"{type(error).__name__}: {error}"
        run = watching.run
        losses = tuple(float(step.loss) for step in run.steps)
        course = Course(state, len(losses), losses, text=text, readings=tuple(readings(result, len(losses))))
        lane.courses.append(course)
        if seed == 0:
            lane.diagnosis = watching.diagnosis


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


@contextmanager
def limited(steps: int | None) -> Iterator[None]:
    """Raise :class:`Enough` after so many optimizer steps."""
    from torch.optim.optimizer import register_optimizer_step_post_hook

    made = 0

    def after_step(optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        nonlocal made
        made += 1
        if steps is not None and made >= steps:
            raise Enough

    hook = register_optimizer_step_post_hook(after_step)
    try:
        yield
    finally:
        hook.remove()
