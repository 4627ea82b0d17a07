"""What a chain of random layers does to signal and gradient, from widths, gain and activation alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gainstage.functions.function import Function
from gainstage.theory.gaussian import moments

LARGEST = 1e3  # standard deviation of a pre-activation up to which the quadrature is certified


@dataclass(frozen=True, slots=True)
class Layer:
    """One affine layer and the activation that follows it; ``gain`` is std of the weights times sqrt(fan_in)."""

    fan_in: int
    fan_out: int
    function: Function
    gain: float


def gradient_db(layers: Sequence[Layer], input_rms: float = 1.0) -> float:
    """Expected gradient at the first layer's affine output over that at the last one's, in decibels.

    Independent zero-mean weights, no bias, wide layers (Poole et al. 2016, Schoenholz et al. 2017): the power of
    the pre-activations follows ``q' = gain^2 E f(sqrt(q) z)^2``, the gradient's is multiplied by
    ``gain^2 fan_out / fan_in`` of the next layer and ``E f'^2`` of this one.
    """
    power, decibels = input_rms**2, 0.0
    for layer, following in pairwise(layers):
        std = min(layer.gain * math.sqrt(power), LARGEST)
        found = moments(layer.function, 0.0, _rounded(std))
        power = found.second
        passed = found.transmission * following.gain**2 * following.fan_out / following.fan_in
        decibels += 10 * math.log10(passed) if passed > 0 else -math.inf
    return decibels


def _rounded(std: float) -> float:
    """Three digits: enough for a prediction, and equal layers find each other's moments again."""
    return float(f"{std:.3g}")
