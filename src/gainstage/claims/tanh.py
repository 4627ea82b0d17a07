"""Claims about tanh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainstage.claims.claim import Curves, Part, Proof, aside, claim, part
from gainstage.claims.deciders import NEAR, difference, maximum, minimum
from gainstage.claims.questions import fills, is_monotonic, is_zero_centred, proved
from gainstage.functions import get
from gainstage.functions.function import Array
from gainstage.theory.gains import backward_gain
from gainstage.theory.gaussian import moments


@claim("tanh-form", "tanh(x) = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) = 2σ(2x) − 1.")
def tanh_form() -> Iterator[Part]:
    """Both forms on a grid where the exponentials stay finite."""
    tanh, sigmoid = get("tanh"), get("sigmoid")

    def exponentials(x: Array) -> Array:
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))

    for asked, other in (
        ("tanh(x) = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)", exponentials),
        ("tanh(x) = 2σ(2x) − 1", lambda x: 2 * sigmoid.value(2 * x) - 1),
    ):
        worst = difference(tanh.value, other, NEAR)
        text = f"largest difference {worst.value:.2g} on |x| ≤ 40, at x = {worst.where:.4g}"
        yield part(asked, worst.value < 1e-12, text, difference=worst.value, at=worst.where)


@claim("tanh-monotonic", "tanh and its derivative are both monotonic.")
def tanh_monotonic() -> Iterator[Part]:
    """Half by half: the function, then the derivative."""
    tanh = get("tanh")
    yield is_monotonic(tanh)
    x = np.linspace(-4.0, 4.0, 161)
    lines = {"tanh": tuple(tanh.value(x).tolist()), "its derivative": tuple(tanh.derivative(x).tolist())}
    drawn = Curves("tanh rises everywhere, its derivative does not", "x", "value", tuple(x.tolist()), lines)
    yield replace(is_monotonic(tanh, order=1), curves=drawn)


@claim("tanh-derivative", "tanh′ lies in (0, 1].")
def tanh_derivative() -> Iterator[Part]:
    """Infimum and supremum of the derivative."""
    yield fills(get("tanh"), "(0, 1]", "0 < tanh′(x) ≤ 1", order=1)


@claim("tanh-centre", "tanh is zero-centred.")
def tanh_centre() -> Iterator[Part]:
    """Odd, and of mean zero."""
    yield is_zero_centred(get("tanh"))


@claim("tanh-explodes", "tanh by itself makes gradients explode.")
def tanh_explodes() -> Iterator[Part]:
    """An activation multiplies the gradient by its derivative: it amplifies only where that exceeds 1."""
    tanh = get("tanh")
    certified = proved(tanh, "lipschitz")
    largest = certified or max(maximum(tanh.derivative).value, -minimum(tanh.derivative).value)
    text = f"it multiplies each gradient by |f′| ≤ {largest:.6g}"
    proof: Proof = "certified" if certified else "numerical"
    asked = "the activation's derivative exceeds 1 somewhere"
    yield part(asked, largest > 1 + 1e-9, text, proof, largest_slope=largest)
    gain = 2 * backward_gain(tanh)
    stage = 10 * np.log10(gain**2 * moments(tanh).transmission)
    share = 10 * np.log10(moments(tanh).transmission)
    yield aside(
        "the weights can amplify more than tanh takes away",
        bool(stage > 0),
        f"with weights of gain {gain:.3g} a stage passes {stage:+.1f} dB, {share:+.1f} dB of it tanh's",
        stage_db=float(stage),
        activation_db=float(share),
    )
