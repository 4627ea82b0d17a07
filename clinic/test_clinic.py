"""The exercises: red until the patient is cured.

    pytest clinic -k wine      # one patient
    gainstage run clinic/p01_wine.py

Change the script, not this file: a patient is cured when its loss comes below the limit and Gainstage finds no error
and no warning any more.
"""

from __future__ import annotations

import contextlib
import io
import runpy
from pathlib import Path

import pytest

import gainstage

# What the same script reaches without its fault, with room to spare.
LIMITS = {
    "p01_wine": 0.05,
    "p02_digits": 0.3,
    "p03_cancer": 0.1,
    "p04_deep": 0.5,
    "p05_silent": 0.1,
    "p06_mean": 0.5,
    "p07_table": 0.15,
    "p08_range": 3200.0,
    "p09_parts": 0.5,
    "p10_logarithm": 0.01,
}
HERE = Path(__file__).parent


@pytest.mark.parametrize("patient", LIMITS)
def test_it_learns_and_nothing_is_found(patient: str, tmp_path: Path) -> None:
    assert_cured(HERE / f"{patient}.py", LIMITS[patient], tmp_path / "run.gs")


def assert_cured(script: Path, limit: float, record: Path) -> None:
    """Run ``script`` under watch; raises AssertionError with what is still found, or with the loss it ends at."""
    with gainstage.watch(record, every=1) as watching, contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(str(script), run_name="__main__")
    found = [finding for finding in watching.diagnosis.findings if finding.severity != "info"]
    assert not found, f"{found[0].code} {found[0].name}: {found[0].text}\ngainstage explain {found[0].code}"
    loss = float(printed.getvalue().split()[-1])
    assert loss < limit, f"{script.name} ends at loss {loss:.3g}; without its fault it comes below {limit}"
