"""Which candidate is the better one, before there is an interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gainstage.verify.proof import Measure
from gainstage.verify.verdict import better

CLEARLY = 10.0  # times what matters at all: a tenth of the loss, five points of a share


def goodness(measure: Measure, value: float) -> float:
    """Small for what is good; infinite for what could not be measured."""
    return math.inf if math.isnan(value) else value if measure.lower else -value


def plain_first(ranked: list[int], remedies: Sequence[str], shown: Callable[[int], tuple[Measure, float]]) -> list[int]:
    """Two remedies at once come behind one of them alone, unless they are better by far.

    Args:
        ranked: candidates' numbers, the best first.
        remedies: the name of each; "a + b" for two at once.
        shown: the measure and the value that a candidate came to.

    Example:
        >>> loss = Measure("training loss", "loss", True, "ratio")
        >>> plain_first([1, 0], ["zero-bias", "zero-bias + adam"], lambda arm: (loss, (0.52, 0.5)[arm]))
        [0, 1]
    """
    ordered = list(ranked)
    for pair in [arm for arm in ranked if " + " in remedies[arm]]:
        parts = remedies[pair].split(" + ")
        if any(remedies[arm] in parts for arm in ordered[: ordered.index(pair)]):
            continue
        measure, value = shown(pair)
        for alone in ordered[ordered.index(pair) + 1 :]:
            other, reached = shown(alone)
            if remedies[alone] in parts and other == measure and not better(measure, value, reached, CLEARLY):
                ordered.remove(pair)
                ordered.insert(ordered.index(alone) + 1, pair)
                break
    return ordered
