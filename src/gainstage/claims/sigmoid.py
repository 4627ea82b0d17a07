"""Claims about the sigmoid σ(x) = 1/(1 + e⁻ˣ)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gainstage.claims import data, float32
from gainstage.claims.claim import Part, aside, claim, part
from gainstage.claims.deciders import NEAR, difference
from gainstage.claims.questions import fills, is_monotonic
from gainstage.functions import get
from gainstage.theory.gaussian import moments


@claim("sigmoid-range", "Sigmoid maps the real line into (0, 1).")
def sigmoid_range() -> Iterator[Part]:
    """Over the reals; what float32 makes of it stands beside."""
    yield fills(get("sigmoid"), "(0, 1)", "0 < σ(x) < 1")
    for wanted, towards in ((0.0, -200.0), (1.0, 200.0)):
        reached = float32.first(float32.value("sigmoid"), wanted, towards)
        text = f"torch returns exactly {wanted:g} from x = {reached:.6g} on" if reached else f"never exactly {wanted:g}"
        yield aside(f"in float32 σ reaches {wanted:g}", reached is not None, text, first_input=reached)


@claim("sigmoid-derivative", "σ′ = σ(1 − σ) lies in (0, 1/4]; it is not monotonic.")
def sigmoid_derivative() -> Iterator[Part]:
    """Three halves: the formula, the range, the turn."""
    sigmoid = get("sigmoid")
    apart = difference(sigmoid.derivative, lambda x: sigmoid.value(x) * (1 - sigmoid.value(x)), NEAR).value
    text = f"largest difference {apart:.2g} on |x| ≤ 40"
    yield part("σ′ = σ(1 − σ)", apart < 1e-12, text, difference=apart)
    yield fills(sigmoid, "(0, 0.25]", "0 < σ′(x) ≤ 1/4", order=1)
    turn = is_monotonic(sigmoid, order=1)
    yield part("σ′ is not monotonic", turn.verdict == "refuted", turn.text, turn.proof, **turn.numbers)


@claim("sigmoid-saturation", "Where σ is 0 or 1, σ′ is 0 and the weight is not updated.")
def sigmoid_saturation() -> Iterator[Part]:
    """Over the reals in the limit; in float32, where both values are taken, exactly."""
    sigmoid = get("sigmoid")
    slopes = [float(sigmoid.derivative(np.array([x]))[0]) for x in (-400.0, 400.0)]
    text = f"σ′(±400) = {max(slopes):.2g}; at finite x neither 0 nor 1 is taken"
    yield part("over the reals σ′ → 0 as σ → 0 and as σ → 1", max(slopes) < 1e-100, text, slopes=slopes)
    for wanted, towards in ((0.0, -200.0), (1.0, 200.0)):
        flat = float32.first(float32.slope("sigmoid"), 0.0, towards)
        reached = float32.first(float32.value("sigmoid"), wanted, towards)
        found = flat is not None and reached is not None and abs(flat) <= abs(reached)
        text = f"σ = {wanted:g} from x = {reached} on, the gradient is exactly 0 from x = {flat} on"
        numbers: dict[str, Any] = {"value_reached": reached, "gradient_zero": flat}
        yield part(f"in float32 the gradient is 0 wherever σ is {wanted:g}", found, text, **numbers)
    moved = _update(saturated=True), _update(saturated=False)
    text = f"one step of gradient descent moves it by {moved[0]:g}; a weight at rest by {moved[1]:.3g}"
    yield part("the weight of such a unit is not updated", moved[0] == 0 < moved[1], text, update=moved[0])


def _update(saturated: bool) -> float:
    """How far one step moves the weight of a unit whose output should be 0; its input is 200 or 0.5."""
    import torch

    weight = torch.ones(1, requires_grad=True)
    torch.sigmoid(weight * (200.0 if saturated else 0.5)).square().backward()
    assert weight.grad is not None
    return float((weight.detach() - 0.1 * weight.grad - weight.detach()).abs())


@claim(
    "sigmoid-centre", "Sigmoid is not zero-centred: its outputs are all positive, with mean 1/2 for symmetric input."
)
def sigmoid_centre() -> Iterator[Part]:
    """The smallest output, and the mean over symmetric distributions."""
    sigmoid = get("sigmoid")
    range_ = fills(sigmoid, "(0, 1)", "")
    low = range_.numbers["low"]
    positive = low >= 0 and not range_.numbers["low_attained"]
    yield part("all outputs are positive", positive, f"infimum {low:.3g}, never taken", range_.proof, infimum=low)
    means = [moments(sigmoid, 0.0, std).mean for std in (0.1, 1.0, 10.0)]
    apart = difference(lambda x: sigmoid.value(x) + sigmoid.value(-x), lambda x: 0 * x + 1).value
    text = f"σ(x) + σ(−x) = 1 up to {apart:.2g}; E σ(z) = {means[1]:.6g} for z ~ N(0, 1)"
    half = apart < 1e-12 and all(abs(mean - 0.5) < 1e-9 for mean in means)
    yield part("its mean is 1/2 for symmetric input", half, text, means=means)


@claim("zigzag", "All-positive inputs force the gradient of one unit's weights to share one sign.")
def zigzag() -> Iterator[Part]:
    """A unit's weight gradient is δ·x: one sign for each example; a sum over examples has no such bond."""
    generator = np.random.default_rng(0)
    inputs = get("sigmoid").value(data.digits().inputs)
    errors = generator.standard_normal(len(inputs))
    positive = bool((inputs > 0).all())
    mixed = _mixed(inputs, errors, 1)
    text = f"of {len(inputs)} digits through a sigmoid, {mixed:.0%} give a weight gradient of both signs"
    yield part("each example's gradient has one sign", positive and mixed == 0, text, mixed_share=mixed)
    centred = _mixed(inputs - inputs.mean(), errors, 1)
    text = f"with the same inputs centred at zero {centred:.0%} of the gradients have both signs"
    yield aside("the one sign comes from the inputs", centred > 0.99, text, mixed_share=centred)
    batch = _mixed(inputs, errors, 32)
    text = f"{batch:.0%} of the mini-batches of 32 give a gradient of both signs"
    yield aside("a mini-batch may mix the signs", batch > 0, text, mixed_share=batch, batch=32)


def _mixed(inputs: np.ndarray, errors: np.ndarray, batch: int) -> float:
    """Share of batches whose summed gradient δ·x has components of both signs."""
    whole = len(inputs) // batch * batch
    summed = (errors[:whole, None] * inputs[:whole]).reshape(-1, batch, inputs.shape[1]).sum(axis=1)
    return float(np.mean((summed > 0).any(axis=1) & (summed < 0).any(axis=1)))
