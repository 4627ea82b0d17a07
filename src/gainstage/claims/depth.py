"""Claims about deep networks on digits, at the start and in training: vanishing, exploding, dropout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from gainstage.claims import data
from gainstage.claims.claim import Curves, Part, aside, claim, part
from gainstage.claims.networks import DEFAULT, HE, XAVIER, Ensemble, Recipe
from gainstage.claims.seeds import Interval, differences, interval

DEPTHS = (4, 8, 16)
VANISHED = -20.0  # dB over a network: a tenth; what loses less is not called vanishing
UNIT = 8.0  # gain of N(0, 1) weights at width 64
WEIGHTS = {"torch's default": DEFAULT, "Xavier": XAVIER, "N(0, 1)": UNIT}


def gradients_at_start() -> dict[str, Any]:
    """Gradient of each sigmoid layer against the last one's in dB: size of the weights → depth → seeds × layers."""
    train, _ = data.digits().split()
    return {
        name: {str(d): Ensemble(Recipe("sigmoid", d, gain=gain), train).gradient_db().tolist() for d in DEPTHS}
        for name, gain in WEIGHTS.items()
    }


@claim("vanish-earlier", "Where gradients vanish, earlier layers suffer most, and more with depth.", gradients_at_start)
def vanish_earlier(measured: dict[str, Any]) -> Iterator[Part]:
    """Sigmoid networks at the start; the sizes of weights with which the gradient vanishes decide."""
    loss = {name: [interval([row[0] for row in rows[str(d)]]) for d in DEPTHS] for name, rows in measured.items()}
    vanishing = [name for name, row in loss.items() if row[-1].high < VANISHED]
    told = "; ".join(f"{name}: {', '.join(f'{v.middle:.0f}' for v in row)} dB" for name, row in loss.items())
    text = f"first against last of {', '.join(map(str, DEPTHS))} layers — {told}"
    ordered = bool(vanishing) and all(_ordered(measured[name]) for name in vanishing)
    asked = "each layer's gradient is smaller than the next one's, with every seed"
    yield replace(part(asked, ordered, text, "experiment", vanishing=vanishing), curves=_through_layers(measured))
    deeper = bool(vanishing) and all(b.high < a.low for name in vanishing for a, b in pairwise(loss[name]))
    numbers = {"depths": DEPTHS, "first_layer_db": {name: [v.numbers for v in row] for name, row in loss.items()}}
    yield part("the deeper the network, the less reaches the first layer", deeper, text, "experiment", **numbers)
    others = [name for name in loss if name not in vanishing]
    text = (
        f"with weights of {', '.join(others) or 'no size tried'} not every network of 16 layers loses {-VANISHED:g} dB"
    )
    asked = "the size of the weights decides whether they vanish at all"
    yield aside(asked, bool(others), text, "experiment", not_vanishing=others)


def _ordered(rows: dict[str, Any]) -> bool:
    """Whether levels rise from each layer to the next, for every depth and seed."""
    return all(bool(np.all(np.diff(levels, axis=1) > 0)) for levels in rows.values())


def _through_layers(measured: dict[str, Any]) -> Curves:
    deepest = DEPTHS[-1]
    lines = {name: tuple(np.median(rows[str(deepest)], axis=0).tolist()) for name, rows in measured.items()}
    title = f"Gradient through {deepest} sigmoid layers at the start"
    return Curves(title, "layer", "dB against the last layer", tuple(range(1, deepest + 1)), lines)


def variances() -> dict[str, Any]:
    """Sigmoid networks with N(0, 1) weights on digits: each layer's variance over its input's, and saturated share."""
    generator = np.random.default_rng(0)
    ratios, saturated = [], []
    for _ in range(8):
        x = data.digits().inputs
        ratios.append([])
        for _ in range(5):
            z = x @ generator.standard_normal((x.shape[1], 64))
            ratios[-1].append(float(z.var(axis=0).mean() / x.var(axis=0).mean()))
            x = 1 / (1 + np.exp(-z))
        # Less than 1 % of the best transmission: σ′ < 0.1 · 1/4.
        saturated.append(float(np.mean(x * (1 - x) < 0.025)))
    return {"ratios": ratios, "saturated": saturated}


@claim(
    "glorot-sigmoid",
    "With sigmoid and N(0, 1) weights each layer's output varies more than its input until the top saturates.",
    variances,
)
def glorot_sigmoid(measured: dict[str, Any]) -> Iterator[Part]:
    """The variance before each activation over that of the layer's input, and what is left of the top layer."""
    ratios = [interval(column) for column in zip(*measured["ratios"], strict=True)]
    shown = ", ".join(f"{ratio.middle:.3g}" for ratio in ratios)
    text = f"variance of the weighted sum over that of its input, layer by layer: {shown}"
    true = all(r.low > 1 for r in ratios)
    yield part(
        "each layer's weighted sum varies more than its input",
        true,
        text,
        "experiment",
        ratios=[r.numbers for r in ratios],
    )
    top = interval(measured["saturated"])
    text = f"{top.spoken('.0%')} of the top layer's outputs pass less than 1 % of the best power"
    yield part("the top saturates", top.low > 0.25, text, "experiment", **top.numbers)


def train_exploding() -> dict[str, Any]:
    """Eight ReLU layers from weights larger than He's: gradient gain, and trainings bare, clipped and regularised."""
    train, held_out = data.digits().split()
    gain = {
        str(g): Ensemble(Recipe("relu", 8, gain=g * HE), train).gradient_db()[:, 0].tolist() for g in (1.0, 1.5, 2.0)
    }
    found: dict[str, Any] = {"gain_db": gain}
    recipes = {
        "bare": Recipe("relu", 8, gain=2 * HE, rates=(0.01,)),
        "clipped": Recipe("relu", 8, gain=2 * HE, rates=(0.01,), clip=1.0),
        "mild, bare": Recipe("relu", 8, gain=1.5 * HE, rates=(0.01,)),
        "mild, regularised": Recipe("relu", 8, gain=1.5 * HE, rates=(0.01,), decay=0.1),
    }
    for name, recipe in recipes.items():
        networks = Ensemble(recipe, train).train(300)
        found[name] = {"error": networks.error(held_out)[0].tolist(), "gain_db": networks.gradient_db()[:, 0].tolist()}
    return found


@claim(
    "explode",
    "Large weights multiply into exploding gradients; clipping and weight regularisation help.",
    train_exploding,
)
def explode(measured: dict[str, Any]) -> Iterator[Part]:
    """Three halves: the gradient's gain, clipping, regularisation; paired seeds."""
    gains = {factor: interval(row) for factor, row in measured["gain_db"].items()}
    text = "; ".join(f"{factor} × He: {found.spoken('+.0f')} dB" for factor, found in gains.items())
    grows = gains["1.5"].low > gains["1.0"].high and gains["2.0"].low > max(gains["1.5"].high, 20.0)
    asked = "the gradient at the first of 8 ReLU layers against the last grows with the weights"
    yield part(asked, grows, text, "experiment", gain_db={k: v.numbers for k, v in gains.items()})
    bare, clipped = (interval(measured[name]["error"]) for name in ("bare", "clipped"))
    better = differences(measured["clipped"]["error"], measured["bare"]["error"])
    text = (
        f"held-out error from weights of 2 × He: {bare.spoken('.0%')} bare, {clipped.spoken('.0%')} clipped to norm 1"
    )
    yield part(
        "clipping helps, with every seed",
        better.high < 0,
        text,
        "experiment",
        bare=bare.numbers,
        clipped=clipped.numbers,
    )
    pair = measured["mild, bare"], measured["mild, regularised"]
    error, level = (differences(pair[1][key], pair[0][key]) for key in ("error", "gain_db"))
    text = (
        f"from 1.5 × He a penalty of 0.1 changes the gradient's gain after 300 steps by {level.spoken('+.1f')} dB "
        f"and the held-out error by {100 * error.middle:+.1f} points"
    )
    helps = level.high < 0 and error.middle < 0
    yield part("weight regularisation helps", helps, text, "experiment", gain_db=level.numbers, error=error.numbers)


def train_with_dropout() -> dict[str, Any]:
    """Held-out error with wrong labels in the training data, gradients through sigmoids, and units never heard."""
    train, held_out = data.digits().split()
    generator = np.random.default_rng(0)
    labels = np.where(
        generator.random(len(train.targets)) < 0.2, generator.integers(10, size=len(train.targets)), train.targets
    )
    found: dict[str, Any] = {"error": {}, "gradient_db": {}}
    for share in (0.0, 0.5):
        wrong = Ensemble(Recipe("relu", width=128, dropout=share), data.Table(train.inputs, labels)).train(800)
        found["error"][str(share)] = wrong.error(held_out)[0].tolist()
        deep = Ensemble(Recipe("sigmoid", 8, gain=XAVIER, dropout=share), train)
        found["gradient_db"][str(share)] = deep.gradient_db(training=True)[:, 0].tolist()
    heard = Ensemble(Recipe("sigmoid", 2, dropout=0.5), train)
    found["zero_once"], found["zero_always"] = _dropped(heard, 50)
    return found


def _dropped(networks: Ensemble, passes: int) -> tuple[float, float]:
    """Share of hidden outputs that are 0 in one pass, and share of units that are 0 in all passes."""
    import torch

    x = networks.x[:1].expand(len(networks.rate), -1, -1)
    with torch.no_grad():
        zeros = torch.stack([torch.cat(list(networks.hidden(x, training=True))[:-1], -1) == 0 for _ in range(passes)])
    return float(zeros.float().mean()), float(zeros.all(dim=0).float().mean())


@claim(
    "dropout",
    "Dropout is a way to generalise better, not a cure for vanishing gradients; its zeros are not dead units.",
    train_with_dropout,
)
def dropout(measured: dict[str, Any]) -> Iterator[Part]:
    """Three halves."""
    without, dropped = (interval(measured["error"][share]) for share in ("0.0", "0.5"))
    better = differences(measured["error"]["0.5"], measured["error"]["0.0"])
    text = (
        "held-out error after training on digits of which 20 % are labelled at random: "
        f"{without.spoken('.1%')} without, {dropped.spoken('.1%')} with"
    )
    yield part("it generalises better, with every seed", better.high < 0, text, "experiment", **better.numbers)
    levels: list[Interval] = [interval(measured["gradient_db"][share]) for share in ("0.0", "0.5")]
    cured = levels[1].middle > levels[0].middle / 2
    lost = [-level.middle for level in levels]
    text = f"through 8 sigmoid layers the gradient loses {lost[0]:.0f} dB without it and {lost[1]:.0f} dB with it"
    yield part(
        "it leaves more than half of the decibels lost",
        not cured,
        text,
        "experiment",
        loss_db=[v.numbers for v in levels],
    )
    once, always = measured["zero_once"], measured["zero_always"]
    text = f"{once:.0%} of the outputs are 0 in one pass, {always:.0%} of the units in all of 50"
    true = once > 0.1 and always == 0
    yield part(
        "its zeros are not dead units",
        true,
        text,
        "experiment",
        once=once,
        always=always,
    )
