"""The arms of a race: untouched, random remedy, candidates, each over the seeds, and their comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding
from gainstage.errors import GainstageError
from gainstage.prescribe.candidate import Candidate
from gainstage.verify import measure as measuring
from gainstage.verify import plan
from gainstage.verify.launch import Trial
from gainstage.verify.order import Course
from gainstage.verify.predicted import measured
from gainstage.verify.proof import Arm, Final, Measure, Tried
from gainstage.verify.ranking import CLEARLY, goodness, plain_first
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
    trials: dict[int, list[Trial]] = field(default_factory=dict)
    finals: dict[int, Final] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The untouched run on the script's own seed is the one that was watched.
        self.trials[UNTOUCHED] = [self.runner.watched.trial]

    @property
    def all(self) -> list[int]:
        """The candidates' numbers, the best guess first."""
        return list(range(len(self.able)))

    def screen(self, steps: int) -> list[int]:
        """Bring every candidate to ``steps`` on the script's own seed; their order for a longer look.

        The best guess from the diagnosis comes first whatever it shows so early: what costs speed at first may be what
        keeps the training alive. The others follow as they rank.
        """
        first = [self._trial(arm, 0) for arm in (RANDOM, *self.all)]
        self.runner.run(f"trying {len(self.able)} remedies to step {steps:,}", first, self.runner.goal(steps))
        ranked = self._ranked(self.all, steps) or sorted(self.all, key=lambda arm: self._rank(arm, None, steps))
        return list(dict.fromkeys([0, *ranked]))

    def early(self, arms: Sequence[int]) -> int | None:
        """The candidate that is soon well ahead of where the untouched training ends; None where none is.

        The best guess is followed alone once it leads, too; where another leads, both are followed for longer.
        """
        length = self.runner.watched.course.steps
        rounds = [steps for steps in self.runner.rounds if steps < length]
        for steps in rounds:
            goal = self.runner.goal(steps)
            self.runner.run(f"following the best to step {steps:,}", [self._trial(arm, 0) for arm in arms], goal)
            ranked = self._ranked(arms, steps)
            if ranked and (ranked[0] == 0 or steps == rounds[-1]):
                arms = ranked[:1]
            if len(arms) == 1 and steps >= plan.SOON * length and (final := self._overtaking(arms[0])) is not None:
                self.finals[arms[0]] = final
                return arms[0]
        return None

    def follow(self, arms: Sequence[int]) -> list[int]:
        """Bring these candidates to the script's end; those that are better there, the best first."""
        runner = self.runner
        length = runner.watched.course.steps
        runner.run("following the best to the end", [self._trial(arm, 0) for arm in arms], runner.goal(length))
        for arm in arms:
            if (final := self._final(arm)) is not None:
                self.finals[arm] = final
        good = [arm for arm in arms if arm in self.finals and self.finals[arm].better]
        good.sort(key=lambda arm: goodness(self.finals[arm].measure, self.finals[arm].cured))
        return plain_first(good, self._remedies, lambda arm: (self.finals[arm].measure, self.finals[arm].cured))

    def leads(self, arm: int) -> list[int]:
        """The rounds' ends from which on the candidate is ahead of the untouched training on the script's own seed.

        Those where it is hardly ahead are left out if there are better ones: an interval would not clear there.
        """
        own, untouched = self.trials[arm][0].course, self.runner.watched.course
        rounds = [steps for steps in self.runner.rounds if steps <= own.steps] or self.runner.rounds[:1]
        ahead: dict[int, bool] = {}
        for steps in reversed(rounds):
            common = measuring.equal_steps([own, untouched], steps)
            measure = measuring.choose([[untouched, own]], common, self.runner.metric, [self.able[arm].remedy])
            found = [measuring.value(course, measure, common) for course in (own, untouched)] if measure else []
            if measure is None or not better(measure, *found):
                break
            ahead[steps] = better(measure, *found, times=CLEARLY)
        clear = [steps for steps in ahead if ahead[steps]]
        return sorted(clear or ahead) or rounds[-1:]

    def repeat(self, arm: int, steps: int) -> None:
        """Bring the candidate and both controls to ``steps`` on every seed."""
        seeds, goal = range(self.runner.options.seeds), self.runner.goal(steps)
        further = [self._trial(one, seed) for seed in seeds for one in (UNTOUCHED, RANDOM, arm)]
        self.runner.run(f"repeating the best and the controls to step {steps:,}", further, goal)

    def spent(self) -> int:
        """Steps that all trials have made."""
        return sum(trial.total for trial in self.runner.laboratory.trials)

    def judge(self, wanted: Sequence[int], steps: int) -> Result | None:
        """Compare these candidates and the controls at ``steps``; ``None`` where nothing is comparable."""
        courses = {arm: list(ready(self.trials.get(arm, ()), steps)) for arm in (UNTOUCHED, RANDOM, *wanted)}
        arms = [arm for arm in wanted if courses[arm]]
        steps = measuring.equal_steps([course for held in courses.values() for course in held], steps)
        names = [self.able[arm].remedy for arm in arms]
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

    def _final(self, arm: int) -> Final | None:
        before, after = self.runner.watched.course, self.trials[arm][0].course
        steps = max(before.steps, after.steps)
        measure = measuring.choose([[before, after]], steps, self.runner.metric, [self.able[arm].remedy])
        if measure is None:
            return None
        values = [measuring.value(course, measure, course.steps) for course in (before, after)]
        return Final(measure, *values, better=better(measure, values[1], values[0]))

    def _overtaking(self, arm: int) -> Final | None:
        """The candidate as far as it has come beside the untouched training's end, where it is well ahead of that."""
        before, after = self.runner.watched.course, self.trials[arm][0].course
        measure = measuring.choose([[before, after]], before.steps, self.runner.metric, [self.able[arm].remedy])
        findings = self._findings(arm)
        if measure is None or findings is None or any(finding.severity == "error" for finding in findings):
            return None
        values = [measuring.value(course, measure, course.steps) for course in (before, after)]
        ahead = better(measure, values[1], values[0], CLEARLY)
        return Final(measure, *values, better=True, steps=after.steps) if ahead else None

    def _like_untouched(self, arm: int, courses: dict[int, list[Course]]) -> bool:
        """Whether this arm's loss means what the untouched one's does."""
        if not courses[arm] or not courses[UNTOUCHED]:
            return arm == UNTOUCHED
        name = self.able[arm].remedy if arm >= 0 else self._random_name if arm == RANDOM else ""
        return measuring.comparable([courses[UNTOUCHED][0], courses[arm][0]], [name])

    @property
    def _remedies(self) -> list[str]:
        return [one.remedy for one in self.able]

    @property
    def _random_name(self) -> str:
        return self.control.remedy if self.control is not None else ""

    def _compared(self, courses: dict[int, list[Course]], arms: list[int], steps: int, measure: Measure) -> Result:
        rows = filled(courses, measure, steps)
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
            proved=bool(untouched and untouched.clear and (random is None or random.clear) and self._holds(arm)),
            steps=steps,
            final=self.finals.get(arm),
        )

    def _holds(self, arm: int) -> bool:
        """Whether it is better at the end, too; where that cannot be told, it counts."""
        return arm not in self.finals or self.finals[arm].better

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
            held.append(self.runner.trial(candidate, seed))
        return held[seed]

    def _ranked(self, arms: Sequence[int], steps: int) -> list[int]:
        """These candidates, the best first, at ``steps`` on the script's own seed; empty where that cannot be told."""
        courses = [self.trials[arm][0].course for arm in (UNTOUCHED, *arms)]
        steps = measuring.equal_steps(courses, steps)
        measure = measuring.choose([courses], steps, self.runner.metric, [self.able[arm].remedy for arm in arms])
        if measure is None:
            return []
        ranked = sorted(arms, key=lambda arm: self._rank(arm, measure, steps))
        values = {arm: measuring.value(self.trials[arm][0].course, measure, steps) for arm in arms}
        return plain_first(ranked, self._remedies, lambda arm: (measure, values[arm]))

    def _rank(self, arm: int, measure: Measure | None, steps: int) -> float:
        """Small for what learns best on the script's own seed."""
        course = self.trials[arm][0].course
        if measure is None:
            return measuring.closing_loss(course, steps)
        return goodness(measure, measuring.value(course, measure, steps))
