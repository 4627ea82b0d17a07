"""What is measured, against numpy and autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from watched import descend, looked, number, site, watched

from gainstage.observe.slopes import SLOPES, best, slope
from gainstage.observe.units import FEWEST_EXAMPLES, FEWEST_SAMPLES, Ledger

FUNCTIONS: dict[str, tuple[nn.Module, dict[str, object]]] = {
    "relu": (nn.ReLU(), {}),
    "relu6": (nn.ReLU6(), {}),
    "leaky_relu": (nn.LeakyReLU(0.2), {"negative_slope": 0.2}),
    "elu": (nn.ELU(0.7), {"alpha": 0.7}),
    "selu": (nn.SELU(), {}),
    "celu": (nn.CELU(0.5), {"alpha": 0.5}),
    "gelu": (nn.GELU("tanh"), {"approximate": "tanh"}),
    "silu": (nn.SiLU(), {}),
    "mish": (nn.Mish(), {}),
    "hardswish": (nn.Hardswish(), {}),
    "hardsigmoid": (nn.Hardsigmoid(), {}),
    "hardtanh": (nn.Hardtanh(-2, 0.5), {"min_val": -2.0, "max_val": 0.5}),
    "sigmoid": (nn.Sigmoid(), {}),
    "tanh": (nn.Tanh(), {}),
    "softplus": (nn.Softplus(2.0, 10.0), {"beta": 2.0, "threshold": 10.0}),
    "softsign": (nn.Softsign(), {}),
    "logsigmoid": (nn.LogSigmoid(), {}),
    "tanhshrink": (nn.Tanhshrink(), {}),
    "softshrink": (nn.Softshrink(0.3), {"lambd": 0.3}),
    "hardshrink": (nn.Hardshrink(0.3), {"lambd": 0.3}),
    "threshold": (nn.Threshold(0.2, 1.0), {"threshold": 0.2}),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_derivative_is_autograds(name: str) -> None:
    module, parameters = FUNCTIONS[name]
    x = torch.linspace(-9, 9, 721, dtype=torch.float64, requires_grad=True)
    module(x).sum().backward()
    found = slope(name, x.detach(), parameters)
    assert found is not None
    torch.testing.assert_close(found, x.grad, rtol=1e-6, atol=1e-9)
    assert best(name, parameters) >= float(found.square().max()) * (1 - 1e-9)


def test_every_function_with_a_derivative_is_tested() -> None:
    assert set(SLOPES) == {*FUNCTIONS, "sin", "erf"}


# torch's own backward kernel of hardsigmoid gives 0 at NaN.
@pytest.mark.parametrize("name", sorted(SLOPES.keys() - {"hardsigmoid"}))
def test_a_nan_is_not_taken_for_silence(name: str) -> None:
    found = slope(name, torch.tensor([float("nan"), 1.0]), {})
    assert found is not None
    assert not bool(found[0] == 0)


class Only(nn.Module):
    """A parameter that passes as it is through one activation."""

    def __init__(self, values: torch.Tensor, function: nn.Module) -> None:
        super().__init__()
        self.values, self.function = nn.Parameter(values), function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.values * x)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple),
    scale=st.sampled_from([1e-12, 1.0, 1e6]),
    shift=st.sampled_from([0.0, 1.0, -30.0]),
    turned=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_signal_offset_and_extremes_are_numpys(
    shape: tuple[int, ...], scale: float, shift: float, turned: bool, dtype: torch.dtype
) -> None:
    torch.manual_seed(len(shape))
    values = (torch.randn(shape, dtype=dtype) + shift) * scale
    values = values.transpose(0, -1).contiguous().transpose(0, -1) if turned else values
    run = looked(Only(values, nn.LeakyReLU(0.5)), torch.ones((), dtype=dtype), lambda output: output.sum())
    place = site(run, "leaky_relu")
    axis = 1 if len(shape) == 4 else len(shape) - 1
    rows = np.moveaxis(values.double().numpy(), axis, -1).reshape(-1, shape[axis])
    signal = number(run, place, "signal_in")
    offset = number(run, place, "offset_in")
    largest = float(np.abs(rows).max())
    assert signal == pytest.approx(math.sqrt(rows.var(0).mean()), rel=1e-3, abs=2e-6 * largest)
    assert offset == pytest.approx(math.sqrt((rows.mean(0) ** 2).mean()), rel=1e-4, abs=1e-6 * largest)
    assert signal**2 + offset**2 == pytest.approx(float((rows**2).mean()), rel=1e-4)
    after = np.where(rows > 0, rows, 0.5 * rows)
    assert number(run, place, "minimum") == pytest.approx(after.min(), rel=1e-6)
    assert number(run, place, "maximum") == pytest.approx(after.max(), rel=1e-6)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gelu", "silu", "elu"])
def test_transmission_saturation_and_nonlinearity(name: str) -> None:
    function = FUNCTIONS[name][0]
    torch.manual_seed(0)
    values = torch.randn(64, 5) * torch.tensor([0.01, 1.0, 3.0, 1.0, 1.0]) + torch.tensor([0, 0, 0, -40.0, 8.0])
    run = looked(Only(values, function), torch.ones(()), lambda output: output.sum())
    x = values.clone().requires_grad_()
    function(x).sum().backward()
    assert x.grad is not None
    slopes = x.grad.double().numpy()
    square = (slopes**2).mean(0)
    place = site(run, name)
    top = best(name, FUNCTIONS[name][1])
    alive = np.abs(slopes).max(0) > 0
    assert number(run, place, "transmission") == pytest.approx(square.mean(), rel=1e-4)
    assert number(run, place, "transmission_share") == pytest.approx(square.mean() / top, rel=1e-4)
    assert number(run, place, "silent_units") == (~alive).sum()
    assert number(run, place, "saturated_units") == (alive & (square < 0.01 * top)).sum()
    bent = 1 - slopes.mean(0)[square > 0] ** 2 / square[square > 0]
    assert number(run, place, "nonlinearity") == pytest.approx(bent.mean(), rel=1e-3, abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.lists(st.booleans(), min_size=3, max_size=3), st.integers(1, 900)), max_size=12))
def test_a_unit_is_dead_after_enough_examples_and_samples_in_a_row(history: list[tuple[list[bool], int]]) -> None:
    ledger, examples, samples = Ledger(), [0] * 3, [0] * 3
    for silent, count in history:
        dead = ledger.note(0, np.array(silent), count)
        for unit, quiet in enumerate(silent):
            examples[unit] = examples[unit] + count if quiet else 0
            samples[unit] = samples[unit] + 1 if quiet else 0
        expected = [u for u in range(3) if examples[u] >= FEWEST_EXAMPLES and samples[u] >= FEWEST_SAMPLES]
        assert dead.tolist() == expected


def test_a_dead_unit_is_found_on_all_examples_not_on_a_sample() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(4, 3)
    with torch.no_grad():
        layer.bias[0] = -100  # dead
        layer.weight[1] = 0
        layer.bias[1] = -1  # alive on a single example only
        layer.weight[1, 0] = 1
    x = torch.zeros(5000, 4)
    x[:, 1:] = torch.randn(5000, 3)
    x[4321, 0] = 50.0
    model = nn.Sequential(layer, nn.ReLU())
    run = watched(descend(model, lambda: model(x).sum(), rate=0.0), 3)
    place = site(run, "relu")
    assert run.signal(place.index, "dead_units").tolist() == [0, 0, 1]
    assert run.silent_units(place.index) == (0,)
