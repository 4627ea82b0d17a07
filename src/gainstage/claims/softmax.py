"""Claims about softmax, and about which function belongs on the output."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainstage.claims.claim import Part, aside, claim, part
from gainstage.claims.deciders import NEAR, maximum, minimum
from gainstage.functions import get
from gainstage.functions.function import Array, Formula

SCORES = (2.2, 4.9, 1.75)
CLAIMED = (0.52, 0.21, 0.27)


def softmax(scores: Array) -> Array:
    """exp(z) / Σ exp(z) along the last axis; shifted so that nothing overflows (Bridle 1990)."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _scores(count: int = 2000, classes: int = 7) -> Array:
    return 3 * np.random.default_rng(0).standard_normal((count, classes))


@claim("softmax-sum", "Softmax maps K reals into (0, 1)ᴷ with sum 1; its entries depend on one another.")
def softmax_sum() -> Iterator[Part]:
    """On 2,000 random vectors of 7 numbers."""
    shares = softmax(_scores())
    inside = bool(((shares > 0) & (shares < 1)).all())
    text = f"entries from {shares.min():.3g} to {shares.max():.6g}"
    yield part("every entry lies in (0, 1)", inside, text, low=float(shares.min()), high=float(shares.max()))
    off = float(np.max(np.abs(shares.sum(axis=-1) - 1)))
    yield part("the entries sum to 1", off < 1e-12, f"largest deviation {off:.2g}", deviation=off)
    pushed = _scores()
    pushed[:, 0] += 1.0
    change = softmax(pushed)[:, 1:] - shares[:, 1:]
    text = f"raising one score by 1 lowers every other entry, by up to {-change.min():.3g}"
    yield part("its entries depend on one another", bool((change < 0).all()), text, largest=float(-change.min()))


@claim("softmax-example", "softmax([2.2, 4.9, 1.75]) = [0.52, 0.21, 0.27], so class A wins.")
def softmax_example() -> Iterator[Part]:
    """The example, computed."""
    shares = softmax(np.array(SCORES))
    shown = ", ".join(f"{share:.3f}" for share in shares)
    numbers = {"scores": list(SCORES), "softmax": shares.tolist()}
    close = bool(np.allclose(shares, CLAIMED, atol=0.005))
    yield part("softmax([2.2, 4.9, 1.75]) = [0.52, 0.21, 0.27]", close, f"it is [{shown}]", **numbers)
    winner = "ABC"[int(np.argmax(shares))]
    yield part("class A wins", winner == "A", f"class {winner} wins with {shares.max():.1%}", winner=winner)


@claim("softmax-binary", "With two classes softmax is sigmoid of the difference.")
def softmax_binary() -> Iterator[Part]:
    """Against the sigmoid, over the line."""
    pairs = np.stack([NEAR + 0.3, np.full_like(NEAR, 0.3)], axis=-1)
    apart = float(np.max(np.abs(softmax(pairs)[:, 0] - get("sigmoid").value(NEAR))))
    text = f"softmax([a, b])₁ and σ(a − b) differ by at most {apart:.2g} for |a − b| ≤ 40"
    yield part("softmax([a, b])₁ = σ(a − b)", apart < 1e-12, text, difference=apart)


@claim("choose-output", "Output layer: sigmoid for two classes, softmax for many, identity for regression.")
def choose_output() -> Iterator[Part]:
    """Each pairing gives outputs in the targets' range, and the score's gradient is prediction minus target."""
    sigmoid, linear = get("sigmoid"), get("linear")
    low, high = minimum(sigmoid.value).value, maximum(sigmoid.value).value
    z = NEAR[np.abs(NEAR) <= 20]

    def entropy(score: Array) -> Array:
        return np.logaddexp(0, score) - 0.3 * score

    off = _gradient_error(entropy, lambda score: sigmoid.value(score) - 0.3, z)
    fits = abs(low) < 1e-9 and abs(high - 1) < 1e-9 and off < 1e-6
    text = f"outputs fill ({low:.3g}, {high:.3g}); cross-entropy's gradient is p − t up to {off:.2g}"
    yield part("sigmoid for two classes", fits, text, range=[low, high], gradient_error=off)
    off = _softmax_gradient_error()
    total = float(np.max(np.abs(softmax(_scores()).sum(-1) - 1)))
    text = f"outputs are shares that sum to 1 up to {total:.2g}; cross-entropy's gradient is p − t up to {off:.2g}"
    yield part("softmax for many classes", total < 1e-12 and off < 1e-6, text, gradient_error=off)
    off = _gradient_error(
        lambda score: (linear.value(score) - 0.3) ** 2 / 2, lambda score: linear.value(score) - 0.3, z
    )
    wide = float(np.ptp(linear.value(np.array([-1e30, 1e30]))))
    text = f"every real number is reached; the squared error's gradient is p − t up to {off:.2g}"
    yield part("identity for regression", off < 1e-6 and wide >= 2e30, text, gradient_error=off)
    twice = _gradient_through_two()
    text = f"a second softmax leaves at most {twice:.0%} of the gradient of a wrong prediction"
    yield aside("with a loss that takes logits, no activation at all", twice < 0.5, text, gradient_share=twice)


def _gradient_error(loss: Formula, claimed: Formula, at: Array) -> float:
    """Largest deviation of the loss's difference quotient from the gradient that is claimed."""
    quotient = (loss(at + 1e-5) - loss(at - 1e-5)) / 2e-5
    return float(np.max(np.abs(quotient - claimed(at)) / (1 + np.abs(claimed(at)))))


def _softmax_gradient_error() -> float:
    """Largest deviation of the cross-entropy's difference quotient from softmax minus the one-hot target."""
    scores, step = _scores(200), 1e-5
    worst = 0.0
    for number in range(scores.shape[1]):
        moved = np.eye(scores.shape[1])[number] * step
        loss = [-np.log(softmax(scores + sign * moved)[:, 0]) for sign in (1, -1)]
        claimed = softmax(scores)[:, number] - (number == 0)
        worst = max(worst, float(np.max(np.abs((loss[0] - loss[1]) / (2 * step) - claimed))))
    return worst


def _gradient_through_two() -> float:
    """Gradient of the true class's score when softmax is applied twice, over that of once; wrong by 10."""
    scores = np.array([0.0, 10.0, 0.0])
    once = softmax(scores)[0] - 1
    step = np.array([1e-5, 0.0, 0.0])
    twice = [-np.log(softmax(softmax(scores + sign * step))[0]) for sign in (1, -1)]
    return float(abs((twice[0] - twice[1]) / 2e-5 / once))
