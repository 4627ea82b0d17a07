"""What is gathered of one run through one site: mutable while the step lasts, frozen records afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot, isfinite
from typing import Any

import numpy as np
import torch

from gainstage.observe.naming import NOWHERE, Place
from gainstage.observe.operations import Operation
from gainstage.record.schema import NAN

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Key = tuple[str, str, str]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(slots=True)
class Moments:
    """Statistics of one tensor, filled in when the sample is reduced; ``mean`` and ``variance`` are per unit."""

    rows: int = 0
    units: int = 0
    examples: int = 0
    whole: bool = True
    signal: float = NAN
    offset: float = NAN
    minimum: float = NAN
    maximum: float = NAN
    finite: bool = True
    mean: Array | None = None
    variance: Array | None = None


@dataclass(slots=True)
class Energy:
    """RMS of one gradient and the number of units that got none, filled in when the sample is reduced."""

    rms: float = NAN
    silent: int = 0


@dataclass(slots=True)
class Slot:
    """The loss's gradient at one tensor, once per backward pass that reached it."""

    energies: list[Energy] = field(default_factory=list)

    @property
    def rms(self) -> float:
        """Several backward passes through the same tensor add up."""
        if not self.energies:
            return NAN
        return self.energies[0].rms if len(self.energies) == 1 else hypot(*(energy.rms for energy in self.energies))

    @property
    def finite(self) -> bool:
        """No NaN or infinity was heard; nothing heard is nothing wrong."""
        return not self.energies or isfinite(self.rms)


@dataclass(slots=True)
class Track:
    """Mean squares of the gradient at each moment of a sequence that a fused recurrent layer reads."""

    squares: torch.Tensor | None = None


@dataclass(slots=True)
class Slopes:
    """f' at one activation, filled in when the sample is reduced; ``silent`` marks units where it was always 0.

    ``values`` are E[f'], E[f'^2] and max |f'| of each unit, ``best`` is sup f'^2 of the function.
    """

    transmission: float = NAN
    nonlinearity: float = NAN
    saturated: int = -1
    silent: Flags | None = None
    silent_count: int = -1
    values: Array | None = None
    best: float = NAN
    holes: int = 0  # silent units that would pass something in float32


@dataclass(slots=True)
class Visit:
    """One call of one recorded operation on a sampled step."""

    operation: Operation
    place: Place = NOWHERE
    parameters: dict[str, Any] = field(default_factory=dict)
    sources: tuple[Visit, ...] = ()
    via: tuple[str, ...] = ()
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None
    source_line: str = ""
    gate: bool = False
    unit_dim: int = -1
    fans: tuple[int, int] = (0, 0)
    probed: bool = False  # asked for by torch.autograd.grad: part of the step even where no backward pass arrives
    inputs: Moments | None = None
    outputs: Moments | None = None
    slopes: Slopes | None = None
    largest: torch.Tensor | None = None  # per unit over all rows, where the sample left rows out
    slot_in: Slot | None = None
    slot_out: Slot | None = None
    track: Track | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    call: int = 0
    turn: int = 0  # how many backward passes the step had seen before
    reader: Key | None = None  # of data: the operation that it enters
    twins: list[Visit] = field(default_factory=list)  # calls that are the same site

    @property
    def reached(self) -> bool:
        """Did a backward pass arrive at the output? (The input may have other users.)"""
        return self.probed or (self.slot_out is not None and bool(self.slot_out.energies))

    @property
    def key(self) -> Key:
        return (self.place.root, self.place.module, self.operation.name)
