"""The error of a network whose units all bend everywhere: Taylor's theorem on function and network together."""

from __future__ import annotations

from math import inf

import numpy as np
from flint import arb, ctx

from gainstage.construct.exact.balls import BallUnit
from gainstage.construct.exact.surface import Continuous, Surface
from gainstage.construct.network import Network
from gainstage.construct.rounding import SAFE, ULPS
from gainstage.functions.exact.intervals import ZERO, Interval

BOXES = 1500
PRECISION = 128  # bits: large weights of opposite signs cancel


def certify_smooth(network: Network, surface: Surface | Continuous, low: float, high: float, allowed: float) -> float:
    """An upper bound of the error on [low, high] in exact arithmetic; ``inf`` when ``allowed`` could not be shown."""
    with ctx.workprec(PRECISION):
        parts = _Parts(network, surface)
        left, worst, budget = [Interval(arb(low), arb(high))], ZERO, BOXES
        while left and budget > 0:
            box, budget = left.pop(), budget - 1
            bound = parts.error(box).magnitude.high
            if bound <= allowed:
                worst = bound if bound > worst else worst
            else:
                left.extend(box.split())
        return inf if left else float(worst.upper()) * SAFE


class _Parts:
    """Function minus network on boxes."""

    def __init__(self, network: Network, surface: Surface | Continuous) -> None:
        hidden, output = network.layers
        self.unit, self.surface = BallUnit(network.unit, 1.0), surface
        self.units = [
            (arb(float(w)), arb(float(b)), arb(float(v)))
            for w, b, v in zip(hidden.weight[:, 0], hidden.bias, output.weight[0], strict=True)
        ]
        self.offset = arb(float(output.bias[0]))
        smooth = network.unit.card["smoothness"]
        self.twice = isinstance(smooth, int | float) and smooth >= 1

    def error(self, box: Interval) -> Interval:
        """All values of the function minus the network over ``box``."""
        middle = Interval(box.middle, box.middle)
        step = box - middle
        if not isinstance(self.surface, Surface) or self.surface.order == 0:
            return self.surface.range([box]) - (self._sum(0, middle) + self._sum(1, box) * step)
        apart = self.surface.values([middle]) - self._sum(0, middle)
        first = apart + (self.surface.slope(0, [box]) - self._sum(1, box)) * step
        if self.surface.order < 2 or not self.twice:
            return first
        slope = self.surface.slope(0, [middle]) - self._sum(1, middle)
        bend = self.surface.curvature(0, 0, [box]) - self._sum(2, box)
        return first.meet(apart + slope * step + bend / 2 * Interval(ZERO, (step.high * step.high).upper()))

    def _sum(self, order: int, x: Interval) -> Interval:
        """The network's derivative of ``order`` over ``x``."""
        take = (self.unit.value, self.unit.slope, self.unit.curvature)[order]
        total = Interval(ZERO, ZERO) if order else Interval(self.offset, self.offset)
        for weight, bias, height in self.units:
            total = total + take(x * weight + bias) * (height * weight**order)
        return total


def rounding_smooth(network: Network, low: float, high: float) -> float:
    """An upper bound of |computed - exact| for inputs in [low, high]; see ``gainstage.construct.rounding``."""
    hidden, output = network.layers
    unit, roundoff = BallUnit(network.unit, 1.0), network.roundoff
    total, inside = abs(float(output.bias[0])), 0.0
    for weight, bias, height in zip(hidden.weight[:, 0], hidden.bias, np.abs(output.weight[0]), strict=True):
        z = Interval(arb(low), arb(high)) * arb(float(weight)) + arb(float(bias))
        size = abs(weight) * max(abs(low), abs(high)) + abs(bias)
        total += height * float(unit.value(z).magnitude.high.upper())
        inside += height * float(unit.slope(z).magnitude.high.upper()) * 2 * roundoff * size
    terms = (len(hidden.bias) + 2) * roundoff
    return float((terms / (1 - terms) + 2 * ULPS * roundoff) * total + inside) * SAFE
