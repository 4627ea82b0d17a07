"""Which steps are looked at: often early, then as often as the budget allows.

The start-up follows a logarithmic rhythm (0, 1, 2, ... 16, 17, ... 32, 34, ...) and may cost at most ``ALLOWANCE``
seconds in all; afterwards a step is sampled when the unsampled steps since the last sample have earned its price, and
in any case before the run has grown by half since: the end of a short run must not go unseen, and their number is
only logarithmic. Prices are measured, not assumed: a sampled step's wall time minus the median unsampled one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

ALLOWANCE = 0.3
_RHYTHM = 16
_UNSEEN = 2
_KEPT_BACK = 0.2  # of the budget, for what a sample costs the steps after it (cold caches)


@dataclass(slots=True)
class Schedule:
    """Decides after each step whether the next one is sampled. ``budget`` is a share of wall time."""

    budget: float = 0.01
    every: int | None = None
    last_step: int | None = None
    bare: deque[float] = field(default_factory=lambda: deque(maxlen=64))
    costs: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    spent: float = 0.0
    samples: int = 0
    previous: int = -1
    earned: float = 0.0

    def wants(self, step: int) -> bool:
        """Is this step to be sampled?"""
        if self.over(step):
            return False
        if self.every is not None:
            return step % self.every == 0
        if self.samples == 0 or self.earned >= self.price > 0:
            return True
        share = _RHYTHM if self.spent + self.price < ALLOWANCE else _UNSEEN
        return step >= self.previous + max(1, self.previous // share)

    def over(self, step: int) -> bool:
        """Is this step beyond the last one to be looked at?"""
        return self.last_step is not None and step >= self.last_step

    @property
    def price(self) -> float:
        """What one sample costs, in seconds: the median of the last few."""
        return median(self.costs) if self.costs else 0.0

    @property
    def bare_step(self) -> float:
        """The median unsampled step, in seconds; nan before there was one."""
        return median(self.bare) if self.bare else float("nan")

    def unsampled(self, seconds: float) -> None:
        """An unsampled step took so long."""
        self.bare.append(seconds)
        self.earned += (1 - _KEPT_BACK) * self.budget * seconds

    def sampled(self, step: int, seconds: float, ours: float) -> float:
        """A sampled step took ``seconds``, of which at least ``ours`` in our own code; returns its cost."""
        cost = ours
        if self.bare:
            # An evaluation or a pause of the user's in this step is no cost of ours: bounded by what we can explain.
            cost = max(ours, min(seconds - self.bare_step, 4 * ours + self.bare_step))
        self.costs.append(cost)
        self.spent += cost
        self.samples += 1
        self.previous = step
        self.earned = 0.0
        return cost
