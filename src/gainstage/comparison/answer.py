"""What came of a comparison: plain, frozen data that text and JSON are laid out from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gainstage.comparison.candidate import Arm, Candidate, Left
from gainstage.comparison.facts import Facts
from gainstage.display import as_html
from gainstage.verify.proof import Effect, Measure


@dataclass(frozen=True, slots=True)
class Drop:
    """A candidate that went no further: at which step, behind whom, and with which chance it only seemed to be.

    ``broke`` where every seed of it failed or lost its numbers.
    """

    number: int
    step: int
    seeds: int
    leader: int
    p: float
    broke: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate as it went: values are one per seed, at the last step that it came to.

    Attributes:
        values: of the measure; empty where it was dropped before the end.
        losses: training losses at ``steps``.
        against: the best candidate's effect over this one, paired; None for the best itself and for dropped ones.
        share: probability of being the best of all.
        reached: steps to come to the comparison's target loss, mean over the seeds; nan where one did not.
        step_seconds: of one step, median over the seeds; ``memory`` in bytes at its largest.
        errors: what failed trainings said last.
    """

    candidate: Candidate
    steps: int
    values: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    against: Effect | None = None
    share: float = 0.0
    reached: float = math.nan
    step_seconds: float = math.nan
    memory: int = 0
    facts: Facts | None = None
    dropped: Drop | None = None
    errors: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """The measure's mean over the seeds."""
        return sum(self.values) / len(self.values) if self.values else math.nan

    @property
    def loss(self) -> float:
        """The training loss, mean over the seeds."""
        return sum(self.losses) / len(self.losses) if self.losses else math.nan


@dataclass(frozen=True, slots=True)
class Row:
    """An activation with an initialisation: its best candidate, and what it came to at its other learning rates."""

    arm: Arm
    best: Entry
    others: tuple[Entry, ...] = ()
    share: float = 0.0  # probability that the best of all is one of this arm's
    tied: bool = False  # not shown to be worse than the first


@dataclass(frozen=True, slots=True)
class Held:
    """How much an early order says: pairs that could be told apart at a rung, and those that were so at the end."""

    pairs: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took, beside what all candidates on all seeds to the end would have taken."""

    steps: int = 0
    exhaustive: int = 0
    seconds: float = 0.0
    trials: int = 0
    known: int = 0  # trials whose results were there from an earlier start


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer of ``gainstage compare``.

    Attributes:
        rows: the ranking, the best first; those that were dropped follow.
        steps: at which the finalists were compared; ``whole`` where that is the script's end.
        target: training loss that the worst finalist ends with: ``Entry.reached`` counts the steps to it.
        risk: of having dropped the best by the seeds' chance, as much as was allowed.
        left: arms that could not be made.
        notes: sentences about what to mind.
        folder: where the results lie.
    """

    command: tuple[str, ...]
    rows: tuple[Row, ...]
    steps: int
    whole: bool
    seeds: int
    measure: Measure | None
    own_rate: float
    target: float = math.nan
    rungs: tuple[int, ...] = ()
    risk: float = 0.0
    held: Held = field(default_factory=Held)
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    folder: str = ""
    cost: Cost = field(default_factory=Cost)
    interrupted: bool = False

    _repr_html_ = as_html

    @property
    def count(self) -> int:
        """Candidates, every learning rate counted."""
        return sum(1 + len(row.others) for row in self.rows)

    @property
    def spent(self) -> float:
        """The chance that the best was dropped, summed over what was: of the risk that was allowed, what was used."""
        entries = [entry for row in self.rows for entry in (row.best, *row.others)]
        return sum(entry.dropped.p for entry in entries if entry.dropped is not None)

    @property
    def tied(self) -> tuple[Row, ...]:
        """The first, and those that were not shown to be worse."""
        return tuple(row for row in self.rows if row.tied)
