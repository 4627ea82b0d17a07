"""What is gathered of one run through one site: mutable while the step lasts, frozen records afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from gainstage.observe.naming import NOWHERE, Place
from gainstage.observe.operations import Operation

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True)
class Moments:
    """Statistics of one tensor, filled in when the sample is reduced. Arrays have one entry per unit."""

    rows: int = 0
    units: int = 0
    examples: int = 0
    whole: bool = True
    mean: Array | None = None
    variance: Array | None = None
    minimum: float = float("nan")
    maximum: float = float("nan")

    @property
    def finite(self) -> bool:
        return self.mean is None or bool(np.isfinite(self.mean).all())


@dataclass(slots=True)
class Slot:
    """The loss's gradient at one tensor: mean square per unit, once per backward pass that reached it."""

    unit_dim: int
    energies: list[Energy] = field(default_factory=list)
    handle: Any = None

    @property
    def reached(self) -> bool:
        return bool(self.energies)

    def mean_square(self) -> Array | None:
        """Per unit; several backward passes through the same tensor add up."""
        values = [energy.value for energy in self.energies if energy.value is not None]
        return None if not values else np.sum(values, axis=0)

    def rms(self) -> float:
        value = self.mean_square()
        return float("nan") if value is None else float(np.sqrt(value.mean()))


@dataclass(slots=True)
class Energy:
    """Mean square per unit of one gradient, filled in when the sample is reduced."""

    value: Array | None = None


@dataclass(slots=True)
class Slopes:
    """f' at one activation: E[f'], E[f'^2] and whether any example passes, per unit."""

    mean: Array | None = None
    square: Array | None = None
    alive: Array | None = None


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
    inputs: Moments | None = None
    outputs: Moments | None = None
    slopes: Slopes | None = None
    largest: torch.Tensor | None = None  # per unit over all rows, where the sample left rows out
    slot_in: Slot | None = None
    slot_out: Slot | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    call: int = 0
    turn: int = 0  # how many backward passes the step had seen before

    @property
    def reached(self) -> bool:
        """Did a backward pass arrive at the output? (The input may have other users.)"""
        return self.slot_out is not None and self.slot_out.reached

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.place.root, self.place.module, self.operation.name)
