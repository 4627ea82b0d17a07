"""The measures of all arms, seed by seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan

from gainstage.verify import measure as measuring
from gainstage.verify.launch import Trial
from gainstage.verify.order import Course
from gainstage.verify.proof import Arm, Measure

UNTOUCHED, RANDOM = -2, -1  # the two controls, beside the candidates' numbers from 0


def by_seed(courses: dict[int, list[Course]]) -> list[list[Course]]:
    """The courses of all arms, seed by seed."""
    most = max((len(held) for held in courses.values()), default=0)
    return [[held[seed] for held in courses.values() if seed < len(held)] for seed in range(most)]


def ready(trials: Sequence[Trial], steps: int) -> Iterator[Course]:
    """The courses of the leading seeds that have come to ``steps``, or to their own end."""
    for trial in trials:
        if not trial.ready or (trial.course.state == "waiting" and trial.course.steps < steps):
            return
        yield trial.course


def filled(courses: dict[int, list[Course]], measure: Measure, steps: int) -> dict[int, tuple[float, ...]]:
    """The measure for every arm and seed. A training that broke is as bad as one that has not begun.

    That is its first loss (another arm's where it had none itself), a share of 0, or the worst that any arm has.
    """
    rows = {arm: [measuring.value(course, measure, steps) for course in held] for arm, held in courses.items()}
    finite = [value for row in rows.values() for value in row if isfinite(value)]
    worst = (max if measure.lower else min)(finite, default=nan)
    starts = [measuring.starting_loss(course) for held in courses.values() for course in held]
    start = max((loss for loss in starts if isfinite(loss)), default=nan)
    made: dict[int, tuple[float, ...]] = {}
    for arm, row in rows.items():
        for place, course in enumerate(courses[arm]):
            if not isfinite(row[place]):
                first = measuring.starting_loss(course)
                bad = {"loss": max(worst, first if isfinite(first) else start), "score": 0.0}
                row[place] = bad.get(measure.kind, worst)
        made[arm] = tuple(row)
    return made


def arm_of(name: str, courses: Sequence[Course], values: tuple[float, ...], steps: int) -> Arm:
    """The arm as it is told."""
    return Arm(
        name,
        values,
        tuple(measuring.closing_loss(course, steps) for course in courses),
        tuple(course.state for course in courses),
        tuple(course.text for course in courses),
    )
