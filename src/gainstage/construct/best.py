"""What a polynomial unit can do at best, for the refusal: the theorem excludes polynomials and nothing else.

A layer of polynomials of degree d is one polynomial of degree d, however wide it is (Leshno et al. 1993, theorem 1).
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.target import Box, Target
from gainstage.construct.unit import Unit, degree
from gainstage.functions.function import Array

A_SIDE = {1: 2001, 2: 61, 3: 21}  # points on each axis
ROUNDS = 2000


def refuse_polynomial(target: Target, box: Box, unit: Unit, tolerance: float) -> None:
    """Raise when the unit is a polynomial, with the best error that it can reach.

    Raises:
        CannotApproximate: saying so.
    """
    found = degree(unit)
    if found is None:
        return
    sides = [np.linspace(*side, A_SIDE[len(box)]) for side in box]
    points = np.stack([axis.ravel() for axis in np.meshgrid(*sides, indexing="ij")], axis=-1)
    values = target.value(*points.T)
    best = best_error(points, values, found)
    line = {0: "a constant", 1: "a straight line" if len(box) == 1 else "a plane"}.get(
        found, f"a polynomial of degree {found}"
    )
    enough = "" if best > tolerance else f" (within your tolerance: {line} is all you need, without a hidden layer)"
    raise CannotApproximate(
        f"{unit.name} is a polynomial of degree {found}, so a layer of any width is {line}, and the universal "
        f"approximation theorem does not hold (Leshno et al. 1993): the best error that {line} has for {target.text} "
        f"is {best:.3g}{enough}; take a unit that is no polynomial, such as sigmoid or relu"
    )


def best_error(points: Array, values: Array, degree: int) -> float:
    """A lower bound, tight to a thousandth or so, of the sup-norm error of every polynomial of ``degree``.

    Lawson's iteration (1961): weighted least squares, the weights multiplied by the errors. The weighted mean square
    error is below the best largest error in every round. ``points`` has shape (n, axes), ``values`` (n,).
    """
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = 2 * (points - low) / np.where(high > low, high - low, 1.0) - 1
    terms = [np.ones(len(points))]
    for order in range(1, degree + 1):
        terms += [
            np.prod(scaled[:, list(axes)], axis=1)
            for axes in combinations_with_replacement(range(points.shape[1]), order)
        ]
    basis, weight, bound = np.stack(terms, axis=1), np.full(len(points), 1 / len(points)), 0.0
    for _ in range(ROUNDS):
        root = np.sqrt(weight)[:, None]
        fitted = basis @ np.linalg.lstsq(root * basis, root[:, 0] * values, rcond=None)[0]
        error = np.abs(values - fitted)
        bound = max(bound, float(np.sqrt(weight @ error**2)))
        if error.max() <= bound * 1.0005 or error.max() < 1e-300:
            break
        weight = weight * error
        weight /= weight.sum()
    return bound
