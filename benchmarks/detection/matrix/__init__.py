"""The fault matrix: every training, what is wrong with it, and what that must be called."""

from __future__ import annotations

from matrix.case import Fault, Healthy, Sick
from matrix.combined import CASES as COMBINED
from matrix.data import CASES as DATA
from matrix.gradient import CASES as GRADIENT
from matrix.healthy import CASES as HEALTHY
from matrix.hidden import CASES as HIDDEN
from matrix.output import CASES as OUTPUT
from matrix.signal import CASES as SIGNAL
from matrix.start import CASES as START
from matrix.update import CASES as UPDATE

SICK: tuple[Sick, ...] = (*SIGNAL, *GRADIENT, *UPDATE, *START, *OUTPUT, *DATA, *COMBINED, *HIDDEN)

__all__ = ["HEALTHY", "SICK", "Fault", "Healthy", "Sick"]
