"""Brings trials to a step on a pool: what is known already is not run, what is done is kept at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from gainstage.comparison.candidate import Candidate
from gainstage.comparison.job import Job, Result
from gainstage.comparison.pool import Pool
from gainstage.comparison.store import Store, key_of
from gainstage.verify import plan
from gainstage.verify.order import Course, Order

Progress = Callable[[str, int, int], None]  # stage, steps made, steps in all
GLANCE = 0.2  # seconds between two looks at how far the trials are
TIMES = 3  # that a trial is begun whose process something killed


@dataclass(frozen=True, slots=True)
class Pace:
    """What the watched run tells about every other: length, time, memory, what it imports."""

    length: int
    whole: bool
    seconds: float
    memory: int
    modules: tuple[str, ...]


@dataclass(slots=True)
class Work:
    """The trials of one comparison. A trial is a candidate's number and a seed."""

    pool: Pool
    store: Store
    order: Order
    pace: Pace
    options: plan.Options
    candidates: Sequence[Candidate]
    progress: Progress = lambda stage, done, total: None
    steps_run: int = 0  # of trials that were really run, in this process
    _given_up: tuple[str, ...] = ()
    _tries: dict[str, int] = field(default_factory=dict)

    def bring(self, stage: str, wanted: Iterable[tuple[int, int]], steps: int) -> None:
        """Bring every (candidate, seed) to ``steps``."""
        goal = 0 if self.pace.whole and steps >= self.pace.length else steps
        waiting = [pair for pair in wanted if not self._reached(pair, goal)]
        before = {self._key(pair): self._made(pair) for pair in waiting}
        total = sum(steps - made for made in before.values())
        at_work: dict[Future[Result], tuple[int, int]] = {}
        done = 0
        base = self.pool.live()
        while waiting or at_work:
            while waiting and len(at_work) < self.pool.slots:
                pair = waiting.pop(0)
                at_work[self.pool.submit(self._job(pair, goal, steps), self._place(pair))] = pair
            finished, _ = wait(at_work, timeout=GLANCE, return_when=FIRST_COMPLETED)
            for future in finished:
                pair = at_work.pop(future)
                again = self._taken(pair, future)
                waiting += [pair] if again else []
                done += 0 if again else steps - before[self._key(pair)]
            self.progress(stage, min(total, max(done, self.pool.live() - base)), total)

    def course(self, pair: tuple[int, int]) -> Course | None:
        """How far the trial has come; None for one that never began."""
        result = self.result(pair)
        return result.course if result is not None else None

    def result(self, pair: tuple[int, int]) -> Result | None:
        """The trial's last result."""
        return self.store.results.get(self._key(pair))

    def give_up(self, candidates: Iterable[int], seeds: int) -> None:
        """These will not be asked for again: whoever keeps their trials may let them go, as the next jobs tell."""
        told = {self._key((number, seed)) for number in candidates for seed in range(seeds)}
        self._given_up = tuple(sorted(told & self.store.results.keys()))

    def _taken(self, pair: tuple[int, int], future: Future[Result]) -> bool:
        """Keep the result; whether the trial has to be begun once more, since its process was killed."""
        key = self._key(pair)
        try:
            result = future.result()
        except Exception as error:
            # The worker died so often that the executor gave up: this one trial has failed, the others go on.
            text = f"{type(error).__name__}: {error}"[:300]
            result = Result(key, Course("killed", text=text))
        if result.course.state == "killed":
            self._tries[key] = self._tries.get(key, 1) + 1
            if self._tries[key] <= TIMES:
                return True
        self.steps_run += max(0, result.course.steps - self._made(pair))
        self.store.put(result)
        return False

    def _reached(self, pair: tuple[int, int], goal: int) -> bool:
        course = self.course(pair)
        return course is not None and (course.state != "waiting" or 0 < goal <= course.steps)

    def _made(self, pair: tuple[int, int]) -> int:
        course = self.course(pair)
        return course.steps if course is not None else 0

    def _place(self, pair: tuple[int, int]) -> str:
        result = self.result(pair)
        return result.place if result is not None else ""

    def _key(self, pair: tuple[int, int]) -> str:
        return key_of(self.candidates[pair[0]].texts, pair[1])

    def _job(self, pair: tuple[int, int], goal: int, steps: int) -> Job:
        number, seed = pair
        order = replace(self.order, texts=self.candidates[number].texts, seed=seed, watch=seed == 0)
        limit = plan.limit(self.options, self.pace.seconds, steps, self.pace.length)
        return Job(self._key(pair), order, "", goal, limit, self.pace.memory, self.pace.modules, self._given_up)
