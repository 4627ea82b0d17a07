"""Networks of two and three inputs: products of ridge steps or ramps through a second hidden layer.

The first layer has the risers along each axis, from 0 to 1 at each line. A unit of the second takes those of up to d
axes and is their "and": a step of p + q - 3/2, or a ramp max(0, p + q - 1). The proof's towers, products of pairs of
steps, are sums of four (eight) of these with the corners' signs (+1, -1, -1, +1); neighbours share them, so that each
corner of the grid has one unit, of the mixed difference of the heights around it. Unlike the threshold of a whole
bump, which misses where four towers meet, this stays close everywhere: the error is bounded in the sup norm.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.grid import Grid, grid
from gainstage.construct.network import Dtype, Layer, Network, power_of_two, rounded
from gainstage.construct.report import Construction, Outcome, Plan, told
from gainstage.construct.request import Request
from gainstage.construct.unit import Unit
from gainstage.functions.function import Array

SHARP_STEP = 4096.0  # steepness times cell's width: a step is over within a hundredth of the cell
SHARP_AND = 128.0  # steepness of the second layer's steps, whose inputs are 0 and 1
FAST = 1e-12  # residual at z = 40 that a step may have to be used here
BEND = 0.002  # share of the tolerance for the rounded corners of smooth ramps, over all mixed differences
DROPPED = 0.01  # share of the tolerance that left out units may add up to
SHARES = (0.9, 0.8, 0.68, 0.56, 0.45, 0.35)  # of the tolerance, for the grid, one attempt after the other
# More lines along each axis after a proof has failed; without slopes it needs cells in which little changes.
FINER = {"certified": 1.15, "modulus": 1.6, "sampled": 1.15}
POINTS = 4000  # at which the error is measured


@dataclass(frozen=True, slots=True)
class Product:
    """A network of two hidden layers, the grid it was made from, and what is needed to bound its error.

    ``difference`` are the weights of the second layer's units as parts of the function, ``dropped`` the sum of those
    that were left out; ``steep`` are the first layer's weights along each axis, ``steep_and`` those of the second.
    """

    network: Network
    grid: Grid
    difference: Array
    dropped: float
    steep: tuple[Array, ...]
    steep_and: float


def several(request: Request) -> Construction:
    """A network within the tolerance on the whole box.

    Raises:
        CannotApproximate: for units without a level side or that are flat too late, for too many cells, and when no
            attempt is proved.
    """
    _fit(request.unit)
    steps, reason, factor = request.unit.kind == "step", "", 0.6
    for share in SHARES:  # and never the grid that has failed once more
        found, factor = grid(request.target, request.box, share * request.tolerance, steps, request.dtype, factor)
        made = product(request.unit, found, request.dtype, request.tolerance)
        built = time.perf_counter()
        outcome = _checked(request, made)
        if outcome.bound <= request.tolerance:
            return told(request, made.network, Plan("products", found.cells), outcome, built)
        reason = outcome.reason
        factor *= FINER[request.target.knowledge]
    raise CannotApproximate(
        f"{request.target.text}: no attempt was proved to be within {request.tolerance:g}{reason}; "
        'a larger tolerance or dtype="float64" may do'
    )


def _fit(unit: Unit) -> None:
    if unit.kind == "other":
        raise CannotApproximate(f"{unit.name}: two and three inputs need a step or a ramp, such as sigmoid or relu")
    if unit.kind == "ramp" and min(abs(line.slope) for line in unit.lines) > 0:
        raise CannotApproximate(f"{unit.name} rises on both sides; two and three inputs need a level one, as of relu")
    if unit.kind == "step" and (unit.lines[0].slope != 0 or not unit.monotone):
        raise CannotApproximate(f"{unit.name} is no step by itself; two and three inputs need one, such as sigmoid")
    if unit.kind == "step" and np.max(np.abs(unit.residual(np.array([-40.0, 40.0])))) > FAST:
        raise CannotApproximate(f"{unit.name} is flat too late for a second layer; take sigmoid, tanh or erf")


def product(unit: Unit, found: Grid, dtype: Dtype, tolerance: float) -> Product:
    """The network of a grid: a unit for each line, a unit for each mixed difference that is not negligible."""
    differences = found.differences
    indices = np.argwhere(np.ones(differences.shape, dtype=bool))[1:]  # the first is the constant
    weight = differences[tuple(indices.T)]
    order = np.argsort(np.abs(weight), kind="stable")
    small = np.cumsum(np.abs(weight[order])) <= DROPPED * tolerance
    kept = np.sort(order[~small])
    dropped = float(np.abs(weight[order[small]]).sum())
    indices, weight = indices[kept], weight[kept]
    if not len(weight):
        indices, weight = np.array([[1] + [0] * (differences.ndim - 1)]), np.zeros(1)
    make = _steps if unit.kind == "step" else _ramps
    layers, steep, steep_and = make(unit, found, indices, weight, differences.flat[0], dtype, tolerance)
    return Product(Network(unit, layers, dtype), found, weight, dropped, steep, steep_and)


Whole = NDArray[np.intp]
Parts = tuple[tuple[Layer, ...], tuple[Array, ...], float]


def _steps(
    unit: Unit, found: Grid, indices: Whole, weight: Array, offset: float, dtype: Dtype, tolerance: float
) -> Parts:
    left, right = unit.lines
    jump = right.intercept - left.intercept
    steep, edges = [], []
    for line in found.lines:
        width = np.minimum(np.diff(line)[:-1], np.diff(line)[1:])
        steep.append(np.ones(len(width)) if unit.jumps else power_of_two(SHARP_STEP / width))
        edges.append(rounded(line[1:-1] - (0.0 if unit.jumps else unit.crossing) / steep[-1], dtype))
    first = _first(steep, [-s * e for s, e in zip(steep, edges, strict=True)], dtype)
    sharp = 1.0 if unit.jumps else SHARP_AND
    used = (indices > 0).sum(axis=1)
    second = np.zeros((len(indices), len(first.bias)))
    start = 0
    for axis, line in enumerate(edges):
        rows = np.flatnonzero(indices[:, axis] > 0)
        second[rows, start + indices[rows, axis] - 1] = sharp / jump
        start += len(line)
    bias = sharp * (0.5 - used - used * left.intercept / jump) + (0.0 if unit.jumps else unit.crossing)
    out = rounded(weight / jump, dtype)
    last = Layer(out[None, :], rounded(np.array([offset - out.sum() * left.intercept]), dtype))
    return (first, Layer(rounded(second, dtype), rounded(bias, dtype)), last), tuple(steep), sharp


def _ramps(
    unit: Unit, found: Grid, indices: Whole, weight: Array, offset: float, dtype: Dtype, tolerance: float
) -> Parts:
    left, right = unit.lines
    sign, rise = (1.0, right.slope) if left.slope == 0 else (-1.0, -left.slope)
    level = left.intercept if left.slope == 0 else right.intercept
    corner = 0.0 if unit.exact else abs(float(unit.residual(np.array([unit.crossing + 1e-9]))[0])) + 0.3
    total = float(np.abs(weight).sum()) + 1e-300
    sharp = 1.0 if unit.exact else float(power_of_two(np.array([total * corner / (BEND * tolerance)]))[0])
    steep, edges, bias = [], [], []
    for line in found.lines:
        finest = float(np.diff(line).min())
        steep.append(np.full(len(line), 1.0 if unit.exact else 2 * sharp / 2.0 ** np.floor(np.log2(finest))))
        edges.append(rounded(line - sign * unit.crossing / steep[-1], dtype))
        bias.append(-sign * steep[-1] * edges[-1])
    first = _first([sign * s for s in steep], bias, dtype)
    second = np.zeros((len(indices), len(first.bias)))
    start = 0
    for axis, line in enumerate(found.lines):
        rows = np.flatnonzero(indices[:, axis] > 0)
        number = indices[rows, axis]
        slope = sign * sharp / (rise * steep[axis][0] * np.diff(line))[number - 1]
        second[rows, start + number - 1] = slope
        second[rows, start + number] = -slope
        start += len(line)
    used = (indices > 0).sum(axis=1)
    shift = sign * sharp * (1.0 - used) + unit.crossing
    out = rounded(weight / (rise * sharp), dtype)
    last = Layer(out[None, :], rounded(np.array([offset - out.sum() * level]), dtype))
    return (first, Layer(rounded(second, dtype), rounded(shift, dtype)), last), tuple(steep), sharp


def _first(steep: list[Array], bias: list[Array], dtype: Dtype) -> Layer:
    """One block of units for each axis."""
    sizes = [len(part) for part in steep]
    weight = np.zeros((sum(sizes), len(steep)))
    for axis, start in enumerate(np.cumsum([0, *sizes[:-1]])):
        weight[start : start + sizes[axis], axis] = steep[axis]
    if not len(weight):
        weight, bias = np.zeros((1, len(steep))), [np.zeros(1)]
    return Layer(weight, rounded(np.concatenate(bias), dtype))


def _checked(request: Request, made: Product) -> Outcome:
    """The error's bound by the best means that the target allows."""
    error = _measured(request, made)
    if error > request.tolerance or request.target.knowledge == "sampled":
        return Outcome(error, POINTS, error, 0.0)
    from gainstage.construct.exact.cells import certify_cells
    from gainstage.construct.exact.surface import surface

    found = certify_cells(made, surface(request.target), request.box, request.tolerance)
    where = f"; the proof failed on {found.failed}" if found.failed else ""
    return Outcome(error, POINTS, found.bound, found.rounding, where)


def _measured(request: Request, made: Product) -> float:
    """The largest error at points that are spread evenly and at random, the same ones every time."""
    low, high = np.array(request.box).T
    points = low + (high - low) * np.random.default_rng(0).random((POINTS, len(low)))
    return float(np.max(np.abs(made.network(points) - request.target.value(*points.T))))
