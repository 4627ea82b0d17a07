"""Successive halving with a stated risk: everyone a short way, then only those who may still be the best.

A loss that is a little worse early says little about the end, however certain it is. So a candidate is dropped when its
loss is worse than the leader's was at half of the steps: it is more than twice as slow, and not by the seeds' chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gainstage.comparison import chance
from gainstage.comparison.answer import Drop, Held
from gainstage.verify import measure as measuring
from gainstage.verify import plan
from gainstage.verify.order import Course
from gainstage.verify.proof import Measure
from gainstage.verify.rows import filled

Array = NDArray[np.float64]
LAG = 2  # times as slow as the leader: who is that far behind is dropped


class Trials(Protocol):
    """Brings trials to a step; a trial is a candidate's number and a seed."""

    def bring(self, stage: str, wanted: Sequence[tuple[int, int]], steps: int) -> None:
        """Bring every (candidate, seed) to ``steps``."""
        ...

    def course(self, pair: tuple[int, int]) -> Course | None:
        """How far the trial has come."""
        ...

    def give_up(self, candidates: Sequence[int], seeds: int) -> None:
        """These will not be asked for again."""
        ...


@dataclass(slots=True)
class Race:
    """Candidates on seeds, up to ``length`` steps; ``risk`` is spent evenly over the rungs before the end."""

    trials: Trials
    count: int
    seeds: int
    length: int
    metric: str
    risk: float
    alive: list[int] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    rungs: list[int] = field(default_factory=list)
    reached: int = 0  # the last rung that all who were alive came to

    def __post_init__(self) -> None:
        self.alive = list(range(self.count))
        self.rungs = list(plan.horizons(plan.Options(), self.length))

    def run(self) -> None:
        """To the end; an interrupt leaves what is known so far."""
        for number, steps in enumerate(self.rungs):
            last = number == len(self.rungs) - 1
            names = f"{len(self.alive)} candidates × {self.seeds} seeds to step {steps:,}"
            pairs = [(candidate, seed) for seed in range(self.seeds) for candidate in self.alive]
            self.trials.bring(names if not last else f"finalists: {names}", pairs, steps)
            self.reached = steps
            if not last:
                self._drop(steps)

    @property
    def level(self) -> float:
        """Risk that one rung may spend."""
        return self.risk / max(1, len(self.rungs) - 1)

    def courses(self, number: int) -> list[Course]:
        """The candidate's trials, seed by seed, as far as there are any."""
        found = (self.trials.course((number, seed)) for seed in range(self.seeds))
        return [course for course in found if course is not None]

    def losses(self, alive: Sequence[int], steps: int) -> tuple[Array, Array]:
        """Training losses at ``steps`` and at half of them, (candidates, seeds); logarithms if all are positive."""
        held = {number: self.courses(number) for number in alive}
        tables = [np.array([filled(held, measuring.LOSS, at)[one] for one in alive]) for at in (steps, steps // LAG)]
        now, before = [np.log(table) for table in tables] if all((one > 0).all() for one in tables) else tables
        return now, before

    def held(self, final: Array, finalists: Sequence[int]) -> Held:
        """Of the finalists' pairs that were as far apart at a rung as dropped ones, how many kept their order.

        Args:
            final: the measure at the end, shape (finalists, seeds), small is good.
            finalists: their numbers.
        """
        pairs = held = 0
        ends = final.mean(axis=1)
        for steps in self.rungs[:-1]:
            values, earlier = self.losses(finalists, steps)
            for leader in range(len(finalists)):
                for k, _ in chance.behind(values, earlier[leader], self.level):
                    pairs, held = pairs + 1, held + int(ends[k] > ends[leader])
        return Held(pairs, held)

    def _drop(self, steps: int) -> None:
        broken = [one for one in self.alive if all(course.broke for course in self.courses(one))]
        if len(broken) < len(self.alive):
            self._take([Drop(one, steps, -1, 0.0, broke=True) for one in broken])
        values, earlier = self.losses(self.alive, steps)
        leader = int(values.mean(axis=1).argmin())
        counts = self._metrics(steps)
        found: list[Drop] = []
        for k, p in chance.behind(values, earlier[leader], self.level):
            # Its loss is worse; where what counts in the end is not, it stays.
            if counts is None or counts[k] >= counts[leader]:
                found.append(Drop(self.alive[k], steps, self.alive[leader], p))
        self._take(found)

    def _metrics(self, steps: int) -> Array | None:
        """What counts in the end as it is now, small is good, mean over the seeds; None where it is not there yet."""
        measure = self.measure(self.alive, steps)
        if measure is None or measure.kind == "loss":
            return None
        rows = filled({number: self.courses(number) for number in self.alive}, measure, steps)
        values = np.array([rows[number] for number in self.alive])
        return (values if measure.lower else -values).mean(axis=1) if np.isfinite(values).all() else None

    def measure(self, numbers: Sequence[int], steps: int) -> Measure | None:
        """By what these candidates are compared at ``steps``."""
        held = [self.courses(number) for number in numbers]
        most = max(len(courses) for courses in held)
        groups = [[courses[seed] for courses in held if seed < len(courses)] for seed in range(most)]
        return measuring.choose(groups, steps, self.metric)

    def _take(self, drops: Sequence[Drop]) -> None:
        self.drops += drops
        gone = {drop.number for drop in drops}
        self.alive = [number for number in self.alive if number not in gone]
        self.trials.give_up(sorted(gone), self.seeds)


def running(losses: Sequence[float]) -> Iterator[float]:
    """The loss at each step, averaged over the steps just before as the end of a training is."""
    for step in range(1, len(losses) + 1):
        last = [loss for loss in losses[max(0, step - measuring.window(step)) : step] if isfinite(loss)]
        yield sum(last) / len(last) if last else nan
