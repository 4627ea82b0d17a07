"""The promise: 4 ULP forward, 8 ULP backward at every normal result, right limits, no NaN, in every format."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from gainstage.nn import native, operators
from gainstage.nn.accuracy import ulp_error
from gainstage.nn.compiler import library
from gainstage.nn.formulas import FORMULAS
from nn.reference import CONSTANTS

STEP = 99_991  # prime: every so many-th of all float32 bit patterns
ZEROS = (-1.2784645, -0.7517915, -0.7524614, -1.1924312, -1.2784645 / 1.7)
PERIODIC = ("sine", "snake")  # no limit at infinity


@pytest.fixture(params=["kernels", "formulas"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Both ways of computing, whatever this machine has."""
    if request.param == "formulas":
        monkeypatch.setattr(native, "kernel", lambda *_: None)
    elif library("f32") is None:
        pytest.skip("no C compiler")
    yield request.param


def floats(dtype: torch.dtype) -> Tensor:
    """All values of a 16-bit format; of float32 a dense sample, where things happen and every special one."""
    if dtype != torch.float32:
        return torch.arange(-(2**15), 2**15).to(torch.int16).view(dtype)
    spread = torch.from_numpy(np.arange(-(2**31), 2**31, STEP).astype(np.int32)).view(dtype)
    limits = torch.finfo(dtype)
    special = [0.0, -0.0, torch.inf, -torch.inf, torch.nan, limits.max, limits.min, limits.tiny, 1e-45, -1e-45]
    near = [torch.linspace(zero - 1e-3, zero + 1e-3, 4001) for zero in ZEROS]
    return torch.cat([spread, torch.linspace(-20, 20, 20_001), torch.linspace(-110, -80, 3001), *near, tensor(special)])


def tensor(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", FORMULAS)
def test_values_and_gradients_keep_the_promise(name: str, dtype: torch.dtype, way: str) -> None:
    x, constants = floats(dtype), CONSTANTS.get(name, ())
    value = operators.value(x, name, constants)
    gradient = operators.pullback(torch.ones_like(x), x, name, constants)
    # Sixteen bits come from float32 by one rounding, which a float32 error of some ULP moves by very little.
    allowed = (4.0, 8.0) if dtype == torch.float32 else (0.51, 0.51)
    for computed, formula, limit in (
        (value, FORMULAS[name].value, allowed[0]),
        (gradient, FORMULAS[name].slope, allowed[1]),
    ):
        truth = formula(x.double(), *constants)
        error = ulp_error(computed, truth)
        worst = int(error.argmax())
        assert error[worst] <= limit, (x[worst].item(), computed[worst].item(), truth[worst].item())
        finite = x.isfinite()
        assert not computed[finite].isnan().any()
        assert computed[x.isnan()].isnan().all()
        assert not ((computed == 0) & (truth.abs() >= torch.finfo(dtype).tiny)).any()


@pytest.mark.parametrize("name", [name for name in FORMULAS if name not in PERIODIC])
def test_limits_at_infinity(name: str, way: str) -> None:
    constants = CONSTANTS.get(name, ())
    infinity, far = tensor([-torch.inf, torch.inf]), torch.tensor([-1e200, 1e200], dtype=torch.float64)
    value = operators.value(infinity, name, constants)
    gradient = operators.pullback(torch.ones(2), infinity, name, constants)
    # Far out in float64 every function has reached its limit, or has left float32.
    torch.testing.assert_close(value, FORMULAS[name].value(far, *constants).float(), rtol=1e-6, atol=0.0)
    torch.testing.assert_close(gradient, FORMULAS[name].slope(far, *constants).float(), rtol=1e-6, atol=0.0)


def test_a_kernel_that_drops_a_term_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    x = floats(torch.float32)
    truth = FORMULAS["gelu"].value(x.double())
    assert ulp_error(torch.nn.functional.gelu(x), truth).max() > 1e6  # torch 2.13: 0 below -5.5
    near = operators.value(x, "gelu", ()) * (1 + 1e-6)
    assert ulp_error(near, truth).max() > 4


def test_ulps_are_those_of_the_format() -> None:
    one = torch.ones(1, dtype=torch.float64)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        after = torch.ones(1, dtype=dtype) + torch.finfo(dtype).eps
        assert ulp_error(after, one).item() == 1.0
        before = torch.nextafter(torch.ones(1), torch.zeros(1)) if dtype == torch.float32 else None
        assert before is None or ulp_error(before, one).item() == 0.5
    assert ulp_error(torch.tensor([torch.nan]), one).item() == torch.inf
    assert ulp_error(torch.tensor([1.0]), one * 1e-40).item() == 0.0
