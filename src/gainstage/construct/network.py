"""Networks as plain arrays: weights in the dtype that they will have, and how to evaluate them without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gainstage.construct.unit import Unit
from gainstage.functions.function import Array

Dtype = Literal["float32", "float64"]
DTYPES: dict[str, type] = {"float32": np.float32, "float64": np.float64}
AT_ONCE = 2**22  # activations in memory


@dataclass(frozen=True, slots=True)
class Layer:
    """``weight`` of shape (outputs, inputs) and ``bias`` of shape (outputs,), float64 arrays of the dtype's numbers."""

    weight: Array
    bias: Array


@dataclass(frozen=True, slots=True)
class Network:
    """Affine layers with the unit's function between them, the last without."""

    unit: Unit
    layers: tuple[Layer, ...]
    dtype: Dtype

    @property
    def units(self) -> tuple[int, ...]:
        """The number of units in each hidden layer."""
        return tuple(len(layer.bias) for layer in self.layers[:-1])

    @property
    def largest_weight(self) -> float:
        """The largest absolute value among all weights and biases."""
        return max(
            float(np.max(np.abs(part), initial=0.0)) for entry in self.layers for part in (entry.weight, entry.bias)
        )

    @property
    def roundoff(self) -> float:
        """Half the distance from 1 to the next number of the dtype."""
        return float(np.finfo(DTYPES[self.dtype]).eps) / 2

    def __call__(self, points: Array) -> Array:
        """Outputs of shape (n,) for ``points`` of shape (n, inputs), every unit computed, in float64."""
        rows = max(1, AT_ONCE // max(self.units))
        parts = [self._forward(points[start : start + rows]) for start in range(0, len(points), rows)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _forward(self, points: Array) -> Array:
        signal = points
        for number, layer in enumerate(self.layers):
            signal = (self.unit.function.value(signal) if number else signal) @ layer.weight.T + layer.bias
        return signal[:, 0]


def rounded(values: Array, dtype: str) -> Array:
    """The nearest numbers of the dtype, as float64."""
    return np.asarray(values, dtype=DTYPES[dtype]).astype(float)


def power_of_two(values: Array) -> Array:
    """The next powers of two: to multiply by them rounds nothing."""
    return np.exp2(np.ceil(np.log2(values)))
