"""Which steps are looked at: often early, then as often as the budget allows.

The start follows a logarithmic rhythm (0, 1, 2, ... 16, 17, ... 32, 34, ...) for ``START`` samples, whatever they cost
up to ``PATIENCE`` seconds: the same training is then looked at on the same steps, on a busy machine as on an idle
one, and gets the same verdict. Afterwards one step in ``stride`` is sampled. The stride is the power of two that keeps
the budget; it depends on the ratio of two measured times, and load cancels out of a ratio. In any case a step is
sampled before the run has grown by a sixth since the last one (by half where samples are dear): nobody knows which step
will be the last, and the end of a short run must not go unseen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import ceil, isfinite, log2
from statistics import median

START = 80
PATIENCE = 2.0
_RHYTHM = 16
_AFTER, _DEAR = 6, 2
_KEPT_BACK = 0.2  # of the budget, for what a sample costs the steps after it (cold caches)
_SLACK = 0.4  # a stride is halved only where it would clearly do: noise must not make it jump to and fro


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
    stride: int = 0  # 0: not known yet

    def wants(self, step: int) -> bool:
        """Is this step to be sampled?"""
        if self.over(step):
            return False
        if self.every is not None:
            return step % self.every == 0
        if self.samples == 0:
            return True
        starting = self.samples < START and self.spent + self.price < PATIENCE
        share = _RHYTHM if starting else _AFTER if self.spent < 2 * PATIENCE else _DEAR
        due = step >= self.previous + max(1, self.previous // share)
        return due or (not starting and self._on_grid(step))

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
        self._choose_stride()
        return cost

    def _on_grid(self, step: int) -> bool:
        """One step in each ``stride``, odd and even ones in turn: two tasks may take turns as well."""
        if self.stride < 2:
            return self.stride == 1
        return step % self.stride == (step // self.stride) % 2

    def _choose_stride(self) -> None:
        """The smallest power of two that keeps the budget; unsampled steps must have shown their length."""
        earned = (1 - _KEPT_BACK) * self.budget * self.bare_step
        needed = self.price / earned if earned > 0 else float("inf")
        if isfinite(needed) and not _SLACK * self.stride < needed <= self.stride:
            self.stride = 2 ** max(0, ceil(log2(max(needed, 1.0))))
