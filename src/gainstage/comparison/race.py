"""Successive halving with a stated risk: everyone a short way, then only those who may still be the best.

A loss that is a little worse early says little about the end, however certain it is. So a candidate is dropped at a
rung when it is slower than the leader by more than what is left of the training could make up for: at a share f of the
steps, when its loss is worse than the leader's was 2 - f times earlier. A few seeds go first; to the end the others
follow one by one, as long as there is more than one candidate to tell from another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, isfinite, nan
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gainstage.comparison import chance
from gainstage.comparison.answer import Drop, Held
from gainstage.verify import measure as measuring
from gainstage.verify.order import ENDED, Course
from gainstage.verify.printed import lower_is_better
from gainstage.verify.proof import Measure
from gainstage.verify.rows import filled

Array = NDArray[np.float64]
PARTS = (0.05, 0.1, 0.15, 0.25, 0.4, 0.55, 0.75, 1.0)  # of the training, where the rungs are
FEWEST = 20  # steps of the first rung: fewer show the start alone
FIRST = 2  # seeds up to the end of the first trials


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
    """Candidates on seeds, up to ``length`` steps; ``risk`` is shared evenly by all looks before the last one."""

    trials: Trials
    count: int
    seeds: int
    length: int
    metric: str
    risk: float
    alive: list[int] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    reached: int = 0  # the step that all who are alive came to, and on how many seeds
    seen: int = 0

    def __post_init__(self) -> None:
        self.alive = list(range(self.count))

    @property
    def rungs(self) -> list[int]:
        """The steps at which candidates may be dropped, ascending; the last is the end."""
        wanted = {ceil(self.length * part) for part in PARTS}
        return sorted({self.length, *(steps for steps in wanted if steps >= FEWEST)})

    @property
    def stages(self) -> list[tuple[int, int]]:
        """(steps, seeds) of every look."""
        first = min(FIRST, self.seeds)
        further = range(first + 1, self.seeds + 1)
        return [*((steps, first) for steps in self.rungs), *((self.length, seeds) for seeds in further)]

    @property
    def level(self) -> float:
        """Risk that one look may spend."""
        return self.risk / max(1, len(self.stages) - 1)

    def run(self) -> None:
        """To the end; an interrupt leaves what is known so far."""
        for steps, seeds in self.stages:
            told = f"{len(self.alive)} candidates × {seeds} seeds to step {steps:,}"
            self.trials.bring(told, [(one, seed) for seed in range(seeds) for one in self.alive], steps)
            self.reached, self.seen = steps, seeds
            if (steps, seeds) != self.stages[-1]:
                self._drop(steps)

    def courses(self, number: int) -> list[Course]:
        """The candidate's trials, seed by seed, as far as there are any."""
        found = (self.trials.course((number, seed)) for seed in range(self.seeds))
        return [course for course in found if course is not None]

    def losses(self, alive: Sequence[int], steps: int, seeds: int) -> tuple[Array, Array]:
        """Training losses at ``steps`` and as many times earlier as a leader may be ahead, (candidates, seeds) each.

        Logarithms where all are positive. A loss above the one that a training began with counts as that.
        """
        held = {number: self.courses(number)[:seeds] for number in alive}
        before = int(steps / (2 - steps / self.length))
        rows = [filled(held, measuring.LOSS, at) for at in (steps, before)]
        tables = [np.array([row[one] for one in alive]) for row in rows]
        starts = np.array([[measuring.starting_loss(course) for course in held[one]] for one in alive])
        tables = [np.fmin(table, starts) for table in tables]
        now, then = [np.log(table) for table in tables] if all((one > 0).all() for one in tables) else tables
        return now, then

    def held(self) -> Held:
        """Of the pairs that came to the end and could be told apart at a rung: how many kept their order."""
        early = {drop.number for drop in self.drops if drop.step < self.length}
        arrived, seeds = [one for one in range(self.count) if one not in early], min(FIRST, self.seeds)
        measure = self.measure(arrived, self.length, seeds) if len(arrived) > 1 else None
        if measure is None:
            return Held()
        ends = self.table(arrived, measure, self.length, seeds).mean(axis=1)
        pairs = kept = 0
        for steps in self.rungs[:-1]:
            values, _ = self.losses(arrived, steps, seeds)
            for leader in range(len(arrived)):
                for k, _ in chance.behind(values, values[leader], leader, self.level):
                    pairs, kept = pairs + 1, kept + int(ends[k] > ends[leader])
        return Held(pairs, kept)

    def _drop(self, steps: int) -> None:
        broken = [one for one in self.alive if all(course.broke for course in self.courses(one))]
        if len(broken) < len(self.alive):
            self._take([Drop(one, steps, self.seen, -1, 0.0, broke=True) for one in broken])
        measure = self.measure(self.alive, steps, self.seen)
        if steps == self.length and measure is not None:
            values = earlier = self.table(self.alive, measure, steps, self.seen)
            counts = None
        else:
            values, earlier = self.losses(self.alive, steps, self.seen)
            counts = self._counts(measure, steps)
        leader = int(values.mean(axis=1).argmin())
        found: list[Drop] = []
        for k, p in chance.behind(values, earlier[leader], leader, self.level):
            # Its loss is worse; where what counts in the end is not, it stays.
            if counts is None or counts[k] >= counts[leader]:
                found.append(Drop(self.alive[k], steps, self.seen, self.alive[leader], p))
        self._take(found)

    def _counts(self, measure: Measure | None, steps: int) -> Array | None:
        """What counts in the end as it is now, mean over the seeds; None where it is not there yet."""
        if measure is None or measure.kind == "loss":
            return None
        values = self.table(self.alive, measure, steps, self.seen)
        return values.mean(axis=1) if np.isfinite(values).all() else None

    def table(self, numbers: Sequence[int], measure: Measure, steps: int, seeds: int) -> Array:
        """The measure so that small is good, losses as logarithms: shape (candidates, seeds)."""
        rows = filled({number: self.courses(number)[:seeds] for number in numbers}, measure, steps)
        values = np.array([rows[number] for number in numbers])
        if measure.scale == "ratio" and (values > 0).all():
            return np.log(values)
        return values if measure.lower else -values

    def measure(self, numbers: Sequence[int], steps: int, seeds: int) -> Measure | None:
        """By what these candidates are compared at ``steps``; at a script's end what it prints last counts, too."""
        held = [self.courses(number)[:seeds] for number in numbers]
        groups = [list(group) for group in zip(*held, strict=True)]
        measure = measuring.choose(groups, steps, self.metric)
        courses = [course for group in groups for course in group if not course.broke]
        ended = steps >= self.length and bool(courses) and all(course.state in ENDED for course in courses)
        if measure is None or measure.kind != "loss" or not ended:
            return measure
        last = [{one.name for one in course.readings if one.step == course.steps} for course in courses]
        for name in sorted(name for name in set.intersection(*last) if "loss" not in name):
            lower = lower_is_better(name)
            why = "what the script prints at its end"
            return Measure(name, "metric", lower, "ratio" if lower else "difference", why)
        return measure

    def _take(self, drops: Sequence[Drop]) -> None:
        self.drops += drops
        gone = {drop.number for drop in drops}
        self.alive = [number for number in self.alive if number not in gone]
        if gone:
            self.trials.give_up(sorted(gone), self.seeds)


def running(losses: Sequence[float]) -> Iterator[float]:
    """The loss at each step, averaged over the steps just before as the end of a training is."""
    for step in range(1, len(losses) + 1):
        last = [loss for loss in losses[max(0, step - measuring.window(step)) : step] if isfinite(loss)]
        yield sum(last) / len(last) if last else nan
