"""One hidden layer of units that are neither steps nor ramps: waves, bumps, logarithms, exponentials.

Leshno et al. 1993 say that their shifted and stretched copies are dense, not which to take. Here the first layer is
laid out in advance (a ladder of frequencies for what oscillates, evenly shifted copies for the rest), the second is the
least-squares solution at Chebyshev's points, of ever more units until the error is small enough. Nothing is trained.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from gainstage.construct import placement
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.jumps import refuse_jumps
from gainstage.construct.network import Layer, Network, rounded
from gainstage.construct.report import Construction, Outcome, Plan, told
from gainstage.construct.request import Request
from gainstage.construct.unit import Unit
from gainstage.functions.function import Array

COUNTS = (2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of a copy, in distances between neighbours
WIDER = 1.25  # the waves' period is twice the interval times this, so that its ends need not meet
SMALLEST = {"float32": 1e-5, "float64": 1e-9}  # singular values that count, so that weights stay moderate
HEAVIEST = 1e4  # sum of the last layer's parts, relative to the function: with more, bounds say nothing
SHARE = 0.8  # of the tolerance, at the points; the rest is for the proof
POINTS = 8  # for each unit
CHECKED = 4001  # points at which the error is measured

Layout = tuple[Any, Any]  # weights and biases, of shape (units,)


def collocated(request: Request) -> Construction:
    """The smallest of the networks tried that is within the tolerance.

    Raises:
        CannotApproximate: when the unit jumps, or none of them is.
    """
    unit, (low, high) = request.unit, request.box[0]
    if unit.jumps:
        raise CannotApproximate(
            f"{unit.name} jumps and has the same slope on both sides: neither towers nor polylines can be made of it; "
            "take sigmoid or relu"
        )
    samples = placement.look(request.target, low, high)
    refuse_jumps(request.target, samples, request.tolerance)
    closest, reason, scale = np.inf, "", float(np.max(np.abs(samples.y))) + request.tolerance
    for count in COUNTS:
        for layout in _layouts(unit, low, high, count):
            network = _solved(request, layout)
            error = _measured(request, network)
            closest = min(closest, error)
            if error > SHARE * request.tolerance:
                continue
            if (heavy := _weight(network, samples.x) / scale) > HEAVIEST:
                reason = f"; one of {count} units is closer, but by parts {heavy:.0g} times as large that cancel"
                continue
            built = time.perf_counter()
            outcome = _checked(request, network, error)
            if outcome.bound <= request.tolerance:
                return told(request, network, Plan("collocation", count), outcome, built)
            reason = f"; of one that is off by {error:.2g} {_why(request, outcome.rounding)}"
    raise CannotApproximate(
        f"{request.target.text}: no {COUNTS[-1]} units of {unit.name} or fewer were proved to be within "
        f"{request.tolerance:g}; the closest was off by {closest:.2g}{reason}; take sigmoid or relu, whose "
        "construction always ends"
    )


def _weight(network: Network, x: Array) -> float:
    """The largest sum of the absolute values that the last layer adds up."""
    hidden, output = network.layers
    parts = network.unit.function.value(x[::16, None] @ hidden.weight.T + hidden.bias)
    return float(np.max(np.abs(parts) @ np.abs(output.weight[0])))


def _why(request: Request, rounding: float) -> str:
    if rounding < request.tolerance / 2:
        return "no bound was proved"
    return f"rounding in {request.dtype} may add {rounding:.2g}: take " + (
        'dtype="float64"' if request.dtype == "float32" else "a larger tolerance"
    )


def _layouts(unit: Unit, low: float, high: float, count: int) -> Iterator[Layout]:
    """Weights and biases of the first layer, ``count`` units each."""
    width, middle = high - low, (low + high) / 2
    kinds = {(unit.card["limits"] or {}).get(side, {}).get("kind") for side in ("minus_infinity", "plus_infinity")}
    steepest = float(np.max(np.abs(unit.function.derivative(np.linspace(-1.0, 1.0, 401)))))
    if unit.left is None or unit.right is None:  # it grows or swings for ever: copies of many widths differ most
        steps = np.arange(1, count // 2 + 1) if "oscillates" in kinds else np.arange(1, count // 2 + 1) / 2
        weight = np.repeat(np.pi * steps / (WIDER * width * max(steepest, 1.0)), 2)
        quarter = np.tile([0.0, np.pi / 2], count // 2) / max(steepest, 1.0)
        yield weight * np.tile([1.0, -1.0], count // 2), quarter - weight * np.tile([1.0, -1.0], count // 2) * middle
    step = width / max(count - 3, 1)
    centres = middle + step * (np.arange(count) - (count - 1) / 2)
    for scale in SCALES:
        weight = np.full(count, 1.0 / (scale * step))
        yield weight, -weight * centres


def _solved(request: Request, layout: Layout) -> Network:
    """The network whose last layer is the least-squares solution."""
    low, high = request.box[0]
    weight, bias = (rounded(part, request.dtype) for part in layout)
    count = POINTS * len(weight) + 32
    x = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    basis = np.column_stack([request.unit.function.value(np.outer(x, weight) + bias), np.ones(count)])
    size = np.maximum(np.abs(basis).max(axis=0), 1e-300)
    found = np.linalg.lstsq(basis / size, request.target.value(x), rcond=SMALLEST[request.dtype])[0] / size
    found = rounded(found, request.dtype)
    return Network(request.unit, (Layer(weight[:, None], bias), Layer(found[None, :-1], found[-1:])), request.dtype)


def _points(request: Request) -> Array:
    return np.linspace(*request.box[0], CHECKED) if request.target.points is None else request.target.points[0]


def _measured(request: Request, network: Network) -> float:
    x = _points(request)
    error = np.abs(network(x[:, None]) - request.target.value(x))
    return float(np.max(error)) if np.isfinite(error).all() else np.inf


def _checked(request: Request, network: Network, error: float) -> Outcome:
    """The error's bound by the best means that the target allows."""
    from gainstage.construct.exact.smooth import certify_smooth, rounding_smooth
    from gainstage.construct.exact.surface import surface

    (low, high), points = request.box[0], len(_points(request))
    rounding = rounding_smooth(network, low, high)
    if request.target.knowledge == "sampled" or error + rounding > request.tolerance:
        return Outcome(error, points, error + rounding, rounding)
    bound = certify_smooth(network, surface(request.target), low, high, request.tolerance - rounding)
    return Outcome(error, points, bound + rounding, rounding)
