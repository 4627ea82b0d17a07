"""Effects and their intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gainstage.verify.proof import Measure
from gainstage.verify.verdict import below, better, effect, interval, quantile

LOSS = Measure("training loss", "loss", True, "ratio")
ACCURACY = Measure("val_acc", "metric", False, "difference")
losses = st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 30])
def test_the_quantile_is_students(freedom: int) -> None:
    for share in (0.6, 0.9, 0.975, 0.999):
        assert quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-9)
        assert below(quantile(share, freedom), freedom) == pytest.approx(share)


def test_the_interval_covers_as_often_as_it_says() -> None:
    import numpy as np

    draws = np.random.default_rng(0).normal(1.0, 2.0, (2000, 3))
    covered = [abs(middle - 1.0) <= half for middle, half in map(interval, draws.tolist())]
    assert 0.94 < sum(covered) / len(covered) < 0.96


@given(losses, losses, st.floats(1e-2, 1e2))
def test_losses_are_compared_by_their_ratio(values: list[float], control: list[float], factor: float) -> None:
    one, scaled = (
        effect(LOSS, values, control),
        effect(LOSS, [factor * v for v in values], [factor * c for c in control]),
    )
    assert scaled.mean == pytest.approx(one.mean, rel=1e-6) and scaled.clear == one.clear
    assert one.low <= one.mean * (1 + 1e-9) and one.mean <= one.high * (1 + 1e-9)


@given(losses, losses)
def test_whoever_wins_the_other_loses(values: list[float], control: list[float]) -> None:
    assert not (effect(LOSS, values, control).clear and effect(LOSS, control, values).clear)
    assert effect(LOSS, values, values).clear is False


def test_one_seed_proves_nothing() -> None:
    alone = effect(LOSS, (0.01,), (2.3,))
    assert not alone.clear and math.isinf(alone.high)


def test_an_effect_too_small_to_matter_is_not_clear() -> None:
    assert not effect(LOSS, (0.995, 0.995, 0.995), (1.0, 1.0, 1.0)).clear
    assert effect(LOSS, (0.95, 0.95, 0.95), (1.0, 1.0, 1.0)).clear
    assert not effect(ACCURACY, (0.901, 0.901, 0.901), (0.9, 0.9, 0.9)).clear


def test_a_difference_knows_which_way_is_better() -> None:
    assert effect(ACCURACY, (0.9, 0.92, 0.91), (0.5, 0.52, 0.49)).clear
    less = Measure("steps", "metric", True, "difference")
    assert effect(less, (10.0, 11.0, 10.0), (50.0, 52.0, 49.0)).clear
    assert effect(less, (10.0, 11.0, 10.0), (50.0, 52.0, 49.0)).mean < 0


def test_a_loss_of_zero_is_no_infinity() -> None:
    assert effect(LOSS, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)).clear
    assert not effect(LOSS, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)).clear
    assert not effect(LOSS, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)).mean


def test_all_learnt_and_nearly_all_learnt_agree_that_it_works() -> None:
    """On logarithms these three seeds would differ more from each other than from the control."""
    assert effect(LOSS, (1e-6, 1e-2, 0.1), (0.7, 0.7, 0.7)).clear


def test_one_pair_is_compared_without_an_interval() -> None:
    assert better(LOSS, 0.5, 1.0) and not better(LOSS, 0.995, 1.0)
    assert better(ACCURACY, 0.9, 0.5) and not better(ACCURACY, 0.5, 0.9) and not better(ACCURACY, 0.5, 0.5)
    assert better(LOSS, 0.5, math.nan) and not better(LOSS, math.nan, 0.5)


def test_far_ahead_is_ten_times_what_matters() -> None:
    assert better(LOSS, 0.9, 1.0, times=10) and not better(LOSS, 0.91, 1.0, times=10)
    share = Measure("accuracy", "score", False, "difference")
    assert better(share, 0.6, 0.5, times=10) and not better(share, 0.54, 0.5, times=10)
