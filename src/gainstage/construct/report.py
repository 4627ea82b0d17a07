"""What is told of a construction: how it was built, what it costs, and how sure its error is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from gainstage.construct.network import Network
from gainstage.construct.target import Box, Target

Proof = Literal["certified", "modulus", "sampled"]


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
    proof: Proof
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
