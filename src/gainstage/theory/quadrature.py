"""Gauss-Legendre quadrature on panels that are halved until two rules agree: kinks and jumps find themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Array

AGREED = 2e-14  # of the whole integral's size: how well the two rules agree on a panel that is done
NARROW = 1e-15  # of the range: such a panel holds a kink or jump, and weighs nothing
MOST = 4000  # panels in one round
ROUNDS = 64


class Unresolved(GainstageError, ArithmeticError):
    """An integrand that varies faster than quadrature can follow, or is not a number."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Nodes and weights on [-1, 1], and the matrix that takes values at the nodes to slopes there."""

    nodes: Array
    weights: Array
    differentiation: Array


def rule(count: int) -> Rule:
    """The Gauss-Legendre rule with ``count`` nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    apart = nodes[:, None] - nodes[None, :] + np.eye(count)
    barycentric = 1.0 / np.prod(2.0 * apart, axis=1)  # the factor 2 keeps the product from underflow
    matrix = barycentric[None, :] / barycentric[:, None] / apart
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return Rule(nodes, weights, matrix)


RULES = rule(40), rule(28)
# Points (panels, nodes), half of each panel's width (panels, 1) and the rule -> values (integrals, panels, nodes), and
# by how much rounding may move each panel's integrals (integrals, panels), beyond their own relative precision.
Integrand = Callable[[Array, Array, Rule], tuple[Array, Array | float]]


@dataclass(frozen=True, slots=True)
class Integral:
    """The integrals, and the narrow panels (n, 2) that were left out since the integrand jumps inside."""

    values: Array
    jumps: Array


def integrate(integrand: Integrand, edges: Array, rules: tuple[Rule, Rule] = RULES) -> Integral:
    """Integrals of several functions at once from the first to the last of ``edges``, panels starting between them.

    ``rules`` are a fine and a coarse one; where they agree the fine one counts.

    Accurate to about 1e-13 of the integral of the absolute value. An integral that overflows is ``inf``.

    Raises:
        Unresolved: the integrand is nan somewhere, or panels keep multiplying: it oscillates too fast.
    """
    low, high = edges[:-1], edges[1:]
    narrow = NARROW * (edges[-1] - edges[0])
    total, size, left_out = np.zeros(1), np.zeros(1), []
    for _ in range(ROUNDS):
        fine, absolute, noise = _panels(integrand, low, high, rules[0])
        coarse, _, _ = _panels(integrand, low, high, rules[1])
        overflown = ~np.isfinite(absolute.sum(axis=1)) | ~np.isfinite(total)
        bound = AGREED * np.where(overflown, np.inf, size + absolute.sum(axis=1))
        with np.errstate(invalid="ignore"):
            agreed = (overflown[:, None] | (np.abs(fine - coarse) <= bound[:, None] + noise)).all(axis=0)
        smallest = high - low <= np.maximum(narrow, 4 * np.spacing(np.maximum(np.abs(low), np.abs(high))))
        left_out.append(np.stack([low, high], axis=1)[smallest & ~agreed])
        total = total + np.where(overflown, absolute.sum(axis=1), fine[:, agreed].sum(axis=1))
        size = size + absolute[:, agreed].sum(axis=1)
        low, high = low[~agreed & ~smallest], high[~agreed & ~smallest]
        if not len(low):
            return Integral(total, np.concatenate(left_out))
        middle = (low + high) / 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        if len(low) > MOST:
            break
    raise Unresolved(
        f"quadrature does not settle near x = {low[0]:.4g}: the function oscillates faster than it can be followed, "
        "or is noisy; give a smaller std, or a smooth function"
    )


def _panels(integrand: Integrand, low: Array, high: Array, rule: Rule) -> tuple[Array, Array, Array | float]:
    """The integrals over each panel (integrals, panels), those of the absolute values, and their noise."""
    half = ((high - low) / 2)[:, None]
    points = low[:, None] + half * (1 + rule.nodes)
    values, noise = integrand(points, half, rule)
    if np.isnan(values).any():
        bad = points[np.isnan(values).any(axis=0)][0]
        raise Unresolved(f"the function is not a number at x = {bad:.6g}, which a normal input can take")
    weights = half * rule.weights
    with np.errstate(over="ignore", invalid="ignore"):
        return (values * weights).sum(axis=2), (np.abs(values) * weights).sum(axis=2), noise
