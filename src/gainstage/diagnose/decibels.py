"""Ratios of root mean squares as decibels, safe with zeros, infinities and missing values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def decibels(after: Array | float, before: Array | float) -> Array:
    """``20 log10(after / before)``: 0 dB comes out as it went in, 0 / x is ``-inf``, 0 / 0 and missing are ``nan``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 20.0 * np.log10(np.asarray(after, dtype=float) / np.asarray(before, dtype=float))


def middle(values: Array) -> float:
    """The median of the values that were measured; ``nan`` without any."""
    measured = values[~np.isnan(values)]
    return float(np.median(measured)) if measured.size else float("nan")
