"""The sup-norm error of a network of one input, proved over the whole interval, gap by gap between its edges.

In a gap all units but a few neighbours are straight lines to within the tails that ``far`` bounds. What remains is the
target minus one line, minus the neighbours' residuals; it is enclosed over boxes, which are halved until the bound is
small enough. So the work grows with the number of units, not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import arb, ctx

from gainstage.construct.exact.balls import BallUnit, ball
from gainstage.construct.exact.far import far
from gainstage.construct.exact.surface import Continuous, Surface
from gainstage.construct.local import Edges, ordered
from gainstage.construct.network import Network
from gainstage.construct.rounding import rounding
from gainstage.construct.unit import Line
from gainstage.functions.exact.intervals import ZERO, Interval

PRECISION = 128  # bits: sums of doubles of very different sizes stay exact, or nearly
NEIGHBOURS = 2  # units on each side that are looked at one by one
TRANSITION = 8.0  # |z| up to which a unit bends most: where boxes are cut first
SLIGHT = 1e-3  # share of what is allowed: a residual that is not worth more than its tail
NEARER = 1 - 1e-9  # a distance less the rounding of its computation
BOXES = 100  # of one gap, before it is given up
WITHOUT_SLOPES = 4000  # the same where only values are known, so that boxes are many and cheap
GAPS = 3  # given up, after which the rest is not looked at


@dataclass(frozen=True, slots=True)
class Certificate:
    """``bound`` holds on the whole interval, unless ``failed`` lists gaps (low, high) where more than allowed remains.

    ``rounding`` is the part of ``bound`` that floating-point arithmetic may add.
    """

    bound: float
    rounding: float
    boxes: int
    failed: tuple[tuple[float, float], ...] = ()


def certify(network: Network, surface: Surface | Continuous, low: float, high: float, tolerance: float) -> Certificate:
    """Prove that the network is within ``tolerance`` of the surface on [low, high], or say where that failed."""
    edges = ordered(network)
    reach = float(np.max(np.abs(edges.weight)) * max(abs(edges.at - low).max(), abs(edges.at - high).max()))
    unit = BallUnit(network.unit, 2 * reach + 1)
    extra = rounding(network, low, high, unit.worst)
    if extra >= tolerance:
        return Certificate(np.inf, extra, 0, ((low, high),))
    with ctx.workprec(PRECISION):
        proof = _Proof(network, edges, unit, surface, tolerance - extra)
        walls = np.concatenate([[low], np.clip(edges.at, low, high), [high]])
        largest, failed = ZERO, []
        for gap, (left, right) in enumerate(zip(walls[:-1].tolist(), walls[1:].tolist(), strict=True)):
            if left < right:
                bound = proof.gap(gap, arb(left), arb(right))
                largest = bound if bound > largest else largest
                if not bound <= proof.allowed:
                    failed.append((left, right))
                if len(failed) == GAPS:
                    break
        return Certificate(float(largest.upper()) * (1 + 1e-15) + extra, extra, proof.boxes, tuple(failed))


class _Proof:
    """What all gaps share: exact running sums, tails, and how the neighbours' residuals are enclosed."""

    def __init__(
        self, network: Network, edges: Edges, unit: BallUnit, surface: Surface | Continuous, allowed: float
    ) -> None:
        self.edges, self.unit, self.surface, self.allowed = edges, unit, surface, arb(allowed)
        self.neighbours = 0 if network.unit.exact and not network.unit.jumps else NEIGHBOURS
        self.far, self.boxes, self.slight = far(unit, edges, self.neighbours), 0, SLIGHT * allowed
        self.budget = BOXES if isinstance(surface, Surface) and surface.order else WITHOUT_SLOPES
        self.slope, self.level = _lines(network, edges)
        spread = Interval(arb(1 - 2 * network.roundoff), arb(1 + 2 * network.roundoff))
        self.spread = Interval(arb(1), arb(1)) if network.unit.jumps else spread

    def gap(self, number: int, left: arb, right: arb) -> arb:
        """An upper bound of the error between two edges; above what is allowed when that could not be shown."""
        left_boxes, worst, budget = self._cut(number, left, right), ZERO, self.budget
        while left_boxes:
            box = left_boxes.pop()
            bound = self._error(number, box).magnitude.high
            self.boxes += 1
            if bound <= self.allowed:
                worst = bound if bound > worst else worst
            elif budget > 0 and box.low < box.middle < box.high:
                left_boxes.extend(box.split())
                budget -= 1
            else:
                return bound
        return worst

    def _cut(self, number: int, left: arb, right: arb) -> list[Interval]:
        """The gap cut where its own two units have done most of their bending."""
        cuts = [left, right]
        if self.neighbours:
            for k, sign in ((number - 1, 1), (number, -1)):
                if 0 <= k < len(self.edges.at):
                    at = arb(float(self.edges.at[k])) + sign * TRANSITION / arb(abs(float(self.edges.weight[k])))
                    cuts.append(at.mid())
        inner = sorted((cut for cut in cuts if left < cut < right), key=float)
        walls = [left, *inner, right]
        return [Interval(a, b) for a, b in pairwise(walls)]

    def _error(self, number: int, box: Interval) -> Interval:
        slack, bent = float(self.far[number]), []
        low, high = float(box.low), float(box.high)
        for k in range(max(0, number - self.neighbours), min(len(self.edges.at), number + self.neighbours)):
            tail = self._tail(k, low - self.edges.at[k] if k < number else self.edges.at[k] - high)
            if tail <= self.slight:
                slack += tail
            else:
                bent.append(k)
        found = self._apart(box, self.slope[number], self.level[number]) - ball(0.0, slack)
        for k in bent:
            found = found - self._residual(k, k < number, box)
        return found

    def _tail(self, k: int, distance: float) -> float:
        """The most that unit ``k`` adds to its line at ``distance`` from its edge or farther."""
        surely = distance - 4 * np.spacing(abs(self.edges.at[k]))
        return abs(self.edges.height[k]) * self.unit.tail(abs(self.edges.weight[k]) * surely * NEARER)

    def _residual(self, k: int, passed: bool, box: Interval) -> Interval:
        """What unit ``k`` adds to its line over ``box``, whichever way w·x + b is rounded."""
        edges, turned = self.edges, bool(self.edges.weight[k] < 0)
        z = box * arb(float(edges.weight[k])) + arb(float(edges.bias[k]))
        left, right = self.unit.unit.lines
        line = right if passed != turned else left
        return self.unit.residual(z * self.spread, line) * arb(float(edges.height[k]))

    def _apart(self, box: Interval, slope: arb, level: arb) -> Interval:
        """The target minus the line over ``box``: by its range, by slopes, and by curvature where there is one."""
        rise, start = Interval(slope.lower(), slope.upper()), Interval(level.lower(), level.upper())
        plain = self.surface.range([box]) - rise * box - start
        if not isinstance(self.surface, Surface) or self.surface.order == 0:
            return plain
        if plain.magnitude.high <= self.allowed or rise.low == 0 == rise.high:
            return plain
        ends = [self._at(end, rise, start) for end in (box.low, box.high)]
        steep = self.surface.slope(0, [box]) - rise
        if steep.low >= 0 or steep.high <= 0:
            return plain.meet(ends[0].join(ends[1]))
        middle = Interval(box.middle, box.middle)
        apart = self._at(box.middle, rise, start)
        found = plain.meet(apart + steep * (box - middle))
        if self.surface.order < 2:
            return found
        bend = self.surface.curvature(0, 0, [box])
        tangent = self.surface.slope(0, [middle]) - rise
        return found.meet(_curved(apart, tangent, bend, box - middle, ends))

    def _at(self, at: arb, rise: Interval, start: Interval) -> Interval:
        point = Interval(at, at)
        return self.surface.range([point]) - rise * point - start


def _curved(middle: Interval, slope: Interval, bend: Interval, offset: Interval, ends: list[Interval]) -> Interval:
    """Taylor's theorem to the second order; a convex function is largest at the ends, a concave one smallest."""
    half = bend / 2
    values = middle + slope * offset + half * Interval(ZERO, (offset.high * offset.high).upper())
    joined = ends[0].join(ends[1])
    for sign in (1, -1):
        curve = half if sign > 0 else -half
        if curve.low > 0:  # no lower than the parabola with the least curvature
            start = middle if sign > 0 else -middle
            bottom = start - slope * slope / (4 * Interval(curve.low, curve.low))
            inside = Interval(bottom.low, (joined if sign > 0 else -joined).high)
            values = values.meet(inside if sign > 0 else -inside)
    return values


def _lines(network: Network, edges: Edges) -> tuple[list[arb], list[arb]]:
    """For each gap the exact slope and level of the line that all units together are there."""
    left, right = network.unit.lines
    slope, level = arb(0), arb(float(network.layers[1].bias[0]))
    turns: list[tuple[arb, arb]] = []
    for k in range(len(edges.at)):
        ahead, passed = (right, left) if edges.weight[k] < 0 else (left, right)
        w, b, v = (arb(float(part[k])) for part in (edges.weight, edges.bias, edges.height))
        before, after = _slope(ahead), _slope(passed)
        slope, level = slope + v * w * before, level + v * (b * before + _intercept(ahead))
        turns.append((v * w * (after - before), v * (b * (after - before) + _intercept(passed) - _intercept(ahead))))
    slopes, levels = [slope], [level]
    for rise, step in turns:
        slopes.append(slopes[-1] + rise)
        levels.append(levels[-1] + step)
    return slopes, levels


def _slope(line: Line) -> arb:
    return arb(line.slope, line.tolerance)


def _intercept(line: Line) -> arb:
    return arb(line.intercept, line.tolerance)
