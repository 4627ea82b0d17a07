"""Who may be dropped, at a stated risk: paired differences over seeds, their variances moderated by one another.

Every difference is paired, seed by seed; its variance, from so few seeds, is drawn towards the typical one (Smyth,
2004, "Linear models and empirical Bayes methods", section 3: s~^2 = (d0 s0^2 + d s^2) / (d0 + d)), which is what lets
two or three seeds decide anything. Student's t then gives the probability p that a candidate is no worse than the
leader. The clearest are dropped for as long as the sum of their p stays below what may be risked: whichever candidate
is the best, the probability that it was among the dropped is at most that sum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gainstage.verify.verdict import below

Array = NDArray[np.float64]
MOST_FREEDOM = 60  # of the typical variance: it is never taken for known
LEAST_VARIANCE = 1e-12


def p_values(values: Array, reference: Array) -> Array:
    """For each candidate the chance to seem as much worse than the reference as it does, were it no worse.

    Args:
        values: shape (candidates, seeds), small is good, paired in columns; at least 2 seeds.
        reference: shape (seeds,).

    Returns:
        Shape (candidates,).

    Example:
        >>> values = np.array([[1.05, 1.1, 0.9], [3.0, 3.2, 2.9]])
        >>> [bool(p < 0.01) for p in p_values(values, np.array([1.0, 1.1, 0.9]))]
        [False, True]
    """
    differences = values - reference
    seeds = values.shape[1]
    variances, more = moderated(differences.var(axis=1, ddof=1), seeds - 1)
    t = differences.mean(axis=1) / np.sqrt(variances / seeds)
    tail = [1 - below(abs(one), seeds - 1 + more) for one in t.tolist()]
    return np.array([p if one >= 0 else 1 - p for one, p in zip(t, tail, strict=True)])


def moderated(variances: Array, freedom: int) -> tuple[Array, int]:
    """(the variances drawn towards their typical one, the degrees of freedom that this adds).

    Smyth (2004), section 6.2: the logarithms of the variances scatter more than chi-square alone explains, and the
    excess tells how alike they are. Variances that have little in common stay as they are.
    """
    raw = np.maximum(variances, LEAST_VARIANCE)
    if len(raw) < 3:
        return raw, 0
    z = np.log(raw)
    e = z - digamma(freedom) + math.log(freedom / 2)
    excess = float(e.var(ddof=1)) - trigamma(freedom)
    prior = next((d for d in range(1, MOST_FREEDOM) if trigamma(d) <= excess), MOST_FREEDOM)
    if trigamma(1) < excess:
        return raw, 0
    typical = math.exp(float(e.mean()) + digamma(prior) - math.log(prior / 2))
    return (prior * typical + freedom * raw) / (prior + freedom), prior


def digamma(freedom: int) -> float:
    """psi(freedom / 2), by its recurrence (Abramowitz and Stegun, 1964, 6.3.2 to 6.3.5)."""
    euler = 0.5772156649015329
    if freedom % 2 == 0:
        return -euler + sum(1 / k for k in range(1, freedom // 2))
    return -euler - 2 * math.log(2) + sum(2 / k for k in range(1, freedom - 1, 2))


def trigamma(freedom: int) -> float:
    """psi'(freedom / 2), likewise (6.4.3 and 6.4.4)."""
    if freedom % 2 == 0:
        return math.pi**2 / 6 - sum(1 / k**2 for k in range(1, freedom // 2))
    return math.pi**2 / 2 - sum(4 / k**2 for k in range(1, freedom - 1, 2))


def behind(values: Array, reference: Array, leader: int, risk: float) -> list[tuple[int, float]]:
    """(candidate, p) for those who are worse than the reference, the clearest first, the sum of p at most ``risk``.

    Args:
        values: shape (candidates, seeds), small is good.
        reference: shape (seeds,), the leader's, now or earlier.
        leader: its row, which is never dropped.
        risk: what may be risked; 0 drops nobody.
    """
    if len(values) < 2 or values.shape[1] < 2 or risk <= 0:
        return []
    found = p_values(values, reference)
    order = [k for k in found.argsort().tolist() if k != leader]
    total = np.cumsum(found[order])
    return [(k, float(found[k])) for k, spent in zip(order, total, strict=True) if spent <= risk]


def best_shares(values: Array, groups: Sequence[int], repeats: int = 4000) -> Array:
    """Probability of being best by group, shape (groups,): a bootstrap over the seeds, whole columns at a time.

    The spread around each candidate's mean is widened by sqrt(n / (n - 1)): resampling n seeds alone shows too little.

    Args:
        values: shape (candidates, seeds), small is good.
        groups: which group each candidate belongs to, 0 to the number of groups less 1; a group is as good as its best
            member in the same resample.
        repeats: number of resamples.
    """
    count = values.shape[1]
    shares = np.zeros(max(groups) + 1)
    if count < 2:
        return np.full(len(shares), math.nan)
    draws = np.random.default_rng(0).integers(count, size=(repeats, count))
    means = values.mean(axis=1, keepdims=True)
    wide = means + (values - means) * math.sqrt(count / (count - 1))
    winners = wide[:, draws].mean(axis=2).argmin(axis=0)
    np.add.at(shares, np.asarray(groups)[winners], 1 / repeats)
    return shares
