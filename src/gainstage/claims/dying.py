"""Claims about units that die: learning rate, bias, initialisation, imbalance. Small trainings on digits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gainstage.claims import data
from gainstage.claims.claim import Curves, Part, across, aside, claim
from gainstage.claims.networks import Ensemble, Recipe
from gainstage.claims.seeds import differences, interval

STEPS = 200
RATES = (0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
SKEWED = -1.0  # mean of badly drawn weights, in deviations of well drawn ones
IMBALANCE = 0.02


def train_hot() -> dict[str, Any]:
    """Dead share and held-out error after 200 steps, by learning rate."""
    train, held_out = data.digits().split()
    networks = Ensemble(Recipe("relu", rates=RATES), train).train(STEPS)
    return {"rates": RATES, "dead": networks.dead_share().tolist(), "error": networks.error(held_out).tolist()}


@claim("dead-half", "With a large learning rate more than half of the ReLU units can die.", train_hot)
def dead_half(measured: dict[str, Any]) -> Iterator[Part]:
    """Is there a rate at which more than half die, with every seed?"""
    dead = [interval(row) for row in measured["dead"]]
    killing = [rate for rate, found in zip(measured["rates"], dead, strict=True) if found.low > 0.5]
    shown = "; ".join(f"{r:g}: {d.spoken('.0%')}" for r, d in zip(measured["rates"], dead, strict=True))
    text = f"dead after {STEPS} steps, by learning rate — {shown}"
    curves = Curves(
        "Dead ReLU units after 200 steps on digits",
        "learning rate",
        "share of hidden units",
        tuple(measured["rates"]),
        {
            "median": tuple(d.middle for d in dead),
            "lowest of 8": tuple(d.low for d in dead),
            "highest": tuple(d.high for d in dead),
        },
        log_x=True,
    )
    asked = "at some learning rate more than half are dead, with every seed"
    numbers = {"rates": measured["rates"], "dead_share": [d.numbers for d in dead], "killing_rates": killing}
    yield Part(asked, "holds" if killing else "refuted", text, numbers, "experiment", curves=curves)
    small = dead[0]
    text = f"at rate {measured['rates'][0]:g}, {small.spoken('.1%')} are dead"
    yield aside("it is the rate that kills them", small.high < 0.1, text, "experiment", **small.numbers)


def train_with_bias() -> dict[str, Any]:
    """Dead share with and without a positive bias: at the start and after training, shallow and deep, by learning rate.

    The inputs are off centre by two deviations, so that there are dead units for a bias to save.
    """
    train, _ = data.digits().split()
    shifted = data.Table(train.inputs + 2.0, train.targets)
    found: dict[str, Any] = {}
    for layers in (1, 2, 8):
        for bias in (0.0, 1.0):
            networks = Ensemble(Recipe("relu", layers, bias=bias, rates=(0.01, 0.1)), shifted)
            start = networks.dead_share()
            end = networks.train(STEPS).dead_share()
            shares = {"at the start": start[0], "trained at rate 0.01": end[0], "trained at rate 0.1": end[1]}
            for when, row in shares.items():
                setting = f"{layers} hidden layer{'s' if layers > 1 else ''}, {when}"
                found.setdefault(setting, {})[str(bias)] = row.tolist()
    return found


@claim("dead-bias", "A positive bias at initialisation keeps ReLU units alive.", train_with_bias)
def dead_bias(measured: dict[str, Any]) -> Iterator[Part]:
    """Under each setting: are fewer units dead with the bias than without, with every seed?"""
    outcomes, told, numbers = {}, [], {}
    for setting, row in measured.items():
        without, biased = interval(row["0.0"]), interval(row["1.0"])
        outcomes[setting] = differences(row["1.0"], row["0.0"]).high < 0
        told.append(f"{setting}: {without.middle:.0%} → {biased.middle:.0%}")
        numbers[setting] = {"without": without.numbers, "biased": biased.numbers}
    text = f"dead share without → with a bias of 1, inputs off centre — {'; '.join(told)}"
    yield across("fewer units are dead with the bias, with every seed", outcomes, text, "experiment", shares=numbers)


def train_badly() -> dict[str, Any]:
    """Dead share after training from good and bad weights, and on balanced and imbalanced data of the same size."""
    train, _ = data.digits().split()
    drawn = {
        "He's weights": Recipe("relu"),
        "weights of a negative mean": Recipe("relu", mean=SKEWED),
        "weights ten times too large": Recipe("relu", gain=10 * Recipe("relu").gain),
    }
    starts = {name: Ensemble(recipe, train).train(STEPS).dead_share()[0].tolist() for name, recipe in drawn.items()}
    rare, balanced = _imbalanced(train)
    rates = (0.1, 0.3, 1.0)
    shares: dict[str, Any] = {}
    for name, table in (("balanced", balanced), ("imbalanced", rare)):
        networks = Ensemble(Recipe("relu", rates=rates), table).train(STEPS)
        shares[name] = {
            "on all digits": networks.dead_share(train).tolist(),
            "on its own data": networks.dead_share().tolist(),
        }
    return {"starts": starts, "rates": rates, "data": shares}


def _imbalanced(train: data.Table) -> tuple[data.Table, data.Table]:
    """Zeros with 2 % of other digits among them, and as many examples of all digits alike."""
    zeros, others = np.flatnonzero(train.targets == 0), np.flatnonzero(train.targets != 0)
    kept = np.concatenate([zeros, others[: max(1, round(IMBALANCE * len(zeros)))]])
    balanced = np.random.default_rng(0).permutation(len(train.targets))[: len(kept)]
    return _rows(train, kept), _rows(train, balanced)


def _rows(table: data.Table, rows: NDArray[np.intp]) -> data.Table:
    return data.Table(table.inputs[rows], table.targets[rows])


@claim("dead-imbalance", "Bad initialisation and imbalanced data also kill units.", train_badly)
def dead_imbalance(measured: dict[str, Any]) -> Iterator[Part]:
    """Each against its healthy pair, seed by seed: more dead in every one?"""
    healthy = measured["starts"]["He's weights"]
    outcomes = {}
    told = [f"He's weights: {interval(healthy).spoken('.0%')}"]
    for name, row in measured["starts"].items():
        if row is not healthy:
            outcomes[name] = differences(row, healthy).low > 0
            told.append(f"{name}: {interval(row).spoken('.0%')}")
    yield across("bad weights kill units", outcomes, "; ".join(told), "experiment", dead=measured["starts"])
    outcomes, told = {}, []
    for where, rows in measured["data"]["imbalanced"].items():
        pairs = zip(measured["rates"], rows, measured["data"]["balanced"][where], strict=True)
        for rate, row, fair in pairs:
            outcomes[f"rate {rate:g}, judged {where}"] = differences(row, fair).low > 0
            told.append(f"rate {rate:g}, {where}: {interval(fair).middle:.0%} → {interval(row).middle:.0%}")
    text = f"dead after training on balanced → imbalanced data ({IMBALANCE:.0%} in nine classes) — {'; '.join(told)}"
    yield across("imbalanced data kill units", outcomes, text, "experiment", dead=measured["data"])
