"""Who is dropped, when, and at which risk; the ranking; ties."""

from __future__ import annotations

import numpy as np
import pytest
from curves import Paper, falling
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma, polygamma
from scipy.stats import t as student

from gainstage.comparison import chance
from gainstage.comparison.candidate import Arm, Candidate
from gainstage.comparison.race import Race, running
from gainstage.comparison.ranking import rank

STEPS = 400


def race(rates: list[float], seeds: int = 5, risk: float = 0.05, noise: float = 0.02) -> Race:
    made = Race(Paper(falling(rates, seeds, STEPS, noise)), len(rates), seeds, STEPS, "", risk)
    made.run()
    return made


def ranked(made: Race, names: str) -> list[tuple[str, bool]]:
    able = [Candidate(Arm(name, "default"), 1.0, 0.1) for name in names.split()]
    return [(row.arm.name, row.tied) for row in rank(made, able, [None] * len(able)).rows]


def test_the_slow_are_dropped_and_the_best_is_found() -> None:
    made = race([4.0, 1.0, 0.5, 3.0])
    assert 0 in made.alive and {drop.number for drop in made.drops} >= {1, 2}
    paper = made.trials
    assert isinstance(paper, Paper)
    assert paper.reached[1, 0] < STEPS and (1, 4) not in paper.reached  # neither to the end nor on every seed
    assert paper.reached[0, 4] == STEPS
    assert sum(drop.p for drop in made.drops) <= 0.05
    assert ranked(made, "a b c d")[0] == ("a", True)


def test_equals_are_called_a_tie() -> None:
    made = race([2.0, 2.0, 0.5])
    assert made.alive == [0, 1]
    assert [tied for _, tied in ranked(made, "a b c")] == [True, True, False]


def test_without_a_risk_nobody_is_dropped() -> None:
    made = race([4.0, 1.0, 0.1], risk=0.0)
    assert made.alive == [0, 1, 2] and not made.drops


def test_a_slow_start_that_may_catch_up_is_kept() -> None:
    """Behind, clearly, but by less than what is left of the training could make up for."""
    curves = falling([2.0, 1.5], 5, STEPS, noise=0.001)
    for seed in range(5):
        late = np.array(curves[1, seed])
        late[STEPS // 2 :] *= np.exp(-2.0 * np.linspace(0, 1, STEPS // 2))
        curves[1, seed] = late.tolist()
    made = Race(Paper(curves), 2, 5, STEPS, "", 0.05)
    made.run()
    assert made.alive == [1]


def test_what_breaks_on_every_seed_is_dropped() -> None:
    curves = falling([2.0, 2.0, 2.0], 3, STEPS)
    for seed in range(3):
        curves[1, seed] = [1.0] * 5 + [float("nan")] * (STEPS - 5)
    made = Race(Paper(curves), 3, 3, STEPS, "", 0.05)
    made.run()
    assert [(drop.number, drop.broke) for drop in made.drops][:1] == [(1, True)]


def test_an_interrupt_leaves_what_is_known() -> None:
    made = Race(Paper(falling([4.0, 1.0], 3, STEPS), interrupt_at=200), 2, 3, STEPS, "", 0.0)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert 0 < made.reached < 200
    assert ranked(made, "a b")[0][0] == "a"


def test_how_much_an_early_order_says_is_counted() -> None:
    held = race([4.0, 3.8, 3.6], risk=0.2, noise=0.001).held()
    assert held.pairs == held.held > 0


def test_a_running_loss_ends_as_the_training_does() -> None:
    losses = [1.0 / (1 + step) for step in range(100)]
    assert list(running(losses))[-1] == pytest.approx(sum(losses[-20:]) / 20)


@pytest.mark.parametrize("freedom", range(1, 9))
def test_the_recurrences_are_those_of_the_gamma_function(freedom: int) -> None:
    assert chance.digamma(freedom) == pytest.approx(float(digamma(freedom / 2)), abs=1e-12)
    assert chance.trigamma(freedom) == pytest.approx(float(polygamma(1, freedom / 2)), abs=1e-12)


def test_one_pair_alone_is_students_test() -> None:
    values = np.array([[1.0, 2.0, 4.0]])
    assert chance.p_values(values, np.zeros(3))[0] == pytest.approx(
        float(student.sf(values.mean() / (values.std(ddof=1) / np.sqrt(3)), 2))
    )


@given(st.integers(2, 6), st.integers(2, 5), st.floats(-3, 3), st.floats(0.1, 10), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_p_values_do_not_depend_on_origin_and_scale(
    count: int, seeds: int, shift: float, scale: float, random: object
) -> None:
    values = np.random.default_rng(random.randrange(2**32)).normal(size=(count, seeds))  # type: ignore[attr-defined]
    plain = chance.p_values(values, values[0])
    np.testing.assert_allclose(chance.p_values(scale * values + shift, scale * values[0] + shift), plain, atol=1e-6)


@pytest.mark.parametrize(("seeds", "count"), [(2, 12), (3, 12), (5, 4)])
def test_the_stated_risk_holds(seeds: int, count: int) -> None:
    """Candidates whose true means and spreads differ: how often the truly best one is dropped in a look at 10 %."""
    random, lost, looks = np.random.default_rng(1), 0, 600
    for _ in range(looks):
        means = random.normal(0, 0.3, count)
        spreads = 0.1 * np.exp(random.normal(0, 1, count))
        values = means[:, None] + random.normal(size=seeds) + spreads[:, None] * random.normal(size=(count, seeds))
        leader = int(values.mean(axis=1).argmin())
        found = chance.behind(values, values[leader], leader, 0.1)
        lost += int(means.argmin()) in {k for k, _ in found}
    assert lost / looks <= 0.1


def test_shares_add_up_and_follow_the_means() -> None:
    values = np.array([[0.0, 0.1, 0.2], [1.0, 1.1, 0.3], [5.0, 5.0, 5.0]])
    shares = chance.best_shares(values, [0, 1, 2])
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] > shares[1] > shares[2] == 0.0
