"""Trainings on paper: losses that fall as told, for a race to run without training anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gainstage.verify.order import Course


def course(losses: Sequence[float], steps: int, whole: int, **settings: object) -> Course:
    """The first ``steps`` of a training of ``whole`` steps."""
    state = "finished" if steps >= whole else "waiting"
    return Course(state, steps, tuple(losses[:steps]), **settings)  # type: ignore[arg-type]


@dataclass
class Paper:
    """Trials with the losses ``curves[candidate, seed]``; counts what was asked for."""

    curves: dict[tuple[int, int], Sequence[float]]
    reached: dict[tuple[int, int], int] = field(default_factory=dict)
    given_up: list[int] = field(default_factory=list)
    interrupt_at: int = 0

    def bring(self, stage: str, wanted: Sequence[tuple[int, int]], steps: int) -> None:
        if self.interrupt_at and steps >= self.interrupt_at:
            raise KeyboardInterrupt
        for pair in wanted:
            assert pair[0] not in self.given_up
            self.reached[pair] = max(steps, self.reached.get(pair, 0))

    def course(self, pair: tuple[int, int]) -> Course | None:
        if pair not in self.reached:
            return None
        losses = self.curves[pair]
        return course(losses, self.reached[pair], len(losses))

    def give_up(self, candidates: Sequence[int], seeds: int) -> None:
        self.given_up += candidates


def falling(
    rates: Sequence[float], seeds: int, steps: int, noise: float = 0.02
) -> dict[tuple[int, int], Sequence[float]]:
    """Losses exp(-rate * step / steps), with noise that is the seed's (all candidates') and the candidate's own."""
    random = np.random.default_rng(0)
    shared = random.normal(size=(seeds, steps)) * 0.2
    time = np.arange(steps) / steps
    return {
        (number, seed): np.exp(-rate * time + shared[seed] + noise * random.normal(size=steps)).tolist()
        for number, rate in enumerate(rates)
        for seed in range(seeds)
    }
