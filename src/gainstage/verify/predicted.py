"""What was predicted, beside what the trial measured in the candidate's own run."""

from __future__ import annotations

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.view import View
from gainstage.prescribe.candidate import Candidate
from gainstage.verify.order import Course
from gainstage.verify.proof import Measured
from gainstage.verify.watched import sick

ALONG_THE_CHAIN = ("GS201", "GS202", "GS402")  # their decibels are of the gradient over the chain, at the start
NEAR = 0.25  # of the way from what was to what was predicted: nearer than that, the prediction held


def measured(candidate: Candidate, before: Diagnosis, after: Diagnosis | None, course: Course) -> Measured:
    """The number that was predicted, where the run gives it; else whether the findings are gone."""
    if course.broke or after is None:
        return Measured(f"the training broke: {course.text}".removesuffix(": "), held=False)
    if candidate.unit == "dB" and candidate.value is not None and candidate.codes[:1] and _of_gradient(candidate):
        return _gradient(candidate.value, before.view, after.view)
    left = sorted({finding.code for finding in sick(after)} & set(candidate.codes))
    return Measured(f"{', '.join(left or candidate.codes)} {'still' if left else 'no longer'} found")


def gradient_db(view: View) -> float:
    """The gradient at the beginning of the chain over that at its end, in the first samples; nan without a chain."""
    chain = view.chain
    if len(chain) < 2:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = decibels(view.gradient(chain[0]), view.gradient(chain[-1]))
    return middle(levels[view.early])


def _of_gradient(candidate: Candidate) -> bool:
    return candidate.codes[0] in ALONG_THE_CHAIN and " + " not in candidate.remedy


def _gradient(predicted: float, before: View, after: View) -> Measured:
    was, found = gradient_db(before), gradient_db(after)
    if not np.isfinite(found):
        return Measured("the gradient could not be measured")
    held = abs(found - predicted) <= NEAR * abs(was - predicted) if np.isfinite(was) else None
    return Measured(f"gradient {found:+.0f} dB at the start instead of {was:+.0f} dB", found, "dB", held)
