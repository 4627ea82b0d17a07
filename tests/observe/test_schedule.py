"""When it is looked: often at the start, then as often as the budget allows; on a simulated clock."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.observe.schedule import ALLOWANCE, Schedule


def simulate(schedule: Schedule, steps: int, bare: float, price: float) -> tuple[list[int], float, float]:
    """(sampled steps, seconds without watching, seconds that watching cost) when a sample costs ``price``."""
    sampled, plain, cost = [], 0.0, 0.0
    for step in range(steps):
        plain += bare
        if schedule.wants(step):
            sampled.append(step)
            cost += price
            schedule.sampled(step, bare + price, price)
        else:
            schedule.unsampled(bare)
    return sampled, plain, cost


@settings(max_examples=60, deadline=None)
@given(
    bare=st.floats(1e-4, 2.0),
    factor=st.floats(0.01, 30.0),
    budget=st.sampled_from([0.001, 0.01, 0.1]),
    steps=st.integers(200, 5_000),
)
def test_the_budget_is_kept_after_the_start(bare: float, factor: float, budget: float, steps: int) -> None:
    price = bare * factor
    _, plain, cost = simulate(Schedule(budget), steps, bare, price)
    first_looks = (6 + log(steps, 1.5)) * price  # the start, and half as much again each time, is always looked at
    assert cost <= budget * plain + ALLOWANCE + first_looks + price


@pytest.mark.parametrize("price", [0.001, 0.1])
def test_the_steady_state_spends_what_it_may(price: float) -> None:
    schedule = Schedule(0.01)
    simulate(schedule, 40_000, 0.01, price)
    sampled, plain, cost = 0, 0.0, 0.0
    for step in range(40_000, 80_000):
        plain += 0.01
        if schedule.wants(step):
            sampled += 1
            cost += price
            schedule.sampled(step, 0.01 + price, price)
        else:
            schedule.unsampled(0.01)
    assert sampled > 10
    assert 0.5 * 0.01 < cost / plain <= 0.0101


def test_the_start_is_looked_at_often() -> None:
    sampled, _, _ = simulate(Schedule(0.01), 400, 0.01, 0.002)
    assert sampled[:17] == list(range(17))
    gaps = [after - before for before, after in pairwise(sampled)]
    assert max(gaps) <= 400 // 16 + 1


def test_expensive_samples_grow_rare_but_never_miss_the_end() -> None:
    sampled, _, _ = simulate(Schedule(0.01), 100, 0.01, 3.0)
    assert sampled == [0, 1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 63, 94]


def test_every_nth_step_whatever_it_costs() -> None:
    sampled, _, _ = simulate(Schedule(0.0, every=7), 50, 0.01, 10.0)
    assert sampled == list(range(0, 50, 7))


@pytest.mark.parametrize("every", [None, 1])
def test_the_last_step_is_the_last(every: int | None) -> None:
    sampled, _, _ = simulate(Schedule(0.5, every=every, last_step=5), 50, 0.01, 0.001)
    assert max(sampled) == 4


def test_a_pause_of_the_users_is_no_cost_of_ours() -> None:
    schedule = Schedule(0.01)
    schedule.unsampled(0.01)
    assert schedule.sampled(1, 600.0, 0.002) <= 5 * 0.002 + 0.01
    assert schedule.price < 0.03
    assert schedule.samples == 1


def test_one_slow_sample_does_not_set_the_price() -> None:
    schedule = Schedule(0.01)
    for step in range(8):
        schedule.unsampled(0.01)
        schedule.sampled(step, 0.012, 5.0 if step == 3 else 0.002)
    assert schedule.price == pytest.approx(0.002)
