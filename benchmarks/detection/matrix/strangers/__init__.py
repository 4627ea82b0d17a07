"""An examiner's trainings: faults and wanted rules were written down by somebody who had not seen how rules decide."""

from __future__ import annotations

from matrix.case import Exam, FirstLook
from matrix.strangers.combined import CASES as COMBINED
from matrix.strangers.data import CASES as DATA
from matrix.strangers.gradient import CASES as GRADIENT
from matrix.strangers.healthy import CASES as HEALTHY
from matrix.strangers.output import CASES as OUTPUT
from matrix.strangers.signal import CASES as SIGNAL
from matrix.strangers.update import CASES as UPDATE

ORIGIN = (
    "An examiner wrote these trainings as people post them in forums. What was known to the examiner: README, "
    "`gainstage rules` and `gainstage explain`; neither the source of a rule nor a script of the matrix. Which fault a "
    "script has, which rules ought to name it and what cures it is the examiner's judgement and was not touched; the "
    "words that a cause may contain were chosen from the examiner's notes, after the first look. "
    "For this collection scripts without a seed got one, four load weights that scikit-learn pre-trains and one "
    "pre-trains itself where a checkpoint was read, and twelve read a drawn table in the place of one without a clear "
    "licence (`benchmarks/detection/data/README.md`). One script was left out: the NaN that it promised never came. "
    "So the scripts differ a little from those of the first look."
)

STRANGERS = Exam(
    "strangers",
    (*OUTPUT, *UPDATE, *GRADIENT, *SIGNAL, *DATA, *COMBINED),
    HEALTHY,
    "strangers.json",
    "strangers",
    ORIGIN,
    FirstLook(commit="045000c", faults=99, named=87, right_cause=83, healthy=53, healthy_with_alarm=1),
)
