"""Networks of one input from towers or straight pieces: placed, built, and checked until the check succeeds."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from gainstage.construct import placement
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.jumps import refuse_jumps
from gainstage.construct.line import polygon, staircase
from gainstage.construct.local import local
from gainstage.construct.network import Network
from gainstage.construct.placement import Samples
from gainstage.construct.report import Construction, Outcome, Plan, told
from gainstage.construct.request import Request
from gainstage.construct.rounding import rounding
from gainstage.construct.target import Target
from gainstage.functions.function import Array

# Share of the tolerance that the placement may use, and a factor on the steepness, one attempt after the other.
ATTEMPTS = {
    "certified": ((0.97, 1.0), (0.94, 2.0), (0.9, 4.0), (0.8, 16.0), (0.65, 64.0), (0.5, 256.0)),
    "modulus": ((0.8, 2.0), (0.65, 8.0), (0.5, 64.0)),
    "sampled": ((0.99, 1.0), (0.97, 2.0), (0.9, 8.0), (0.8, 32.0), (0.6, 128.0)),
}
MOST_ROUNDING = 0.6  # share of the tolerance that rounding may take
CHECKED = 40_001  # points at which the error is measured
EXACTLY = 2**24  # units times points up to which every unit is computed


def one(request: Request) -> Construction:
    """Towers from steps, or a polyline from ramps, within the tolerance on the whole interval.

    Raises:
        CannotApproximate: where the function jumps, or when the dtype or every attempt falls short.
    """
    (low, high), wanted = request.box[0], request.target
    samples = _samples(request, low, high)
    refuse_jumps(wanted, samples, request.tolerance)
    reason = ""
    for share, boost in ATTEMPTS[wanted.knowledge]:
        network, pieces = _built(request, samples, share, boost)
        built = time.perf_counter()
        outcome = checked(request, network)
        if outcome.bound <= request.tolerance:
            return told(request, network, _plan(request, pieces, samples), outcome, built)
        reason = outcome.reason or reason
    raise CannotApproximate(
        f"{wanted.text} on [{low:g}, {high:g}]: no attempt was proved to be within {request.tolerance:g}"
        + (f"; {reason}" if reason else '; is it continuous there? A larger tolerance or dtype="float64" may do')
    )


def _samples(request: Request, low: float, high: float) -> Samples:
    rough = placement.look(request.target, low, high)
    refuse_jumps(request.target, rough, request.tolerance)
    _refuse_resolution(request, rough)
    step = request.unit.kind == "step"
    pieces = rough.variation / (2 * request.tolerance) if step else rough.bend / (4 * request.tolerance**0.5) + 8
    if pieces <= placement.FIRST / placement.A_PIECE:
        return rough
    return placement.look(request.target, low, high, int(min(pieces, placement.MOST_PIECES)))


def _refuse_resolution(request: Request, samples: Samples) -> None:
    largest = float(np.max(np.abs(samples.y)))
    spacing = largest * 2.0 ** (-23 if request.dtype == "float32" else -52)
    if request.tolerance < 2 * spacing:
        other = 'take dtype="float64" or a larger tolerance' if request.dtype == "float32" else "take a larger one"
        raise CannotApproximate(
            f"tolerance={request.tolerance:g} is below the resolution of {request.dtype}: numbers as large as "
            f"{largest:.4g}, which the function reaches, are {spacing:.2g} apart; {other}"
        )


def _built(request: Request, samples: Samples, share: float, boost: float) -> tuple[Network, int]:
    """Placed twice: the second time with what rounding in the first network leaves of the tolerance."""
    low, high = request.box[0]
    left = request.tolerance
    network, pieces = _placed(request, samples, share * left, boost)
    lost = rounding(network, low, high, worst(network))
    if lost > MOST_ROUNDING * request.tolerance:
        advice = 'take dtype="float64", or a larger tolerance'
        advice = advice if request.dtype == "float32" else "take a larger tolerance or another unit"
        raise CannotApproximate(
            f"tolerance={request.tolerance:g} is out of reach in {request.dtype}: rounding alone may add {lost:.2g} to "
            f"a sum of {network.units[0]} units of {request.unit.name}; {advice}"
        )
    if lost < 0.002 * request.tolerance:
        return network, pieces
    return _placed(request, samples, share * (left - 1.1 * lost), boost)


def _placed(request: Request, samples: Samples, tolerance: float, boost: float) -> tuple[Network, int]:
    low, high = request.box[0]
    if request.unit.kind == "step":
        stairs = placement.stairs(samples, tolerance)
        return staircase(request.unit, stairs, low, high, request.dtype, boost), len(stairs.heights)
    line = placement.polyline(samples, tolerance)
    return polygon(request.unit, line, request.dtype, tolerance, boost), len(line.x) - 1


def worst(network: Network) -> float:
    """How far the unit's function is from its lines, found numerically: to plan with, not to prove with."""
    z = np.linspace(-40.0, 40.0, 4001)
    return float(np.max(np.abs(network.unit.residual(z))))


def checked(request: Request, network: Network) -> Outcome:
    """The error's bound by the best means that the target allows."""
    low, high = request.box[0]
    lost = rounding(network, low, high, worst(network))
    error, points = measured(network, request.target, request.box[0])
    if error + lost > request.tolerance or request.target.knowledge == "sampled":
        return Outcome(error, points, error + lost, lost)
    from gainstage.construct.exact.certify import certify
    from gainstage.construct.exact.surface import surface

    found = certify(network, surface(request.target), low, high, request.tolerance)
    where = "".join(f"the proof failed on [{left:.6g}, {right:.6g}]" for left, right in found.failed[:1])
    return Outcome(error, points, np.inf if found.failed else found.bound, found.rounding, where)


def measured(network: Network, wanted: Target, side: tuple[float, float]) -> tuple[float, int]:
    """The largest error at many points, or at the data; and how many those are."""
    x = np.linspace(*side, CHECKED)
    if wanted.points is not None:
        x = wanted.points[0][(wanted.points[0] >= side[0]) & (wanted.points[0] <= side[1])]
    evaluate = evaluator(network, len(x))
    return float(np.max(np.abs(evaluate(x) - wanted.value(x)))), len(x)


def evaluator(network: Network, points: int) -> Callable[[Array], Array]:
    """All units at every point where that is quick, else only those that bend near a point."""
    near = local(network) if network.units[0] * points > EXACTLY else None
    return near if near is not None else lambda x: network(x[:, None])


def _plan(request: Request, pieces: int, samples: Samples) -> Plan:
    if request.unit.kind == "step":
        return Plan("towers", pieces, placement.equal_towers(samples, request.tolerance))
    return Plan("polyline", pieces, placement.equal_pieces(samples, request.tolerance))
