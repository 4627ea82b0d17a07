"""Who goes first where nothing is proved yet."""

from __future__ import annotations

import math

from gainstage.verify.proof import Measure
from gainstage.verify.ranking import goodness, plain_first

LOSS = Measure("training loss", "loss", True, "ratio")
ACCURACY = Measure("val_acc", "metric", False, "difference")
NAMES = ["a", "a + b", "b", "c"]


def order(*values: float, measure: Measure = LOSS) -> list[int]:
    ranked = sorted(range(len(values)), key=lambda arm: goodness(measure, values[arm]))
    return plain_first(ranked, NAMES, lambda arm: (measure, values[arm]))


def test_one_remedy_comes_before_two_that_are_hardly_better() -> None:
    assert order(0.52, 0.50, 0.90, 0.95) == [0, 1, 2, 3]
    assert order(0.90, 0.50, 0.52, 0.95) == [2, 1, 0, 3]
    assert order(0.90, 0.89, 0.88, 0.86, measure=ACCURACY) == [0, 1, 2, 3]


def test_two_that_are_better_by_far_stay_in_front() -> None:
    assert order(0.90, 0.50, 0.95, 0.51) == [1, 3, 0, 2]
    assert order(math.nan, 0.5, math.nan, 0.6)[0] == 1
