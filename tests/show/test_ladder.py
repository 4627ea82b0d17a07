"""The ladder's numbers, its folding and the coverage, on runs written down as records."""

from __future__ import annotations

import math
from dataclasses import replace

import chains
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.diagnose.coverage import coverage
from gainstage.diagnose.ladder import Fold, Rung, fold, ladder
from gainstage.diagnose.view import View
from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, Signal, Site, Step, Update


def rung(number, **values):
    return Rung(number, f"net.{number} linear", f"net.{number}", "Net", "linear", "relu", **values)


def test_levels_are_relative_to_the_input_and_to_the_output():
    rungs = ladder(View(chains.chain(5, forward=0.5, backward=0.1)))
    assert [r.number for r in rungs] == [1, 2, 3, 4, 5]
    assert [r.signal_db for r in rungs] == pytest.approx([20 * math.log10(0.5) * n for n in range(1, 6)])
    assert [r.gradient_db for r in rungs] == pytest.approx([-80, -60, -40, -20, 0])
    assert [r.backward_db for r in rungs] == pytest.approx([-20] * 5)
    assert rungs[0].dead_share == 0.25
    assert rungs[-1].update_ratio == pytest.approx(1e-3)
    assert rungs[-1].is_output


def test_shares_sum_to_the_gain_that_is_shown():
    for r in ladder(View(chains.chain(5, backward=0.1))):
        assert sum(r.share_db.values()) == pytest.approx(r.backward_db)


def test_members_are_every_name_a_finding_may_use():
    first = ladder(View(chains.chain(2)))[0]
    assert {"net.0 (linear)", "net.1 (sigmoid)", "net.0.weight"} <= set(first.members)


def linear_run(weight_rms, function, received=1.0, fan_in=100):
    """One stage of independent weights whose pre-activations have the level that theory gives them."""
    linear = Site(0, "f", "linear", 0, "affine", "Net", weight="f.weight", fan_in=fan_in, units=50)
    act = Site(1, "a", function, 0, "activation", "Net", function=function, units=50, sources=(0,))
    level = weight_rms * math.sqrt(fan_in) * received
    signals = [Signal(0, 0, 64, received, 0.0, level, 0.0), Signal(0, 1, 64, level, 0.0, level)]
    step = Step(0, 0.0, loss=1.0)
    parameter = Parameter(0, "f.weight", (50, fan_in))
    return Run(chains.INFO, (linear, act), (parameter,), (step,), signals, [Update(0, 0, weight=weight_rms)], ())


def test_the_expected_gain_of_relu_is_its_standard_deviation_under_a_normal():
    expected = ladder(View(linear_run(0.1, "relu")))[0].expected_forward_db
    assert expected == pytest.approx(20 * math.log10(math.sqrt(0.5 - 1 / (2 * math.pi))), abs=1e-6)


def test_the_expected_gain_scales_with_homogeneous_activations_and_is_unknown_for_others_own():
    small, large = (ladder(View(linear_run(scale, "relu")))[0].expected_forward_db for scale in (0.1, 0.2))
    assert large - small == pytest.approx(20 * math.log10(2))
    assert math.isnan(ladder(View(linear_run(0.1, "custom")))[0].expected_forward_db)


def test_short_ladders_are_not_folded():
    rungs = [rung(n, forward_db=0.0, backward_db=0.0) for n in range(1, 10)]
    assert fold(rungs, set(), {}) == tuple(rungs)


@given(
    st.lists(st.sampled_from([-20.0, 0.0, 3.0, math.nan, -math.inf]), min_size=11, max_size=80),
    st.sets(st.integers(1, 80)),
    st.dictionaries(st.integers(1, 80), st.sampled_from(["error", "warning"])),
)
def test_folding_loses_no_rung_hides_no_kept_one_and_mixes_no_marks(gains, keep, kinds):
    rungs = [rung(n, forward_db=0.0, backward_db=gain) for n, gain in enumerate(gains, start=1)]
    covered = []
    for row in fold(rungs, keep, kinds):
        numbers = range(row.first, row.last + 1) if isinstance(row, Fold) else [row.number]
        if isinstance(row, Fold):
            assert row.count >= 3
            assert not keep.intersection(numbers)
            assert len({kinds.get(n) for n in numbers}) == 1
            measured = [rungs[n - 1].backward_db for n in numbers if not math.isnan(rungs[n - 1].backward_db)]
            assert not measured or row.backward_db == (min(measured), max(measured))
        covered += numbers
    assert covered == list(range(1, len(rungs) + 1))


def test_unlike_neighbours_are_folded_only_when_the_ladder_gets_too_long():
    gains = [0.0, -30.0] * 6
    rungs = [rung(n, forward_db=0.0, backward_db=gain) for n, gain in enumerate(gains, start=1)]
    assert not any(isinstance(row, Fold) for row in fold(rungs, set(), {}))
    assert len(fold(rungs * 3, set(), {}, limit=20)) == 1


def test_networks_do_not_mix_in_a_fold():
    rungs = [replace(rung(n, forward_db=0.0, backward_db=0.0), root="G" if n <= 8 else "D") for n in range(1, 17)]
    assert [row.root for row in fold(rungs, set(), {})] == ["G", "D"]


def test_coverage_estimates_the_cost_of_samples_that_were_left_out():
    seen = coverage(View(chains.chain(3)))
    assert (seen.steps, seen.sampled, seen.sites, seen.stages) == (1800, 37, 6, 3)
    assert seen.cost_seconds == pytest.approx(0.37)
    assert seen.overhead == pytest.approx(0.37 / 12.3)


def test_coverage_says_what_was_not_seen():
    run = chains.chain(2)
    frozen = (replace(run.parameters[0], trainable=False), run.parameters[1])
    dark = [Signal(step, site, 64, 1.0, 0.0, 1.0) for step in chains.SAMPLES for site in range(4)]
    events = (Event(1.0, 5000, "observer-error", "observing stopped: disk full"),)
    info = replace(chains.INFO, outcome="running", world_size=4, rank=2)
    seen = coverage(View(Run(info, run.sites, frozen, run.steps, dark, [], events)))
    told = ". ".join(seen.unseen)
    assert "disk full" in told
    assert "still running" in told
    assert "rank 2 of 4" in told
    assert "1 of 2 parameters are frozen" in told
    assert "no gradient was seen at 4 of 4 operations" in told


def test_coverage_believes_what_the_observer_left_at_its_end():
    run = chains.chain(2)
    events = (Event(12.0, 4999, "end", "", {"steps": 5000, "cost_seconds": 0.123}),)
    seen = coverage(View(Run(run.info, run.sites, run.parameters, run.steps, [], [], events, sampled=37)))
    assert (seen.steps, seen.sampled) == (5000, 37)
    assert seen.cost_seconds == 0.123


def test_an_empty_run_has_no_rungs_and_an_unknown_cost():
    seen = coverage(View(Run(chains.INFO, (), (), (), [], [], ())))
    assert (seen.steps, seen.sampled) == (0, 0)
    assert np.isnan(seen.overhead)


def test_the_expected_level_is_what_theory_makes_of_the_level_before():
    first = ladder(View(linear_run(0.1, "relu")))[0]
    assert first.expected_signal_db == pytest.approx(first.signal_db - first.forward_db + first.expected_forward_db)
