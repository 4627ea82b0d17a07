"""The float64 formulas against 50 digits: they are the reference of everything else."""

from __future__ import annotations

import pytest
import torch

from gainstage.nn.formulas import FORMULAS
from nn.reference import CONSTANTS, TRUTH, points, true

TINY = 2.0**-126  # the smallest normal number of float32


def test_every_function_has_its_truth() -> None:
    assert set(TRUTH) == set(FORMULAS)


@pytest.mark.parametrize("order", [0, 1, 2], ids=["value", "slope", "curvature"])
@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_have_at_least_the_digits_of_float32(name: str, order: int) -> None:
    formulas = FORMULAS[name]
    formula = (formulas.value, formulas.slope, formulas.curvature)[order]
    given = points()
    computed = formula(torch.tensor(given, dtype=torch.float64), *CONSTANTS.get(name, ())).tolist()
    wrong = {}
    for x, y in zip(given, computed, strict=True):
        truth = true(name, x, order)
        if truth is not None and abs(truth) > TINY:
            error = abs(y - truth) / abs(truth)
            wrong |= {x: (y, float(truth))} if not error < 2.0**-27 else {}
    assert wrong == {}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_have_no_nan_at_finite_inputs_and_pass_it_on(name: str) -> None:
    largest = torch.finfo(torch.float64).max
    x = torch.tensor([-largest, -1e154, -800.0, -5e-324, 0.0, 5e-324, 800.0, 1e154, largest], dtype=torch.float64)
    formulas, constants = FORMULAS[name], CONSTANTS.get(name, ())
    if name in ("sine", "snake"):
        x = x[1:-1]  # the argument itself overflows, and infinity has no sine
    for formula in (formulas.value, formulas.slope, formulas.curvature):
        assert not formula(x, *constants).isnan().any()
    assert formulas.value(torch.tensor([torch.nan], dtype=torch.float64), *constants).isnan().all()
