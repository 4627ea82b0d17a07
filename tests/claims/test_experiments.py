"""Verdicts of experiments follow what was measured: other measurements, another verdict."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gainstage.claims import CLAIMS
from gainstage.claims.claim import combine
from gainstage.claims.seeds import differences, interval

SEEDS = 8


def verdict(name: str, measured: dict[str, Any]) -> str:
    return combine(CLAIMS[name], tuple(CLAIMS[name].judge(measured)), 0.0).verdict


def row(value: float) -> list[float]:
    """One value for each seed, scattered a little."""
    return [value + 0.001 * seed for seed in range(SEEDS)]


def changed(measured: dict[str, Any], value: Any, *path: Any) -> dict[str, Any]:
    """A copy with ``value`` at ``path``."""
    other = deepcopy(measured)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return other


def test_dead_half_wants_more_than_half_with_every_seed() -> None:
    measured = {"rates": [0.1, 5.0], "dead": [row(0.01), row(0.9)], "error": [row(0.1), row(0.9)]}
    assert verdict("dead-half", measured) == "holds"
    assert verdict("dead-half", changed(measured, row(0.4), "dead", 1)) == "refuted"
    assert verdict("dead-half", changed(measured, [*row(0.9)[1:], 0.5], "dead", 1)) == "refuted"


def test_dead_bias_depends_where_training_undoes_it() -> None:
    measured = {
        "at the start": {"0.0": row(0.3), "1.0": row(0.1)},
        "trained": {"0.0": row(0.1), "1.0": row(0.5)},
    }
    assert verdict("dead-bias", measured) == "depends"
    assert verdict("dead-bias", changed(measured, row(0.05), "trained", "1.0")) == "holds"
    assert verdict("dead-bias", changed(measured, row(0.4), "at the start", "1.0")) == "refuted"


def test_dead_imbalance_needs_both_halves() -> None:
    shares = {where: [row(0.1), row(0.2)] for where in ("on all digits", "on its own data")}
    more = {where: [row(0.3), row(0.4)] for where in shares}
    starts = {"He's weights": row(0.01), "bad weights": row(0.5)}
    measured = {"starts": starts, "rates": [0.1, 0.3], "data": {"balanced": shares, "imbalanced": more}}
    assert verdict("dead-imbalance", measured) == "holds"
    assert verdict("dead-imbalance", changed(measured, row(0.0), "starts", "bad weights")) == "refuted"
    assert verdict("dead-imbalance", changed(measured, shares, "data", "imbalanced")) == "refuted"
    assert verdict("dead-imbalance", changed(measured, row(0.0), "data", "imbalanced", "on all digits", 0)) == "depends"


def gradients(step: float) -> dict[str, Any]:
    """Levels of each layer that fall by ``step`` dB from one to the one before it."""

    def rows(depth: int) -> list[list[float]]:
        return [[-step * (depth - layer) + 0.01 * seed for layer in range(1, depth + 1)] for seed in range(SEEDS)]

    return {str(depth): rows(depth) for depth in (4, 8, 16)}


def test_vanish_earlier_looks_where_gradients_vanish() -> None:
    measured = {"small": gradients(10.0), "large": gradients(0.5)}
    assert verdict("vanish-earlier", measured) == "holds"
    assert verdict("vanish-earlier", {"large": gradients(0.5)}) == "refuted"
    upside_down = {d: [levels[::-1] for levels in rows] for d, rows in gradients(10.0).items()}
    assert verdict("vanish-earlier", {"small": upside_down}) == "refuted"
    jagged = changed(measured, -1000.0, "small", "16", 3, 7)
    assert verdict("vanish-earlier", jagged) == "refuted"


def test_glorot_sigmoid_needs_growth_and_saturation() -> None:
    measured = {"ratios": [[60.0, 50.0]] * SEEDS, "saturated": row(0.4)}
    assert verdict("glorot-sigmoid", measured) == "holds"
    assert verdict("glorot-sigmoid", changed(measured, [60.0, 0.9], "ratios", 0)) == "refuted"
    assert verdict("glorot-sigmoid", changed(measured, row(0.01), "saturated")) == "refuted"


def test_explode_has_three_halves() -> None:
    measured = {
        "gain_db": {"1.0": row(0.0), "1.5": row(25.0), "2.0": row(42.0)},
        "bare": {"error": row(0.9), "gain_db": row(0.0)},
        "clipped": {"error": row(0.4), "gain_db": row(0.0)},
        "mild, bare": {"error": row(0.2), "gain_db": row(16.0)},
        "mild, regularised": {"error": row(0.1), "gain_db": row(10.0)},
    }
    assert verdict("explode", measured) == "holds"
    assert verdict("explode", changed(measured, row(1.0), "gain_db", "2.0")) == "refuted"
    assert verdict("explode", changed(measured, row(0.95), "clipped", "error")) == "refuted"
    assert verdict("explode", changed(measured, row(17.0), "mild, regularised", "gain_db")) == "refuted"


def test_dropout_has_three_halves() -> None:
    measured = {
        "error": {"0.0": row(0.1), "0.5": row(0.05)},
        "gradient_db": {"0.0": row(-90.0), "0.5": row(-70.0)},
        "zero_once": 0.5,
        "zero_always": 0.0,
    }
    assert verdict("dropout", measured) == "holds"
    assert verdict("dropout", changed(measured, row(0.11), "error", "0.5")) == "refuted"
    assert verdict("dropout", changed(measured, row(-5.0), "gradient_db", "0.5")) == "refuted"
    assert verdict("dropout", changed(measured, 0.1, "zero_always")) == "refuted"


def times(elu: float, others: float = 9.0) -> dict[str, Any]:
    """Times over a copy: ReLU 1.5, ELU ``elu``, the rest ``others``; two sizes, two ways."""
    ratios = {name: row(others) for name in ("sigmoid", "tanh", "softplus", "SiLU")}
    ratios |= {"ReLU": row(1.5), "ELU": row(elu)}
    return {way: dict.fromkeys(("10000", "1000000"), ratios) for way in ("forward", "forward and backward")}


@pytest.mark.parametrize("name", ["relu-cheap", "elu-cost"])
def test_costs_are_compared_round_by_round(name: str) -> None:
    assert verdict(name, times(9.0)) == "holds"
    assert verdict(name, times(1.4)) == "refuted"
    cheap_once = changed(times(9.0), times(1.4)["forward"], "forward")
    assert verdict(name, cheap_once) == "depends"


def test_relu_six_times_is_about_the_ratio() -> None:
    def race(tanh: float, sigmoid: float) -> dict[str, Any]:
        steps = {"relu": row(100), "tanh": row(100 * tanh), "sigmoid": row(100 * sigmoid)}
        return {name: {"1": values, "4": values} for name, values in steps.items()}

    assert verdict("relu-six-times", race(6, 6)) == "holds"
    assert verdict("relu-six-times", race(1, 6)) == "depends"
    assert verdict("relu-six-times", race(1, 2)) == "refuted"
    assert verdict("relu-six-times", race(20, 30)) == "refuted"


def test_swish_better_depends_on_where_it_is_behind() -> None:
    measured = {"relu": {"1": row(0.9), "8": row(0.8)}, "silu": {"1": row(0.9), "8": row(0.85)}}
    assert verdict("swish-better", measured) == "holds"
    deep = changed(measured, row(0.7), "silu", "8")
    assert verdict("swish-better", deep) == "depends"
    assert verdict("swish-better", changed(deep, row(0.7), "silu", "1")) == "refuted"


def test_choose_hidden_is_decided_by_the_trial() -> None:
    healthy = {"relu": {"1": row(0.97)}, "tanh": {"1": row(0.9)}, "sigmoid": {"1": row(0.5)}}
    dying = {"hot": {"relu": row(0.5), "leaky_relu": row(0.9), "dead": row(0.6)}}
    measured = {"healthy": healthy, "dying": dying}
    assert verdict("choose-hidden", measured) == "holds"
    assert verdict("choose-hidden", changed(measured, {"1": row(0.99)}, "healthy", "tanh")) == "refuted"
    assert verdict("choose-hidden", changed(measured, row(0.5), "dying", "hot", "leaky_relu")) == "refuted"


def test_every_experiment_is_mutated_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    by_parameter = {"relu-cheap", "elu-cost"}
    experiments = {name for name, one in CLAIMS.items() if one.experiment}
    assert {name for name in experiments if f'verdict("{name}"' not in source} == by_parameter


def test_an_interval_is_median_and_range() -> None:
    found = interval([3.0, 1.0, 2.0, 10.0, 4.0])
    assert (found.middle, found.low, found.high, found.count) == (3.0, 1.0, 10.0, 5)
    assert found.confidence == pytest.approx(0.9375)
    assert differences([3.0, 5.0], [1.0, 1.0]).low == 2.0
    with pytest.raises(ValueError):
        differences([1.0], [1.0, 2.0])
