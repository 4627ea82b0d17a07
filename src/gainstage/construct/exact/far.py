"""What the units whose edges are elsewhere add to each gap between two edges, bounded in n log n steps.

The units to one side are taken in blocks of 1, 2, 4, ... as they are farther away; a block counts with the sum of its
weights, times the unit's tail at the block's smallest distance.
"""

from __future__ import annotations

import numpy as np

from gainstage.construct.exact.balls import BallUnit
from gainstage.construct.local import Edges
from gainstage.functions.function import Array

SAFE = 1e-9  # relative: more than the rounding of these few operations in double precision


def far(ball: BallUnit, edges: Edges, neighbours: int) -> Array:
    """For each gap the largest sum of residuals of all units but the ``neighbours`` nearest on each side."""
    right = _from_left(ball, edges.at, np.abs(edges.weight), np.abs(edges.height), neighbours)
    left = _from_left(ball, -edges.at[::-1], np.abs(edges.weight[::-1]), np.abs(edges.height[::-1]), neighbours)
    return (right + left[::-1]) * (1 + SAFE)


def _from_left(ball: BallUnit, at: Array, weight: Array, height: Array, neighbours: int) -> Array:
    """The sum over the units left of each gap; ``at`` ascends, gap k lies between edges k - 1 and k."""
    count = len(at)
    total, sums = np.zeros(count + 1), np.concatenate([[0.0], np.cumsum(height)])
    least, size = weight.copy(), 1
    nearest = np.arange(count + 1) - 1 - neighbours  # the number of the block's nearest unit, for each gap
    while (nearest >= 0).any():
        inside = np.flatnonzero(nearest >= 0)
        last = nearest[inside]
        first = np.maximum(last - size + 1, 0)
        distance = (at[inside - 1] - at[last]) * least[last] * (1 - SAFE)
        tails = np.array([ball.tail(reach) for reach in distance.tolist()])
        total[inside] += (sums[last + 1] - sums[first]) * tails
        nearest = nearest - size
        shifted = np.concatenate([np.full(min(size, count), np.inf), least[:-size]])[:count]
        least, size = np.minimum(least, shifted), 2 * size
    return total
