"""What a stage's gain should be, from the width, the weights and the activation."""

from __future__ import annotations

import math

import numpy as np

from gainstage.functions.function import Function
from gainstage.theory.gaussian import moments

OFFSET_NODES, OFFSET_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


def forward_gain(function: Function) -> float:
    """The weights' gain that keeps the power of a standard normal signal: 1 / sqrt(E f^2); sqrt 2 for ReLU.

    He et al. 2015 for ReLU; the same argument for any activation. Weights get std ``gain / sqrt(fan_in)``.
    """
    return 1.0 / math.sqrt(moments(function).second)


def backward_gain(function: Function) -> float:
    """The weights' gain that keeps the gradient's power at a standard normal signal: 1 / sqrt(E f'^2)."""
    return 1.0 / math.sqrt(moments(function).transmission)


def initial_gain(function: Function) -> float:
    """The larger of the two gains: neither signal nor gradient shrinks at the start.

    They differ by little except for sigmoids, whose signal alone would ask for a gain that lets the gradient die.
    """
    return max(forward_gain(function), backward_gain(function))


def expected_signal(function: Function, pre_signal: float, pre_offset: float = 0.0) -> float:
    """Signal after the activation: units' pre-activations are N(offset, signal^2), the offsets N(0, pre_offset^2).

    Signal is ``sqrt(mean over units of the variance over the examples)``, as in the records.
    """
    variances = [moments(function, pre_offset * float(node), pre_signal).variance for node in OFFSET_NODES]
    return math.sqrt(float(OFFSET_WEIGHTS @ np.array(variances)) / math.sqrt(2 * math.pi))


def expected_transmission(function: Function, pre_signal: float, pre_offset: float = 0.0) -> float:
    """E f'^2 over examples and units for the same distribution of pre-activations."""
    powers = [moments(function, pre_offset * float(node), pre_signal).transmission for node in OFFSET_NODES]
    return float(OFFSET_WEIGHTS @ np.array(powers)) / math.sqrt(2 * math.pi)
