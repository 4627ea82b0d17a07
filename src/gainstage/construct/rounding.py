"""How far floating-point arithmetic can carry a network's output from its exact value: Higham 2002, section 3.1.

Each unit's function is taken to be within four units in the last place, which is what docs/numerics.md measures of
torch's kernels; sums may be taken in any order. The error of w·x + b inside the function is not here: where it matters,
close to an edge, the enclosures count it.
"""

from __future__ import annotations

import numpy as np

from gainstage.construct.local import ordered
from gainstage.construct.network import Network

ULPS = 4
SAFE = 1 + 1e-9


def rounding(network: Network, low: float, high: float, worst: float) -> float:
    """An upper bound of |computed - exact| for every input in [low, high] that is a number of the dtype.

    ``worst`` is how far the unit's function can be from its lines; monotone functions do not need it.
    """
    edges, unit = ordered(network), network.unit
    values, lines = np.zeros(len(edges.at)), np.zeros(len(edges.at))
    for end in (low, high):
        z = edges.weight * end + edges.bias
        for slope, intercept in (edges.passed, edges.ahead):
            lines = np.maximum(lines, np.abs(slope * z))
            bent = np.abs(unit.function.value(z)) if unit.monotone else np.abs(slope * z + intercept) + worst
            values = np.maximum(values, bent)
    height = np.abs(edges.height)
    total = float(height @ values) + abs(float(network.layers[1].bias[0]))
    terms = (len(edges.at) + 2) * network.roundoff
    inside = 2 * network.roundoff * float(height @ lines)
    return SAFE * ((terms / (1 - terms) + 2 * ULPS * network.roundoff) * total + inside)
