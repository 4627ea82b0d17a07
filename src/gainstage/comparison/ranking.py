"""From the finished race to the ranking: intervals, ties, the probability of being best, steps to a loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from gainstage.comparison import chance
from gainstage.comparison.answer import Entry, Held, Row
from gainstage.comparison.candidate import Arm, Candidate
from gainstage.comparison.facts import Facts
from gainstage.comparison.race import Array, Race, running
from gainstage.verify import measure as measuring
from gainstage.verify.order import Course
from gainstage.verify.proof import Measure
from gainstage.verify.rows import filled
from gainstage.verify.verdict import effect


@dataclass(frozen=True, slots=True)
class Ranking:
    """The rows, best first, and what they were ranked by."""

    rows: tuple[Row, ...]
    measure: Measure | None
    steps: int
    target: float
    held: Held


def rank(race: Race, candidates: Sequence[Candidate], facts: Sequence[Facts | None]) -> Ranking:
    """Rank what is still alive at the last rung that was reached, with the dropped ones behind it."""
    finalists = race.alive
    steps = measuring.equal_steps([course for one in finalists for course in race.courses(one)], race.reached)
    measure = race.measure(finalists, steps, race.seen)
    entries = {number: _entry(race, number, candidates[number], facts[number], steps) for number in range(race.count)}
    target = max((entries[number].loss for number in finalists), default=math.nan)
    held = Held()
    if measure is not None:
        rows = filled({number: race.courses(number)[: race.seen] for number in finalists}, measure, steps)
        held = race.held() if race.reached == race.length else held
        table = race.table(finalists, measure, steps, race.seen)
        entries |= compared(measure, {number: entries[number] for number in finalists}, rows, table)
    entries = {number: _reaching(race, number, entry, target) for number, entry in entries.items()}
    return Ranking(arms(measure, entries), measure, steps, target, held)


def compared(
    measure: Measure, entries: dict[int, Entry], values: dict[int, tuple[float, ...]], table: Array
) -> dict[int, Entry]:
    """The finalists with their values, the best one's effect over each, and the probability of being best."""
    numbers = list(entries)
    best = numbers[int(table.mean(axis=1).argmin())]
    shares = chance.best_shares(table, range(len(numbers)))
    return {
        number: replace(
            entries[number],
            values=values[number],
            against=effect(measure, values[best], values[number]) if number != best else None,
            share=float(share),
        )
        for number, share in zip(numbers, shares, strict=True)
    }


def arms(measure: Measure | None, entries: dict[int, Entry]) -> tuple[Row, ...]:
    """One row for each arm, led by its best candidate."""
    groups: dict[Arm, list[Entry]] = {}
    for entry in entries.values():
        groups.setdefault(entry.candidate.arm, []).append(entry)
    lower = measure.lower if measure is not None else True
    rows: list[Row] = []
    for arm, group in groups.items():
        first, *others = sorted(group, key=lambda entry: _place(entry, lower))
        tied = bool(first.values) and any(one.against is None or not one.against.clear for one in group if one.values)
        share = sum(entry.share for entry in group)
        rows.append(Row(arm, first, tuple(sorted(others, key=lambda one: one.candidate.factor)), share, tied))
    return tuple(sorted(rows, key=lambda row: _place(row.best, lower)))


def _place(entry: Entry, lower: bool) -> tuple[float, float]:
    """Small for good places: finalists by their measure, then who came further, then by the loss there."""
    if entry.values:
        return (0.0, entry.mean if lower else -entry.mean)
    return (1.0 / (1 + entry.steps), entry.loss if math.isfinite(entry.loss) else math.inf)


def _entry(race: Race, number: int, candidate: Candidate, facts: Facts | None, steps: int) -> Entry:
    drop = next((drop for drop in race.drops if drop.number == number), None)
    at = drop.step if drop is not None else steps
    courses = race.courses(number)
    return Entry(
        candidate,
        at,
        losses=tuple(measuring.closing_loss(course, at) for course in courses),
        step_seconds=_step_seconds(courses),
        memory=max((course.memory for course in courses), default=0),
        facts=facts,
        dropped=drop,
        errors=tuple(dict.fromkeys(course.text for course in courses if course.text)),
    )


def _step_seconds(courses: Sequence[Course]) -> float:
    """The first seed's trial is watched, which costs time: the others tell, where there are any."""
    paces = [course.step_seconds for course in courses if course.steps]
    return median(paces[1:] or paces) if paces else math.nan


def _reaching(race: Race, number: int, entry: Entry, target: float) -> Entry:
    """With the steps to the target loss."""
    found: list[float] = []
    for course in race.courses(number):
        within = (step for step, loss in enumerate(running(course.losses[: entry.steps]), start=1) if loss <= target)
        found.append(next(within, math.nan))
    return replace(entry, reached=sum(found) / len(found) if found else math.nan)
