"""What is told of a construction: how it was built, what it costs, and how sure its error is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

from gainstage.construct.network import Network
from gainstage.construct.request import Request
from gainstage.construct.target import Box, Knowledge, Target


@dataclass(frozen=True, slots=True)
class Report:
    """``bound`` is an upper bound of the largest error on the whole domain, floating-point rounding included.

    ``proof`` says what it rests on: ball arithmetic on the formula ("certified"), the modulus of continuity that was
    given ("modulus"), or only on the points that were looked at ("sampled"; then it is no bound but what was seen).
    ``pieces`` are the towers or straight pieces, ``equal_width`` how many the construction with equal widths needs.
    ``rounding`` is the part of the bound that arithmetic in ``dtype`` may add. Durations are in seconds.
    """

    function: str
    domain: Box
    tolerance: float
    unit: str
    construction: str
    dtype: str
    units: tuple[int, ...]
    pieces: int
    equal_width: int | None
    bound: float
    proof: Knowledge
    measured_error: float
    points: int
    rounding: float
    largest_weight: float
    build_seconds: float
    proof_seconds: float

    @property
    def parameters(self) -> int:
        """The number of weights and biases of dense layers."""
        sizes = (len(self.domain), *self.units, 1)
        return sum((before + 1) * after for before, after in pairwise(sizes))


@dataclass(frozen=True, slots=True)
class Construction:
    """A network, what it approximates and where, and the report about it."""

    target: Target
    box: Box
    network: Network
    report: Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: the error at ``points`` points, an upper bound of it, and what rounding may add of that.

    ``bound`` is infinite where none was proved; ``reason`` then says why.
    """

    error: float
    points: int
    bound: float
    rounding: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a network was made: the construction's name, its towers, pieces or cells, and those of equal width."""

    construction: str
    pieces: int
    equal_width: int | None = None


def told(request: Request, network: Network, plan: Plan, outcome: Outcome, built: float) -> Construction:
    """The construction with its report; ``built`` is the clock when the network was there."""
    report = Report(
        function=request.target.text,
        domain=request.box,
        tolerance=request.tolerance,
        unit=request.unit.name,
        construction=plan.construction,
        dtype=request.dtype,
        units=network.units,
        pieces=plan.pieces,
        equal_width=plan.equal_width,
        bound=outcome.bound,
        proof=request.target.knowledge,
        measured_error=outcome.error,
        points=outcome.points,
        rounding=outcome.rounding,
        largest_weight=network.largest_weight,
        build_seconds=built - request.started,
        proof_seconds=perf_counter() - built,
    )
    return Construction(request.target, request.box, network, report)
