"""One hidden layer in one dimension: a staircase from steps, a polyline from ramps.

Neighbouring towers share an edge, and the unit there does the work of two: the proof's pairs (+h, −h) of towers side
by side add up to one unit of weight h_right − h_left. Weights of the first layer are powers of two and edges are
numbers of the dtype, so that w·x + b is computed with one rounding, however steep the unit is.
"""

from __future__ import annotations

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.network import Dtype, Layer, Network, power_of_two, rounded
from gainstage.construct.placement import Polyline, Stairs
from gainstage.construct.unit import Unit
from gainstage.functions.function import Array

SHARP = 128  # steepness times tower's width, at least: the rise then takes a sixteenth of the tower
LEAK = 0.01  # share of the tolerance that may come from units whose edge is elsewhere
BEND = 0.01  # share of the tolerance that the rounded corner of one smooth ramp may cost
FEWEST_NUMBERS = 4  # of the dtype between two edges
OUTSIDE = 0.25  # of the interval: how far a unit that only carries a straight line has its own edge outside


def staircase(unit: Unit, found: Stairs, low: float, high: float, dtype: Dtype, boost: float = 1.0) -> Network:
    """Towers of the given edges and heights: one unit for each edge, as steep as the narrower of its towers asks.

    ``boost`` multiplies the steepness. A unit whose lines rise gets another one outside the interval that takes the
    rise away.

    Raises:
        CannotApproximate: when two edges are closer than the dtype can tell apart.
    """
    left, right = unit.lines
    jump = right.intercept - left.intercept
    walls = np.concatenate([[low], found.edges, [high]])
    narrow = np.minimum(np.diff(walls)[:-1], np.diff(walls)[1:])
    _separate(found.edges, dtype)
    steep = np.ones(len(narrow))
    if not unit.jumps:
        steep = power_of_two(boost * sharpness(unit, len(narrow)) / narrow)
    if left.slope != 0 and len(steep):
        steep = np.full(len(steep), steep.max())  # parallel lines cancel only between units of one steepness
    edges = rounded(found.edges - (0.0 if unit.jumps else unit.crossing) / steep, dtype)
    heights = _balanced(np.diff(found.heights) / jump, dtype)
    if left.slope != 0 and len(steep):
        away = rounded(np.array([low - OUTSIDE * (high - low)]), dtype)
        edges, steep = np.concatenate([away, edges]), np.concatenate([steep[:1], steep])
        heights = np.concatenate([[-heights.sum()], heights])
    bias = -steep * edges
    start = [right if edge < low else left for edge in edges]
    at_start = sum(
        v * (line.slope * (w * low + b) + line.intercept)
        for v, w, b, line in zip(heights, steep, bias, start, strict=True)
    )
    return _network(unit, steep, bias, heights, found.heights[0] - at_start, dtype)


def polygon(unit: Unit, found: Polyline, dtype: Dtype, tolerance: float, boost: float = 1.0) -> Network:
    """A polyline from ramps: one unit for each vertex inside, and one whose edge lies outside for the slope between.

    Units on the left look to the left, so that none has to carry a turn across the whole interval.

    Raises:
        CannotApproximate: when two vertices are closer than the dtype can tell apart.
    """
    before, after = unit.lines
    turned = abs(after.slope) < abs(before.slope)  # the steeper side must look outward
    before, after, sign = (after, before, -1.0) if turned else (before, after, 1.0)
    _separate(found.x, dtype)
    low, high = found.x[0], found.x[-1]
    slopes = np.diff(found.y) / np.diff(found.x)
    turns, rise = np.diff(slopes), sign * (after.slope - before.slope)
    middle = _watershed(found.x, slopes)
    facing = sign * np.where(np.arange(len(turns)) < middle, -1.0, 1.0)
    steep, first = np.ones(len(turns)), 1.0
    if not unit.exact:
        corner = abs(float(unit.residual(np.array([unit.crossing + 1e-9]))[0])) + 0.3
        steep = power_of_two(boost * corner * np.abs(turns / rise) / (BEND * tolerance) + 1.0 / (high - low))
        first = power_of_two(np.array([boost * 256.0 / (high - low)]))[0]
    heights = turns / (steep * rise)
    tilt = before.slope * float(np.sum(heights * steep * facing))
    lead = (slopes[middle] - tilt) / (sign * after.slope * first)
    away = low - OUTSIDE * (high - low) * (not unit.exact)
    steep, facing = np.concatenate([[first], steep]), np.concatenate([[sign], facing])
    edges = rounded(np.concatenate([[away], found.x[1:-1]]) - unit.crossing / (steep * facing), dtype)
    heights = rounded(np.concatenate([[lead], heights]), dtype)
    weight, bias = facing * steep, -facing * steep * edges
    at, level = found.x[middle], found.y[middle]
    lines = [after] + [before] * len(turns)  # in the piece in the middle, which no unit but the first looks at
    reached = sum(
        v * (line.slope * (w * at + b) + line.intercept)
        for v, w, b, line in zip(heights, weight, bias, lines, strict=True)
    )
    return _network(unit, weight, bias, heights, level - reached, dtype)


def _watershed(x: Array, slopes: Array) -> int:
    """The piece from which units look outward to both sides: where the sum of what they carry is smallest."""
    turns = np.abs(np.diff(slopes))
    to_left = np.concatenate([[0.0], np.cumsum(turns * (x[1:-1] - x[0]))])
    to_right = np.concatenate([[0.0], np.cumsum((turns * (x[-1] - x[1:-1]))[::-1])])[::-1]
    return int(np.argmin(to_left + to_right + np.abs(slopes) * (x[-1] - x[0])))


def sharpness(unit: Unit, edges: int) -> float:
    """Steepness times tower's width at which all other units together leak less than ``LEAK`` into a tower."""
    left, right = unit.lines
    for power in range(int(np.log2(SHARP)), 40):
        far = 2.0 ** (power - 1) * np.array([-1.0, 1.0])
        leak = np.max(np.abs(unit.residual(far))) / abs(right.intercept - left.intercept)
        if leak * (2 + 2 * np.log2(edges + 1)) <= LEAK:
            return 2.0**power
    raise CannotApproximate(f"{unit.name} approaches its lines too slowly for towers")


def _network(unit: Unit, weight: Array, bias: Array, heights: Array, offset: float, dtype: Dtype) -> Network:
    """Arrays as layers; a function that is constant to within the tolerance still has one unit, of weight 0."""
    if not len(weight):
        weight, bias, heights = np.ones(1), np.zeros(1), np.zeros(1)
    hidden = Layer(weight[:, None], bias)
    return Network(unit, (hidden, Layer(heights[None, :], rounded(np.array([offset]), dtype))), dtype)


def _balanced(heights: Array, dtype: Dtype) -> Array:
    """The steps rounded one after the other, each taking up what the roundings before it left over."""
    wanted, reached, found = np.cumsum(heights), 0.0, np.empty(len(heights))
    for k, level in enumerate(wanted.tolist()):
        found[k] = rounded(np.array(level - reached), dtype)
        reached += found[k]
    return found


def _separate(edges: Array, dtype: Dtype) -> None:
    if len(edges) < 2:
        return
    spacing = np.spacing(np.abs(edges).astype(np.float32 if dtype == "float32" else np.float64)).astype(float)
    gaps = np.diff(edges) / np.maximum(spacing[1:], spacing[:-1])
    if gaps.min() < FEWEST_NUMBERS:
        at = float(edges[int(np.argmin(gaps))])
        advice = 'dtype="float64" or a larger tolerance' if dtype == "float32" else "a larger tolerance"
        raise CannotApproximate(
            f"near x = {at:.8g} two edges would be closer than {FEWEST_NUMBERS} numbers of {dtype} "
            f"(which are {float(np.spacing(np.dtype(dtype).type(abs(at)))):.2g} apart there): take {advice}"
        )
