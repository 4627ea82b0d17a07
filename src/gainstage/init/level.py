"""At which level a stage works: the bias point and the drive of an amplifier, from its activation and the depth.

A stage passes the signal with power Var f and the gradient with power E f'^2. Both gains can only be 0 dB at once if
``distortion = std^2 E f'^2 / Var f`` is 1, and by Chernoff's inequality (1981) it never is less, and 1 only for a
straight line. In a chain the distortions multiply; Martens et al. (2021) allow the whole network a slope of 1.5.

Two ways keep within the budget. A lower level uses a straighter part of the curve. Pairs of units with opposite weights
(Balduzzi et al. 2017, "looks linear"; push-pull, in an amplifier) cancel the even part of the function, mean included:
of ReLU, GELU, SiLU and softplus nothing but a straight line is left.

The same budget holds for what a chain makes of a deviation of the variance, which grows where the variance map repels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gainstage.functions.function import Array, Function
from gainstage.theory.gaussian import moments

BUDGET = 1.5  # distortion of a whole network (Martens et al. 2021, section 11: "global slope")
STEP = 1.001  # of the differences that a slope is taken from
LOWEST = 1e-2  # a level at which every smooth function is straight
# Of a pair one unit says at first what the other does. Measured on chains of 10 and 50: single units learn faster where
# pairs allow twice the level (ELU, SELU), pairs where they allow three times as much and more (SiLU, Mish, GELU).
WORTH = 2.5
CENTRED = 1e-9  # a value at 0 that is 0
OFFSETS = np.arange(-8, 9) / 4
GRID = np.linspace(0.0, 8.0, 801)


@dataclass(frozen=True, slots=True)
class Level:
    """Where a stage works: pre-activations are N(offset, std^2).

    ``mean`` and ``variance`` are those of what the next stage receives from one unit; of paired units of half their
    difference, (f(u) - f(-u)) / 2. ``distortion`` is the power gain of the gradient where the signal's is 1.
    """

    function: Function
    std: float
    offset: float
    paired: bool
    mean: float
    variance: float
    distortion: float

    def within(self, most: float) -> bool:
        """Does the stage keep to the budget: in distortion, and in what it makes of a deviation of the variance?"""
        return self.distortion <= most and self.slope <= most

    @property
    def slope(self) -> float:
        """d log variance / d log std^2: a relative deviation of the signal's power is multiplied by it."""
        if not self.variance > 0:
            return math.inf
        more = at(self.function, self.std * STEP, self.offset, paired=self.paired)
        return math.log(more.variance / self.variance) / (2 * math.log(STEP))


@lru_cache(maxsize=512)
def level(function: Function, stages: int, *, pairable: bool = True, movable: bool = True) -> Level:
    """The level for one of ``stages`` stages in series: the simplest that keeps the network within its budget.

    Unit variance if it does; else a lower level, or pairs; else an offset. Functions such as the sigmoid, odd around a
    value that is not zero, always get an offset. ``pairable`` and ``movable`` say whether the network's shape lets
    units be paired, and whether an offset would stay within the stage. Where nothing helps it is unit variance.
    """
    most = BUDGET ** (1 / max(stages, 1))
    plain = at(function, 1.0)
    odd = is_odd(function)
    if odd and movable and abs(float(function.value(np.zeros(1))[0])) > CENTRED:
        return _quiet(function, most) or plain
    if plain.within(most):
        return plain
    if not (odd or pairable or movable):
        return plain  # it reads a sum, whose level no single layer sets
    single = _lowered(lambda std: at(function, std), most)
    paired = _lowered(lambda std: at(function, std, paired=True), most) if pairable and not odd else None
    if paired is not None and (single is None or paired.std > WORTH * single.std):
        return paired
    return single or (pairable and _moved(function, most, True)) or (movable and _moved(function, most, False)) or plain


def at(function: Function, std: float, offset: float = 0.0, *, paired: bool = False) -> Level:
    """The stage at a given level."""
    found = moments(odd_part(function, offset), 0.0, std) if paired else moments(function, offset, std)
    distortion = std**2 * found.transmission / found.variance if found.variance > 0 else math.inf
    # The mean of an odd function is zero, not what rounding leaves of it.
    mean = found.mean if abs(found.mean) > 1e-12 else 0.0
    return Level(function, std, offset, paired, mean, found.variance, distortion)


@lru_cache(maxsize=256)
def odd_part(function: Function, offset: float = 0.0) -> Function:
    """(f(offset + x) - f(offset - x)) / 2: what a pair of units with opposite weights computes."""

    def value(x: Array) -> Array:
        return (function.value(offset + x) - function.value(offset - x)) / 2

    def derivative(x: Array) -> Array:
        return (function.derivative(offset + x) + function.derivative(offset - x)) / 2

    around = [kink - offset for kink in function.kinks]
    kinks = tuple(sorted({*around, *(-kink for kink in around)}))
    return Function(f"odd part of {function.name} around {offset:g}", value, derivative, kinks)


@lru_cache(maxsize=256)
def is_odd(function: Function) -> bool:
    """Odd up to a constant, as tanh and sigmoid are: pairs of units would say everything twice."""
    even = function.value(GRID) + function.value(-GRID)
    return bool(np.ptp(even) <= 1e-9 * max(1.0, float(np.abs(even).max())))


def _lowered(stage: Callable[[float], Level], most: float) -> Level | None:
    """The highest level up to 1 that keeps within the budget."""
    if stage(1.0).within(most):
        return stage(1.0)
    if not stage(LOWEST).within(most):
        return None
    low, high = LOWEST, 1.0
    while high > low * (1 + 1e-3):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if stage(middle).within(most) else (low, middle)
    return stage(low)


def _quiet(function: Function, most: float) -> Level | None:
    """Where the mean of what comes out is smallest without a variance that grows (DKS ends up there, too).

    The mean goes into every unit of the next layer alike, and a step of training moves all of them with it.
    """
    found = (_lowered(lambda std, at_=offset: at(function, std, at_), most) for offset in OFFSETS.tolist())
    steady = [each for each in found if each is not None and each.slope <= 1]
    return min(steady, key=lambda each: abs(each.mean), default=None)


def _moved(function: Function, most: float, paired: bool) -> Level | None:
    """Around the nearest offset where the function is straight enough at a level of at least a quarter."""
    for offset in sorted(OFFSETS.tolist(), key=abs):
        found = _lowered(lambda std, at_=offset: at(function, std, at_, paired=paired), most)
        if found is not None and found.std >= 0.25:
            return found
    return None
