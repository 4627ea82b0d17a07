"""What several seeds say together: a median and the range, which is an exact interval for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Interval:
    """Median of some values and their range.

    The range of n independent values holds the median of what they are drawn from with probability 1 − 2^(1−n),
    whatever the distribution: 99.2 % for 8 seeds.
    """

    middle: float
    low: float
    high: float
    count: int

    @property
    def confidence(self) -> float:
        """Probability that the range holds the true median."""
        return 1 - 2.0 ** (1 - self.count)

    @property
    def numbers(self) -> dict[str, float]:
        """For JSON."""
        ends = {"median": self.middle, "low": self.low, "high": self.high}
        return {**ends, "seeds": self.count, "confidence": self.confidence}

    def spoken(self, form: str = ".3g") -> str:
        """``0.62 (0.55…0.71)``, each number in ``form``."""
        return f"{self.middle:{form}} ({self.low:{form}}…{self.high:{form}})"


def interval(values: Sequence[float]) -> Interval:
    """Median and range of ``values``, one for each seed."""
    return Interval(float(median(values)), float(min(values)), float(max(values)), len(values))


def differences(one: Sequence[float], other: Sequence[float]) -> Interval:
    """Of ``one`` minus ``other``, seed by seed."""
    return interval([a - b for a, b in zip(one, other, strict=True)])
