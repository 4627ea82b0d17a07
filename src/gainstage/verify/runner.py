"""Makes the trials of one script and brings them to a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gainstage.prescribe.candidate import Candidate
from gainstage.verify import plan, printed
from gainstage.verify.launch import Laboratory, Trial
from gainstage.verify.watched import Watched


@dataclass(slots=True)
class Runner:
    """Makes trials of one script and brings them to a step."""

    laboratory: Laboratory
    watched: Watched
    options: plan.Options
    progress: Callable[[str, int, int], None]

    @property
    def metric(self) -> str:
        """The name under which the measure that was asked for is noted; "" without one."""
        pattern = printed.compiled(self.options.metric)
        return printed.name_of(pattern) if pattern is not None else ""

    @property
    def first_reading(self) -> int:
        """The step at which the measure that was asked for was first seen; 0 without one."""
        return next((one.step for one in self.watched.course.readings if one.name == self.metric), 0)

    @property
    def rounds(self) -> list[int]:
        """The steps at which rounds may end."""
        return list(plan.horizons(self.options, self.watched.course.steps, self.first_reading))

    def trial(self, candidate: Candidate | None, seed: int) -> Trial:
        """A trial of ``candidate`` (``None``: the script as it is), not started yet; seed 0 is watched."""
        texts = {change.path: change.after for change in candidate.changes} if candidate else {}
        order = replace(
            self.watched.trial.order, texts=texts, seed=seed, watch=seed == 0, places=False, seconds=0.0, folder=""
        )
        return self.laboratory.prepare(order, 0.0)

    def goal(self, steps: int) -> int:
        """Where to send a trial for ``steps``: 0, the script's end, where that is what it comes to."""
        whole = self.watched.whole and steps >= self.watched.course.steps
        return 0 if whole else steps

    def run(self, stage: str, wanted: Sequence[Trial | None], steps: int) -> None:
        """Bring all of them to ``steps`` (0: to the end)."""
        course, trials = self.watched.course, [trial for trial in wanted if trial is not None]
        for trial in trials:
            trial.limit = plan.limit(self.options, course.seconds, steps or course.steps, course.steps)
        total = len(trials) * (steps or course.steps)
        self.laboratory.run(trials, steps, lambda: self.progress(stage, sum(trial.live for trial in trials), total))
