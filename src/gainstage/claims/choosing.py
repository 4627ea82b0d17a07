"""Claims about which hidden activation learns faster or better: paired trainings on digits, best rate for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from gainstage.claims import data
from gainstage.claims.claim import Curves, Part, across, aside, claim
from gainstage.claims.networks import HE, XAVIER, Ensemble, Recipe
from gainstage.claims.seeds import Interval, differences, interval

SEEDS = 6
RATES = (0.05, 0.2, 0.8)
DEPTHS = (1, 2, 4, 8)
RACES = (1, 2, 3, 4, 8)
DEEPER = (*DEPTHS, 16)
TIE = 0.005  # of accuracy, two digits of the 450 held out: a smaller median difference is a match
GAINS = {"relu": HE, "leaky_relu": HE, "silu": HE, "tanh": XAVIER, "sigmoid": XAVIER}
LEARNT = 0.05  # training error that counts as converged
LIMIT = 1500
LOOK = 10
STEPS = 500
SIX = (4.0, 9.0)  # what "about six" stands for: within a factor of 1.5


def _recipe(function: str, layers: int) -> Recipe:
    return Recipe(function, layers, gain=GAINS[function], rates=RATES, seeds=SEEDS)


def steps_to_learn(function: str, layers: int) -> list[int]:
    """Steps until the training error is 5 % or less, for each seed, at the rate where the slowest seed is fastest.

    LIMIT stands for networks that did not get there.
    """
    train, _ = data.digits().split()
    networks = Ensemble(_recipe(function, layers), train)
    reached = np.full((len(RATES), SEEDS), LIMIT)
    for step in range(LOOK, LIMIT, LOOK):
        now = networks.train(LOOK).error(train) <= LEARNT
        reached = np.where(now & (reached == LIMIT), step, reached)
        if (reached < LIMIT).all(axis=1).any():
            break
    return reached[int(np.argmin(reached.sum(axis=1)))].tolist()


def race() -> dict[str, Any]:
    """Steps to converge, by function and number of hidden layers."""
    return {name: {str(d): steps_to_learn(name, d) for d in RACES} for name in ("relu", "tanh", "sigmoid")}


@claim("relu-six-times", "ReLU converges about six times faster than sigmoid or tanh.", race)
def relu_six_times(measured: dict[str, Any]) -> Iterator[Part]:
    """The ratio of steps, seed by seed, for five depths."""
    outcomes, told, numbers = {}, [], {}
    for name in ("tanh", "sigmoid"):
        for depth, steps in measured[name].items():
            ratio = interval([a / b for a, b in zip(steps, measured["relu"][depth], strict=True)])
            censored = median(steps) >= LIMIT
            setting = f"{name}, {depth} hidden layer{'s' if depth != '1' else ''}"
            outcomes[setting] = not censored and SIX[0] <= ratio.middle <= SIX[1]
            told.append(f"{setting}: {'more than ' if censored else ''}{ratio.spoken('.2g')} times")
            numbers[setting] = {**ratio.numbers, "not_converged": censored}
    text = f"steps to {LEARNT:.0%} training error over ReLU's, each at its best learning rate — {'; '.join(told)}"
    told_as = across("ReLU is 4 to 9 times as fast", outcomes, text, "experiment", ratios=numbers)
    yield replace(told_as, curves=_race_figure(measured))
    faster = {s: n["low"] > 1 for s, n in numbers.items()}
    text = f"with every seed in {sum(faster.values())} of {len(faster)} settings"
    yield aside("ReLU is the faster one at all", all(faster.values()), text, "experiment", settings=faster)


def _race_figure(measured: dict[str, Any]) -> Curves:
    depths = tuple(int(depth) for depth in measured["relu"])
    lines = {name: tuple(float(median(row)) for row in rows.values()) for name, rows in measured.items()}
    title = f"Steps to {LEARNT:.0%} training error on digits ({LIMIT}: not reached)"
    return Curves(title, "hidden layers", "steps, median over the seeds", depths, lines, log_y=True)


def held_out(function: str, layers: int) -> list[float]:
    """Held-out accuracy after 500 steps, for each seed, at the rate with the smallest training error."""
    train, test = data.digits().split()
    networks = Ensemble(_recipe(function, layers), train).train(STEPS)
    best = int(np.argmin(networks.error(train).mean(axis=1)))
    return (1 - networks.error(test)[best]).tolist()


def swish_trials() -> dict[str, Any]:
    """Accuracy of Swish and ReLU by number of hidden layers."""
    return {name: {str(d): held_out(name, d) for d in DEEPER} for name in ("relu", "silu")}


@claim("swish-better", "Swish tends to match or beat ReLU.", swish_trials)
def swish_better(measured: dict[str, Any]) -> Iterator[Part]:
    """Paired by seed, for five depths."""
    yield _not_behind("Swish is as good as ReLU or better", "silu", "relu", measured)


def _not_behind(asked: str, name: str, rival: str, measured: dict[str, Any]) -> Part:
    """By depth: false where the median over the pairs is behind by more than a tie."""
    outcomes, told, numbers = {}, [], {}
    for depth in measured[name]:
        ahead = differences(measured[name][depth], measured[rival][depth])
        setting = f"{depth} hidden layer{'s' if depth != '1' else ''}"
        outcomes[setting] = ahead.middle >= -TIE
        told.append(f"{setting}: {_points(ahead)}")
        numbers[setting] = ahead.numbers
    text = f"held-out accuracy on digits, {name} minus {rival}, each at its best rate — {'; '.join(told)}"
    return across(asked, outcomes, text, "experiment", ahead=numbers)


DYING = {
    "learning rate 1": Recipe("relu", rates=(1.0,)),
    "weights of a negative mean": Recipe("relu", mean=-1.0),
    "biases of −3": Recipe("relu", bias=-3.0),
    "weights ten times too large": Recipe("relu", gain=10 * HE),
}


def hidden_trials() -> dict[str, Any]:
    """Accuracy of four hidden activations by depth, and of two where units die of different causes."""
    train, test = data.digits().split()
    dying: dict[str, Any] = {}
    for cause, recipe in DYING.items():
        row = dying.setdefault(cause, {})
        for name in ("relu", "leaky_relu"):
            networks = Ensemble(replace(recipe, function=name), train).train(STEPS)
            row[name] = (1 - networks.error(test)[0]).tolist()
            if name == "relu":
                row["dead"] = networks.dead_share()[0].tolist()
    names = ("relu", "tanh", "sigmoid")
    return {"dying": dying, "healthy": {name: {str(d): held_out(name, d) for d in DEPTHS} for name in names}}


@claim(
    "choose-hidden",
    "Start hidden layers with ReLU; go to leaky ReLU when units die; avoid sigmoid and tanh there.",
    hidden_trials,
)
def choose_hidden(measured: dict[str, Any]) -> Iterator[Part]:
    """Three halves, each a trial on the task."""
    for rival in ("tanh", "sigmoid"):
        yield _not_behind(f"ReLU is as good as {rival} or better", "relu", rival, measured["healthy"])
    outcomes, told, numbers = {}, [], {}
    for cause, row in measured["dying"].items():
        ahead, dead = differences(row["leaky_relu"], row["relu"]), interval(row["dead"])
        outcomes[cause] = ahead.middle > TIE
        told.append(f"{cause} ({dead.middle:.0%} dead): {_points(ahead)}")
        numbers[cause] = {"ahead": ahead.numbers, "dead": dead.numbers}
    text = f"held-out accuracy, leaky ReLU minus ReLU — {'; '.join(told)}"
    yield across("where units die leaky ReLU does better", outcomes, text, "experiment", dying=numbers)


def _points(ahead: Interval) -> str:
    return f"{100 * ahead.middle:+.1f} ({100 * ahead.low:+.1f}…{100 * ahead.high:+.1f}) points"
