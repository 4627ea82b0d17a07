"""The fault matrix: every training, what is wrong with it, and what that must be called."""

from __future__ import annotations

from cases.case import Fault, Healthy, Sick
from cases.combined import CASES as COMBINED
from cases.data import CASES as DATA
from cases.gradient import CASES as GRADIENT
from cases.healthy import CASES as HEALTHY
from cases.hidden import CASES as HIDDEN
from cases.output import CASES as OUTPUT
from cases.signal import CASES as SIGNAL
from cases.start import CASES as START
from cases.update import CASES as UPDATE

SICK: tuple[Sick, ...] = (*SIGNAL, *GRADIENT, *UPDATE, *START, *OUTPUT, *DATA, *COMBINED, *HIDDEN)

__all__ = ["HEALTHY", "SICK", "Fault", "Healthy", "Sick"]
