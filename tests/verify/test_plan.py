"""How far, how many, how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.verify.plan import FEWEST, Options, horizons, limit, room


@given(st.integers(2, 10**6), st.integers(0, 100))
def test_rounds_come_to_the_end_in_ascending_order(length: int, first: int) -> None:
    steps = list(horizons(Options(), length, first))
    assert steps == sorted(set(steps)) and steps[-1] == length
    assert all(step >= min(length, max(FEWEST, first)) for step in steps)


def test_asked_for_steps_are_the_only_round() -> None:
    assert list(horizons(Options(steps=50), 1000)) == [50]
    assert list(horizons(Options(steps=50), 30)) == [30]


def test_the_environment_says_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert Options().threads == 4 and Options(jobs=3).workers == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert Options().threads == 1 and Options().workers >= 1


def test_a_trial_may_take_what_the_script_took_and_more() -> None:
    assert limit(Options(time_limit=7.0), 1.0, 10, 100) == 7.0
    assert limit(Options(), 600.0, 100, 100) > 600.0


def test_memory_bounds_the_trials_that_wait() -> None:
    assert room(1 << 60) == 2
    assert room(0) > 2
