"""The sets of trainings: what is wrong with each, and what that must be called."""

from __future__ import annotations

from matrix.case import Exam, Fault, Healthy, Reading, Sick
from matrix.combined import CASES as COMBINED
from matrix.data import CASES as DATA
from matrix.gradient import CASES as GRADIENT
from matrix.healthy import CASES as HEALTHY
from matrix.hidden import CASES as HIDDEN
from matrix.output import CASES as OUTPUT
from matrix.signal import CASES as SIGNAL
from matrix.start import CASES as START
from matrix.strangers import STRANGERS
from matrix.update import CASES as UPDATE

MATRIX = Exam(
    "matrix",
    (*SIGNAL, *GRADIENT, *UPDATE, *START, *OUTPUT, *DATA, *COMBINED, *HIDDEN),
    HEALTHY,
    "detection.json",
)
EXAMS = {exam.name: exam for exam in (MATRIX, STRANGERS)}

__all__ = ["EXAMS", "MATRIX", "STRANGERS", "Exam", "Fault", "Healthy", "Reading", "Sick"]
