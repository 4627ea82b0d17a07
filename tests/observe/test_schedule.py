"""When it is looked: often at the start, then as often as the budget allows; on a simulated clock."""

from __future__ import annotations

from itertools import pairwise
from math import log
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.observe.schedule import PATIENCE, START, Schedule


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
    assert cost <= budget * plain + min(PATIENCE, START * price) + first_looks + price


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
    assert 0.3 * 0.01 < cost / plain <= 0.0101


def test_the_start_is_looked_at_often() -> None:
    sampled, _, _ = simulate(Schedule(0.01), 250, 0.01, 0.002)
    assert sampled[:17] == list(range(17))
    gaps = [after - before for before, after in pairwise(sampled)]
    assert max(gaps) <= 250 // 16 + 1


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), load=st.floats(1.0, 4.0), ratio=st.floats(0.05, 2.0))
def test_a_busy_machine_looks_at_the_same_steps(seed: int, load: float, ratio: float) -> None:
    """Clocks run up to four times slower and jitter: the start is the same, step for step."""
    noise = Random(seed)
    schedule, sampled = Schedule(0.01), []
    quiet, _, _ = simulate(Schedule(0.01), 300, 0.002, 0.002 * ratio)
    for step in range(300):
        bare = 0.002 * load * noise.uniform(0.7, 1.6)
        if schedule.wants(step):
            sampled.append(step)
            schedule.sampled(step, bare * (1 + ratio), bare * ratio)
        else:
            schedule.unsampled(bare)
    assert sampled == quiet


def test_the_stride_holds_still_under_noise() -> None:
    noise, schedule, strides = Random(0), Schedule(0.01), []
    for step in range(60_000):
        bare = 0.002 * noise.uniform(0.8, 1.25)
        if schedule.wants(step):
            schedule.sampled(step, 5 * bare, 4 * bare)
            strides.append(schedule.stride)
        else:
            schedule.unsampled(bare)
    assert len(set(strides[-40:])) == 1


def test_tasks_that_take_turns_are_both_seen() -> None:
    schedule = Schedule(0.01)
    simulate(schedule, 20_000, 0.01, 0.001)
    grid = [step for step in range(20_000, 40_000) if schedule._on_grid(step)]
    for tasks in (2, 3, 5):
        assert len({step % tasks for step in grid}) == tasks


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
