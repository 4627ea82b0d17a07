"""The same network, evaluated near by near: of all units only those bend at a point whose edge is close to it.

All others are there what their asymptotes are, straight lines, which are summed up once. So a point costs a few units
instead of all of them: 10,000 units at a million points take less than a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainstage.construct.network import Network
from gainstage.construct.unit import Line
from gainstage.functions.function import Array

FLAT = 1e-15  # a residual, relative to the line, that counts as none
REACHES = tuple(2.0**k for k in range(-4, 10))
MOST_NEIGHBOURS = 64
POINTS = 2**16  # at once: what fits into a cache


@dataclass(frozen=True, slots=True)
class Edges:
    """The units of one hidden layer of one input in the order of their edges, where w·x + b is zero.

    ``passed`` and ``ahead`` are slopes and intercepts of each unit's line to the right and to the left of its edge.
    """

    at: Array
    weight: Array
    bias: Array
    height: Array
    passed: tuple[Array, Array]
    ahead: tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Local:
    """Sums over the units left and right of each gap between two edges, and how many neighbours bend there.

    ``slope`` and ``level`` have one entry more than edges: the line of all units together in each gap.
    """

    network: Network
    edges: Edges
    slope: Array
    level: Array
    neighbours: int

    def __call__(self, x: Array) -> Array:
        """Outputs at ``x``, any shape."""
        flat = np.ravel(np.asarray(x, dtype=float))
        parts = [self._at(flat[start : start + POINTS]) for start in range(0, len(flat), POINTS)]
        return (np.concatenate(parts) if parts else flat).reshape(np.shape(x))

    def _at(self, x: Array) -> Array:
        edges, function = self.edges, self.network.unit.function.value
        gap = np.searchsorted(edges.at, x, side="right")
        y = self.slope[gap] * x + self.level[gap]
        for offset in range(-self.neighbours, self.neighbours):
            number = gap + offset
            k = np.clip(number, 0, len(edges.at) - 1)
            slope, intercept = edges.passed if offset < 0 else edges.ahead
            z = edges.weight[k] * x + edges.bias[k]
            bent = edges.height[k] * (function(z) - (slope[k] * z + intercept[k]))
            y += np.where(number == k, bent, 0.0)
        return y


def ordered(network: Network) -> Edges:
    """The units of a network with one hidden layer and one input, from left to right."""
    hidden, output = network.layers
    weight, bias, height = hidden.weight[:, 0], hidden.bias, output.weight[0]
    order = np.argsort(-bias / weight, kind="stable")
    weight, bias, height = weight[order], bias[order], height[order]
    left, right = network.unit.lines
    turned = weight < 0
    passed, ahead = _lines(right, left, turned), _lines(left, right, turned)
    return Edges(-bias / weight, weight, bias, height, passed, ahead)


def local(network: Network) -> Local | None:
    """``network`` of one hidden layer and one input in this form; None when its units bend too far out for it."""
    unit = network.unit
    if unit.kind == "other" or len(network.layers) != 2 or network.layers[0].weight.shape[1] != 1:
        return None
    edges, reach = ordered(network), _reach(network)
    if reach is None:
        return None
    neighbours = _neighbours(edges.at, reach / np.abs(edges.weight))
    if neighbours > MOST_NEIGHBOURS:
        return None
    after, before = _sums(edges, edges.passed), _sums(edges, edges.ahead)
    slope, level = after[0] + before[0][-1] - before[0], after[1] + before[1][-1] - before[1]
    return Local(network, edges, slope, level + network.layers[1].bias[0], neighbours)


def _lines(line: Line, other: Line, turned: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Slope and intercept of each unit's line on one side: the other line where the unit looks to the left."""
    return np.where(turned, other.slope, line.slope), np.where(turned, other.intercept, line.intercept)


def _sums(edges: Edges, line: tuple[Array, Array]) -> tuple[Array, Array]:
    """Running sums, from none to all units, of the slopes and levels of their lines."""
    rise = edges.height * line[0] * edges.weight
    level = edges.height * (line[0] * edges.bias + line[1])
    return np.concatenate([[0.0], np.cumsum(rise)]), np.concatenate([[0.0], np.cumsum(level)])


def _reach(network: Network) -> float | None:
    """Beyond which |z| the unit is its lines to double precision; None when that is too far."""
    unit = network.unit
    if unit.jumps or unit.exact:
        return 0.0
    for reach in REACHES:
        z = np.concatenate([-reach * np.linspace(1, 4, 50), reach * np.linspace(1, 4, 50)])
        if np.max(np.abs(unit.residual(z)) / (1 + np.abs(z))) <= FLAT:
            return reach
    return None


def _neighbours(edges: Array, reach: Array) -> int:
    """On how many edges to each side a point must look: the most edges that one unit's reach covers."""
    if not len(edges) or reach.max() == 0:
        return 0
    first, last = np.searchsorted(edges, edges - reach), np.searchsorted(edges, edges + reach, side="right")
    number = np.arange(len(edges))
    return int(max((last - number).max(), (number - first + 1).max()))
