"""The arms of a race: untouched, random remedy, candidates, each over the seeds, and their comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding
from gainstage.errors import GainstageError
from gainstage.prescribe.candidate import Candidate
from gainstage.verify import measure as measuring
from gainstage.verify.launch import Trial
from gainstage.verify.order import Course
from gainstage.verify.predicted import measured
from gainstage.verify.proof import Arm, Final, Measure, Tried
from gainstage.verify.rows import RANDOM, UNTOUCHED, arm_of, by_seed, filled, ready
from gainstage.verify.runner import Runner
from gainstage.verify.verdict import better, effect
from gainstage.verify.watched import findings_of, sick


@dataclass(frozen=True, slots=True)
class Result:
    """A comparison of all arms at equal steps."""

    steps: int
    measure: Measure
    untouched: Arm
    random: Arm | None
    tried: tuple[Tried, ...]


@dataclass(slots=True)
class Arms:
    """All arms of one race; ``trials`` holds those of an arm in the order of the seeds."""

    runner: Runner
    able: list[Candidate]
    control: Candidate | None
    steps: int = 0
    alive: list[int] = field(default_factory=list)
    trials: dict[int, list[Trial]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.alive = list(range(len(self.able)))
        self.trials[UNTOUCHED] = [self.runner.watched.trial]

    def to(self, steps: int) -> None:
        """Every candidate alive comes to ``steps`` on the script's own seed, then the best and the controls on all."""
        self.steps = steps
        runner, goal = self.runner, self.runner.goal(steps)
        first = [self._trial(arm, 0) for arm in (RANDOM, *self.alive)]
        runner.run(f"trying {len(self.alive)} remedies to step {steps:,}", first, goal)
        self._sort(steps)
        arms = (UNTOUCHED, RANDOM, *self.alive[:1])
        # The untouched run on the own seed is the one that was watched: it has been there.
        further = [self._trial(arm, seed) for seed in range(1, runner.options.seeds) for arm in arms]
        runner.run(f"repeating the best and the controls to step {steps:,}", further, goal)

    def _sort(self, steps: int) -> None:
        """The best of this round first, by the script's own seed."""
        courses = [self.trials[arm][0].course for arm in (UNTOUCHED, *self.alive)]
        steps = measuring.equal_steps(courses, steps)
        measure = measuring.choose([courses], steps, self.runner.metric, [self.able[arm].remedy for arm in self.alive])
        self.alive.sort(key=lambda arm: self._rank(arm, measure, steps))

    def finish(self) -> Final | None:
        """The best candidate and the untouched training at the script's end; ``None`` where its end is not known."""
        watched, own = self.runner.watched, self.trials[self.alive[0]][0]
        if not watched.whole or self.runner.options.steps:
            return None
        self.runner.run("following the best to its end", [own], 0)
        measure = measuring.at_the_end(watched.course, own.course)
        if measure is None:
            return None
        before, after = (measuring.value(course, measure, course.steps) for course in (watched.course, own.course))
        return Final(measure, before, after, better(measure, after, before))

    def halve(self) -> None:
        """Only the better half goes on."""
        self.alive = self.alive[: math.ceil(len(self.alive) / 2)]

    def projected(self, steps: int) -> float:
        """Steps that all trials will have made when this round has come to ``steps``."""
        now = sum(trial.total for trial in self.runner.laboratory.trials)
        more = len(self.alive) + 1 + 3 * (self.runner.options.seeds - 1)
        return now + more * (steps - self.steps)

    def judge(self) -> Result | None:
        """Compare what this round has measured; ``None`` where nothing has been, or nothing is comparable."""
        courses = {arm: list(ready(self.trials.get(arm, ()))) for arm in (UNTOUCHED, RANDOM, *self.alive)}
        arms, names = [arm for arm in self.alive if courses[arm]], [self.able[arm].remedy for arm in self.alive]
        steps = measuring.equal_steps([course for held in courses.values() for course in held], self.steps)
        measure = measuring.choose(by_seed(courses), steps, self.runner.metric, names)
        if measure is None:
            # One remedy changed what the loss means: the others can still be compared by it.
            alike = {arm: courses[arm] for arm in (UNTOUCHED, RANDOM, *arms) if self._like_untouched(arm, courses)}
            arms = [arm for arm in arms if arm in alike]
            courses = {RANDOM: [], **alike}
            measure = measuring.choose(by_seed(courses), steps, "")
        if not arms or not courses[UNTOUCHED] or measure is None:
            return None
        return self._compared({arm: courses[arm] for arm in (UNTOUCHED, RANDOM, *arms)}, arms, steps, measure)

    def _like_untouched(self, arm: int, courses: dict[int, list[Course]]) -> bool:
        """Whether this arm's loss means what the untouched one's does."""
        if not courses[arm] or not courses[UNTOUCHED]:
            return arm == UNTOUCHED
        name = self.able[arm].remedy if arm >= 0 else self._random_name if arm == RANDOM else ""
        return measuring.comparable([courses[UNTOUCHED][0], courses[arm][0]], [name])

    @property
    def _random_name(self) -> str:
        return self.control.remedy if self.control is not None else ""

    def _compared(self, courses: dict[int, list[Course]], arms: list[int], steps: int, measure: Measure) -> Result:
        rows = filled(courses, measure, steps, measuring.starting_loss(self.runner.watched.course))
        untouched = arm_of("untouched", courses[UNTOUCHED], rows[UNTOUCHED], steps)
        untouched = replace(untouched, findings=self.runner.watched.sick)
        random = None
        if courses[RANDOM]:
            random = arm_of(self._random_name, courses[RANDOM], rows[RANDOM], steps)
            random = replace(random, findings=self._findings(RANDOM))
        tried = [self._tried(arm, courses[arm], rows, steps, measure) for arm in arms]
        return Result(steps, measure, untouched, random, tuple(tried))

    def _tried(
        self, arm: int, courses: list[Course], rows: dict[int, tuple[float, ...]], steps: int, measure: Measure
    ) -> Tried:
        candidate = self.able[arm]
        own = replace(arm_of(candidate.remedy, courses, rows[arm], steps), findings=self._findings(arm))
        seeds = len(rows[arm])
        untouched, random = (
            effect(measure, rows[arm][: len(rows[control])], rows[control][:seeds]) if rows[control] else None
            for control in (UNTOUCHED, RANDOM)
        )
        return Tried(
            candidate,
            own,
            measured(candidate, self.runner.watched.diagnosis, self._diagnosis(arm), courses[0]),
            untouched,
            random,
            proved=bool(untouched and untouched.clear and (random is None or random.clear)),
            steps=steps,
        )

    def _diagnosis(self, arm: int) -> Diagnosis | None:
        try:
            return findings_of(self.trials[arm][0])
        except GainstageError:
            return None  # it broke before it recorded anything

    def _findings(self, arm: int) -> tuple[Finding, ...] | None:
        diagnosis = self._diagnosis(arm)
        return None if diagnosis is None else sick(diagnosis)

    def _trial(self, arm: int, seed: int) -> Trial | None:
        """The arm's trial on this seed, made where there is none yet; ``None`` where there is no such arm."""
        candidate = self.able[arm] if arm >= 0 else self.control if arm == RANDOM else None
        if arm == RANDOM and candidate is None:
            return None
        held = self.trials.setdefault(arm, [])
        if len(held) <= seed:
            name = candidate.remedy if candidate is not None else "untouched"
            held.append(self.runner.trial(candidate, seed, "random remedy" if arm == RANDOM else name))
        return held[seed]

    def _rank(self, arm: int, measure: Measure | None, steps: int) -> float:
        """Small for what learns best on the script's own seed."""
        course = self.trials[arm][0].course
        if measure is None:
            return measuring.closing_loss(course, steps)
        found = measuring.value(course, measure, steps)
        return math.inf if math.isnan(found) else found if measure.lower else -found
