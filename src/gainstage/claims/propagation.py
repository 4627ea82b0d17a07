"""Claims about signal and gradient in chains of layers, and the weights that keep them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from gainstage.claims import data
from gainstage.claims.claim import Curves, Part, aside, claim, part
from gainstage.claims.deciders import boundary, maximum
from gainstage.functions import get
from gainstage.functions.function import Array, Function
from gainstage.theory.gaussian import moments

NEARLY = 0.1  # a measured ratio of powers within this of 1 counts as kept; eight networks of width 512 scatter less
SEEDS = range(8)
SATURATED = 0.75  # of the units; a function that goes flat on one side only stays at half
STAGES = 50


def decibels(ratio: float) -> float:
    """20·log10 of a ratio of amplitudes; −∞ for 0."""
    return float(20 * np.log10(ratio)) if ratio > 0 else -np.inf


def power_db(ratio: float) -> float:
    """10·log10 of a ratio of powers."""
    return decibels(float(np.sqrt(ratio)))


@claim("vanish-product", "Through k sigmoid layers the derivative's factor is at most (1/4)ᵏ.")
def vanish_product() -> Iterator[Part]:
    """The bound for one layer, the product through random networks; the weights' share beside it."""
    sigmoid = get("sigmoid")
    bound = maximum(sigmoid.derivative).value
    text = f"σ′ ≤ {bound:.6g} for every input, so k factors multiply to at most {bound:.4g}ᵏ"
    yield part("one layer's factor is at most 1/4", bound <= 0.25 + 1e-12, text, largest=bound)
    depths = (2, 4, 8, 16)
    largest = {k: max(_activation_factor(sigmoid, k, seed) for seed in SEEDS) for k in depths}
    below = all(factor <= 0.25**k * (1 + 1e-12) for k, factor in largest.items())
    shown = ", ".join(f"k = {k}: {factor / 0.25**k:.4f}" for k, factor in largest.items())
    text = f"product of each layer's largest slope on digits, as a share of (1/4)ᵏ — {shown}"
    yield part(
        "the product through k layers is at most (1/4)ᵏ", below, text, largest={str(k): f for k, f in largest.items()}
    )
    gain = 20.0
    stage = decibels(gain * np.sqrt(moments(sigmoid, 0.0, 1.0).transmission))
    text = f"with weights of gain {gain:g} a stage at rest passes {stage:+.1f} dB in all"
    yield aside("the weights' share multiplies it and may outweigh it", stage > 0, text, stage_db=stage)


def _activation_factor(function: Function, layers: int, seed: int) -> float:
    """Product over ``layers`` random layers of the largest slope met in each: no path through them has more."""
    generator = np.random.default_rng(seed)
    x, product = data.digits().inputs[:200], 1.0
    for _ in range(layers):
        z = x @ generator.standard_normal((x.shape[1], 64)) / np.sqrt(x.shape[1])
        product *= float(np.max(np.abs(function.derivative(z))))
        x = function.value(z)
    return product


def kept(function: Function, entering: int, leaving: int, deviation: float, layers: int = 10) -> tuple[float, float]:
    """Power of the signal behind the layers over that before them, and of the gradient the other way.

    Median of 8 seeds through ``layers`` layers; only one layer is made where the fans differ.
    """
    depth = layers if entering == leaving else 1
    found = [_powers(function, entering, leaving, deviation, depth, seed) for seed in SEEDS]
    forward, backward = np.median(np.array(found), axis=0)
    return float(forward), float(backward)


def _powers(function: Function, entering: int, leaving: int, deviation: float, depth: int, seed: int) -> Array:
    generator = np.random.default_rng(seed)
    start = z = generator.standard_normal((256, entering))
    slopes, matrices = [], []
    for _ in range(depth):
        slopes.append(function.derivative(z))
        matrices.append(deviation * generator.standard_normal((entering, leaving)))
        z = function.value(z) @ matrices[-1]
    first = gradient = generator.standard_normal((256, leaving))
    for slope, matrix in zip(reversed(slopes), reversed(matrices), strict=True):
        gradient = (gradient @ matrix.T) * slope
    return np.array([np.mean(z**2) / np.mean(start**2), np.mean(gradient**2) / np.mean(first**2)])


def _keeps(
    asked: str, function: Function, entering: int, leaving: int, deviation: float, *, backward: bool = True
) -> Part:
    ratios = kept(function, entering, leaving, deviation)
    true = abs(ratios[0] - 1) < NEARLY and (not backward or abs(ratios[1] - 1) < NEARLY)
    way = f"signal {power_db(ratios[0]):+.2f} dB, gradient {power_db(ratios[1]):+.2f} dB"
    layers = "10 layers" if entering == leaving else "one layer"
    return part(asked, true, f"{way} through {layers}, {entering} → {leaving}", forward=ratios[0], backward=ratios[1])


@claim(
    "xavier",
    "A weight deviation of √(2/(n_in + n_out)), i.e. 1/√n for equal fans, keeps the variances for a linear unit.",
)
def xavier() -> Iterator[Part]:
    """Exact for one layer, measured through ten."""
    linear = get("linear")
    n = 512
    exact = n * Fraction(2, n + n) * Fraction(moments(linear).second).limit_denominator(10**6)
    text = f"n · 2/(n + n) · E z² = {exact}"
    yield part("for equal fans it is 1/√n and keeps the variance in expectation", exact == 1, text, factor=float(exact))
    yield _keeps("measured, signal and gradient keep their variance", linear, n, n, float(np.sqrt(2 / (n + n))))


@claim("he", "A deviation of √2·√(2/(n_in + n_out)) (or √(2/n_in)) does so for ReLU.")
def he() -> Iterator[Part]:
    """Both spellings for equal fans, the second for unequal ones too."""
    relu = get("relu")
    n = 512
    half = moments(relu).second
    text = f"E relu(z)² = {half:.6g} for z ~ N(0, 1): twice the variance makes up for it"
    yield part("ReLU keeps half of the power", abs(half - 0.5) < 1e-9, text, second_moment=half)
    yield _keeps(
        "√2·√(2/(n_in + n_out)) keeps signal and gradient", relu, n, n, float(np.sqrt(2) * np.sqrt(2 / (n + n)))
    )
    yield _keeps("√(2/n_in) keeps the signal for unequal fans", relu, n, 128, float(np.sqrt(2 / n)), backward=False)
    lost = _keeps(
        "the first form keeps it for unequal fans too", relu, n, 128, float(np.sqrt(2) * np.sqrt(2 / (n + 128)))
    )
    yield aside(lost.asked, lost.verdict == "holds", lost.text, **lost.numbers)


@claim("fans", "Forward and backward variance can both be kept only where n_in = n_out.")
def fans() -> Iterator[Part]:
    """Exact over all pairs of widths up to 64, and measured where they differ."""
    linear = get("linear")
    second = Fraction(moments(linear).second).limit_denominator(10**6)
    widths = range(1, 65)
    # n_in · s² · E f² = 1 keeps the signal; with that s² the gradient is multiplied by n_out · s² · E f².
    both = {(i, o) for i in widths for o in widths if o * (1 / (i * second)) * second == 1}
    text = f"of {64 * 64} pairs of widths {len(both)} admit one variance for both, all with n_in = n_out"
    asked = "one variance serves both ways exactly where the fans are equal"
    yield part(asked, both == {(n, n) for n in widths}, text, pairs=len(both))
    forward, backward = kept(linear, 512, 128, float(np.sqrt(1 / 512)))
    shown = f"the signal kept ({power_db(forward):+.2f} dB) the gradient changes by {power_db(backward):+.2f} dB"
    loses = abs(forward - 1) < NEARLY < abs(backward - 1)
    asked = "measured, keeping the signal loses the gradient where they differ"
    yield part(asked, loses, f"512 → 128 with {shown}", forward=forward, backward=backward)


@claim("large-init", "Too large initial weights saturate sigmoid units.")
def large_init() -> Iterator[Part]:
    """Share of units that pass less than 1 % of the best power, on digits, as the weights grow."""
    sigmoid = get("sigmoid")
    gains = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    x = data.digits().inputs
    weights = np.random.default_rng(0).standard_normal((x.shape[1], 256)) / np.sqrt(x.shape[1])
    best = sigmoid.best_transmission
    shares = [float(np.mean(sigmoid.derivative(g * x @ weights) ** 2 < 0.01 * best)) for g in gains]
    rises = all(later >= earlier for earlier, later in pairwise(shares))
    shown = ", ".join(f"{gains[i]:g}: {shares[i]:.0%}" for i in (1, 4, 7))
    text = f"saturated by the gain of the weights — {shown}"
    drawn = Curves(
        "Saturated sigmoid units on digits",
        "gain of the weights",
        "share saturated",
        gains,
        {"sigmoid": tuple(shares)},
        log_x=True,
    )
    true = rises and shares[0] < 0.05 and shares[-1] > SATURATED
    asked = "the larger the weights, the more units are saturated, until most are"
    yield Part(
        asked, "holds" if true else "refuted", text, {"gain": list(gains), "saturated_share": shares}, curves=drawn
    )


@claim(
    "chain", "A signal goes through a chain of stages like amplifiers: only gains near one bring it out as it went in."
)
def chain() -> Iterator[Part]:
    """Decibels of the stages add up to those of the chain; which gains does a long chain stand?"""
    levels = _levels(get("linear"), STAGES)
    whole = decibels(levels[-1] / levels[0])
    added = sum(decibels(after / before) for before, after in pairwise(levels))
    text = f"{STAGES} random layers: the stages' gains add up to {added:.4f} dB, the chain's is {whole:.4f} dB"
    yield part("the gains of the stages multiply", abs(whole - added) < 1e-9, text, sum_db=added, chain_db=whole)

    def intact(gain: float) -> bool:
        return 0.5 <= gain**STAGES <= 2.0

    low, high = boundary(intact, 1.0, 0.5), boundary(intact, 1.0, 2.0)
    near = intact(1.0) and high - low < 0.1
    span = f"{low:.4f} to {high:.4f} ({decibels(low):+.2f} to {decibels(high):+.2f} dB)"
    text = f"{STAGES} equal stages bring it out between half and double for gains of {span}"
    stages = tuple(range(STAGES + 1))
    lines = {f"gain {gain:g}": tuple(n * decibels(gain) for n in stages) for gain in (0.9, 1.0, 1.1)}
    drawn = Curves("Level along a chain of equal stages", "stage", "dB against the input", stages, lines)
    asked = "only gains near one bring it out as it went in"
    yield replace(part(asked, near, text, lowest_gain=low, highest_gain=high), curves=drawn)


def _levels(function: Function, layers: int) -> list[float]:
    """Root mean square of the signal before and after each of some random layers of unequal gains."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((128, 64))
    levels = [float(np.sqrt(np.mean(x**2)))]
    for _ in range(layers):
        x = function.value(x @ generator.standard_normal((64, 64)) * generator.uniform(0.8, 1.2) / 8)
        levels.append(float(np.sqrt(np.mean(x**2))))
    return levels
