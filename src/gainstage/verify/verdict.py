"""Effects with their intervals: paired differences over seeds, and Student's t for how few they are.

The interval is the two-sided 95 % one of the mean paired difference (Student, 1908, "The probable error of a mean",
Biometrika 6). With three seeds its half-width is 2.5 standard deviations: a cure must show itself on every seed, or
nearly so. Rank tests cannot decide here: with three pairs the smallest p of the sign test is 1/8.
Losses are compared as logarithms, since a training that does not work loses by a factor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

from gainstage.verify.proof import Effect, Measure

CONFIDENCE = 0.95
LEAST_RATIO = 0.01  # of the loss: less is no cure, however certain
LEAST_SHARE = 0.005  # of accuracy, or of whatever lies in 0...1
TINY = 1e-8  # of the worst loss: below it a loss is zero, and its logarithm noise


def effect(measure: Measure, values: Sequence[float], control: Sequence[float]) -> Effect:
    """How much better ``values`` are than ``control``, seed by seed; both of the same length, at least 1.

    Example:
        >>> from gainstage.verify.proof import Measure
        >>> loss = Measure("training loss", "loss", lower=True, scale="ratio")
        >>> effect(loss, (0.5, 0.6, 0.55), (2.3, 2.2, 2.3)).clear
        True
    """
    pairs = list(zip(values, control, strict=True))
    if measure.scale == "ratio":
        floor = TINY * max(*values, *control) or 1.0
        gains = [math.log(max(theirs, floor) / max(mine, floor)) for mine, theirs in pairs]
        least = -math.log(1 - LEAST_RATIO)
    else:
        sign = -1.0 if measure.lower else 1.0
        gains = [sign * (mine - theirs) for mine, theirs in pairs]
        least = LEAST_SHARE * (1.0 if measure.kind == "score" else max(map(abs, control), default=1.0))
    middle, half = interval(gains)
    clear = middle - half > 0 and middle >= least
    ends = (middle, middle - half, middle + half)
    if measure.scale == "ratio":
        ratio, worst, best = (math.exp(-end) for end in ends)
        return Effect(ratio, best, worst, "ratio", clear)
    shown, worst, best = ((-end if measure.lower else end) for end in ends)
    return Effect(shown, min(worst, best), max(worst, best), "difference", clear)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half-width of its 95 % interval; infinite for one value, nan where a value is.

    >>> round(interval([1.0, 2.0, 3.0])[1], 3)
    2.484
    """
    middle = mean(values)
    if len(values) < 2 or math.isnan(middle):
        return middle, math.inf
    return middle, quantile(0.5 + CONFIDENCE / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values))


def quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t with ``freedom`` degrees of freedom, for a share of at least one half.

    >>> round(quantile(0.975, 2), 4)
    4.3027
    """
    low, high = 0.0, 1.0
    while below(high, freedom) < share:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        between = (low + high) / 2
        low, high = (between, high) if below(between, freedom) < share else (low, between)
    return (low + high) / 2


def below(t: float, freedom: int) -> float:
    """P(T < t) for t of at least 0: the finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(freedom // 2):
        total += term
        term *= math.cos(angle) ** 2 * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    inside = math.sin(angle) * total
    return 0.5 + ((angle + inside) / math.pi if odd else inside / 2)
