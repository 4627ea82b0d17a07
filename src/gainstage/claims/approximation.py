"""Claims about what one hidden layer can represent (Cybenko 1989; Hornik 1991; Leshno et al. 1993)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from gainstage.claims.claim import Curves, Part, aside, claim, part
from gainstage.functions import get
from gainstage.functions.function import Array, Formula, Function

X = np.linspace(0.0, 1.0, 1001)  # where errors are looked at
TARGETS: dict[str, Formula] = {
    "a wave": lambda x: np.sin(2 * np.pi * x) + 0.5 * np.sin(6 * np.pi * x),
    "a cusp": lambda x: np.sqrt(np.abs(x - 0.3)),
    "a ramp": lambda x: np.clip(4 * x - 1, 0.0, 1.0),
}
COUNTS = (4, 16, 64, 256)
UNITS = (2, 8, 32, 128)
WIDE = 1e-6  # the largest relative error at a tower's plateau and beside it


def tower(function: Function, x: Array, left: float, right: float, steepness: float) -> Array:
    """Difference of two steep units, of weights +1 and −1, that rise at ``left`` and at ``right``."""
    return function.value(steepness * (x - left)) - function.value(steepness * (x - right))


def towers_error(function: Function, target: Formula, count: int) -> float:
    """Sup-norm error on [0, 1] of ``count`` towers side by side, each as high as the target at its middle."""
    edges = np.linspace(0.0, 1.0, count + 1)
    heights = target((edges[:-1] + edges[1:]) / 2)
    edges[0], edges[-1] = -0.5, 1.5  # so that no unit is halfway up at the ends of the interval
    built = np.zeros_like(X)
    for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
        built += height * tower(function, X, left, right, 40.0 * count)
    return float(np.max(np.abs(built - target(X))))


@claim(
    "uat-towers",
    "The difference of two steep, shifted sigmoids (weights +1 and −1) is a tower (a rectangle); a sum of towers "
    "approximates any continuous function on a compact interval.",
)
def uat_towers() -> Iterator[Part]:
    """The tower's shape, then the error as towers are added."""
    sigmoid = get("sigmoid")
    shape = tower(sigmoid, X, 0.4, 0.6, 2000.0)
    plateau, beside = np.abs(X - 0.5) < 0.09, np.abs(X - 0.5) > 0.11
    off = float(max(np.max(np.abs(shape[plateau] - 1)), np.max(np.abs(shape[beside]))))
    text = f"σ(2000(x − 0.4)) − σ(2000(x − 0.6)) is off the rectangle by at most {off:.2g} away from its edges"
    yield part("the difference of two steep sigmoids is a rectangle", off < WIDE, text, error=off)
    errors = {name: [towers_error(sigmoid, target, count) for count in COUNTS] for name, target in TARGETS.items()}
    falls = all(later < 0.6 * earlier for row in errors.values() for earlier, later in pairwise(row))
    close = max(row[-1] for row in errors.values())
    start = max(row[0] for row in errors.values())
    text = f"sup-norm error with {COUNTS[0]} towers {start:.3g}, with {COUNTS[-1]} {close:.3g}"
    numbers = {"towers": list(COUNTS), "errors": errors}
    drawn = Curves(
        "Error of a sum of towers",
        "number of towers",
        "largest error on [0, 1]",
        COUNTS,
        {name: tuple(row) for name, row in errors.items()},
        log_x=True,
        log_y=True,
    )
    asked = "the largest error falls as towers are added, for each function tried"
    yield Part(asked, "holds" if falls and close < 0.1 else "refuted", text, numbers, curves=drawn)


def staircase_units(function: Function, target: Formula, wanted: float) -> int | None:
    """Fewest hidden units, doubling, of one layer built by hand whose error on [0, 1] is below ``wanted``."""
    for power in range(2, 14):
        count = 2**power
        knots = np.linspace(0.0, 1.0, count + 1)
        rises = np.diff(target(knots))
        middles = (knots[:-1] + knots[1:]) / 2
        hidden = function.value(8.0 * count * (X[:, None] - middles))
        if np.max(np.abs(target(np.zeros(1)) + hidden @ rises - target(X))) < wanted:
            return count
    return None


@claim(
    "uat-single-layer", "One hidden layer is enough for any continuous function on a compact set, given enough units."
)
def uat_single_layer() -> Iterator[Part]:
    """In one dimension by construction, in two by least squares; what it costs in units beside it."""
    sigmoid = get("sigmoid")
    wanted = (0.1, 0.03, 0.01)
    needed = {name: [staircase_units(sigmoid, target, error) for error in wanted] for name, target in TARGETS.items()}
    found = all(units is not None for row in needed.values() for units in row)
    text = "; ".join(f"{name}: {', '.join(map(str, row))} units" for name, row in needed.items())
    text = f"for errors of {', '.join(map(str, wanted))} — {text}"
    yield part("a layer built by hand comes within any error asked for", found, text, errors=list(wanted), units=needed)
    errors = plane_errors(sigmoid)
    text = f"largest error of the best fit with {UNITS[0]} units {errors[0]:.3g}, with {UNITS[-1]} {errors[-1]:.2g}"
    near = errors[-1] < 0.02 < errors[0]
    yield part("so it is on a square", near, text, units=list(UNITS), errors=errors)
    factors = [row[-1] / row[0] for row in needed.values() if row[0] and row[-1]] or [0.0]
    text = f"ten times the accuracy takes {min(factors):.3g} to {max(factors):.3g} times the units"
    yield aside("the cost is in units", max(factors) > 2, text, factors=factors)


def plane_errors(function: Function) -> list[float]:
    """Largest error on a grid of the square of the best output weights on random hidden units, by number of units."""
    generator = np.random.default_rng(0)
    side = np.linspace(-1.0, 1.0, 25)
    points = np.array(np.meshgrid(side, side)).reshape(2, -1)
    target = np.sin(2 * points[0]) * np.cos(3 * points[1])
    errors = []
    for units in UNITS:
        hidden = function.value(
            3 * generator.standard_normal((units, 2)) @ points + generator.standard_normal((units, 1))
        )
        features = np.vstack([hidden, np.ones_like(target)]).T
        weights = np.linalg.lstsq(features, target, rcond=None)[0]
        errors.append(float(np.max(np.abs(features @ weights - target))))
    return errors


@claim("uat-linear", "The universal approximation theorem fails for a linear activation.")
def uat_linear() -> Iterator[Part]:
    """Units added to a linear layer span no more functions than before, and the error stays."""
    linear = get("linear")
    errors = plane_errors(linear)
    stays = bool(errors[-1] > 0.99 * errors[1] and errors[-1] > 0.1)
    text = f"largest error on a square with {UNITS[1]} units {errors[1]:.4g}, with {UNITS[-1]} {errors[-1]:.4g}"
    yield part("more units bring the error no further down", stays, text, units=list(UNITS), errors=errors)
    generator = np.random.default_rng(0)
    hidden = linear.value(np.outer(X, generator.standard_normal(128)) + generator.standard_normal(128))
    rank = int(np.linalg.matrix_rank(hidden))
    text = f"128 units of one input span a space of dimension {rank}: the straight lines"
    yield part("all units together are affine", rank == 2, text, dimension=rank)
