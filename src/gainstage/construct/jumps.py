"""Where a function jumps: no continuous network comes closer to it there than half the jump."""

from __future__ import annotations

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.placement import Samples
from gainstage.construct.target import Target

SUSPECTS = 24  # the steepest places between samples, which are looked into
ABRUPT = 1e-9  # of the interval: a change over less is a jump, or will do for one


def refuse_jumps(target: Target, samples: Samples, tolerance: float) -> None:
    """Raise when the target jumps by more than a network within ``tolerance`` can follow.

    Raises:
        CannotApproximate: with the place, the jump, and the smallest error that is possible.
    """
    if target.points is not None:
        return
    rises = np.abs(np.diff(samples.y))
    for k in np.argsort(rises)[-SUSPECTS:]:
        if rises[k] <= tolerance / 4:
            continue
        low, high, jump = _narrow(target, samples, int(k))
        if jump > 2 * tolerance and high - low <= ABRUPT * float(samples.x[-1] - samples.x[0]):
            raise CannotApproximate(
                f"{target.text} jumps by {jump:.4g} at x = {low:.8g}: whatever is continuous, as networks of "
                f"continuous units are, has an error of at least {jump / 2:.4g} there; choose an interval without the "
                "jump, or a larger tolerance"
            )


def _narrow(target: Target, samples: Samples, k: int) -> tuple[float, float, float]:
    """The change between two samples, followed by bisection into the half where more of it happens."""
    low, high = float(samples.x[k]), float(samples.x[k + 1])
    first, last = float(samples.y[k]), float(samples.y[k + 1])
    for _ in range(60):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        value = float(target.value(np.array([middle]))[0])
        if not np.isfinite(value) or abs(value - first) > abs(last - value):
            high, last = middle, value
        else:
            low, first = middle, value
        if not np.isfinite(value):
            return low, high, np.inf
    return low, high, abs(last - first)
