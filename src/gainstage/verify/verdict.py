"""Effects with their intervals: paired differences over seeds, and Student's t for how few they are.

The interval is the two-sided 95 % one of a mean over the pairs (Student, 1908, "The probable error of a mean",
Biometrika 6). With three seeds its half-width is 2.5 standard deviations: a cure must show itself on every seed, or
nearly so. Rank tests cannot decide here: with three pairs the smallest p of the sign test is 1/8.
Losses are compared by what is left of them, the ratio to the control's loss: a training that learns all there is and
one that learns nearly all differ in the logarithm of their losses by more than either differs from one that fails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

from gainstage.verify.proof import Effect, Measure

CONFIDENCE = 0.95
LEAST_RATIO = 0.01  # of the loss: less is no cure, however certain
LEAST_SHARE = 0.005  # of accuracy, or of whatever lies in 0...1
TINY = 1e-8  # of the largest loss: a control's loss below it is zero, and no ratio to it means anything


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
        middle, half = interval([max(mine, 0.0) / max(theirs, floor) for mine, theirs in pairs])
        clear = middle + half < 1 and middle <= 1 - LEAST_RATIO
        return Effect(middle, max(0.0, middle - half), middle + half, "ratio", clear)
    sign = -1.0 if measure.lower else 1.0
    middle, half = interval([mine - theirs for mine, theirs in pairs])
    clear = sign * middle - half > 0 and sign * middle >= least_difference(measure, control)
    return Effect(middle, middle - half, middle + half, "difference", clear)


def better(measure: Measure, value: float, control: float, times: float = 1.0) -> bool:
    """Whether one number is better than another by enough to matter, or ``times`` as much; nothing about chance."""
    if math.isnan(value):
        return False
    if math.isnan(control):
        return True
    if measure.scale == "ratio":
        return value <= (1 - times * LEAST_RATIO) * control
    gain = control - value if measure.lower else value - control
    return gain >= times * least_difference(measure, (control,))


def least_difference(measure: Measure, control: Sequence[float]) -> float:
    """The smallest difference that matters: half a point of a share, or of what the control has."""
    return LEAST_SHARE * (1.0 if measure.kind == "score" else max(map(abs, control), default=1.0))


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
