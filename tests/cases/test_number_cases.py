"""Activations whose kernel leaves the formula, in trainings that really stop for it, beside healthy twins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gainstage
from gainstage import nn as accurate
from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.diagnose.finding import Finding
from training import digits

Activation = Callable[[Tensor], Tensor]


class Net(nn.Module):
    """Two hidden layers of units that start far out on the right; ``activation`` is a function or a module."""

    def __init__(self, activation: Activation, bias: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in ((64, 32), (32, 32), (32, 10)))
        self.activation = activation
        for layer in self.layers[:-1]:
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, std=0.3 / layer.in_features**0.5)
            nn.init.constant_(layer.bias, bias)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def train(
    activation: Activation, dtype: torch.dtype, *, bias: float = 5.0, optimizer: str = "Adam", **rules: object
) -> tuple[Diagnosis, float]:
    """Train for 150 steps, every one of them watched; the diagnosis and the last loss."""
    torch.manual_seed(0)
    model = Net(activation, bias).to(dtype)
    x, y = digits()
    x = x.to(dtype)
    steps = getattr(torch.optim, optimizer)(model.parameters(), lr=3e-3)
    loss = torch.zeros(())
    with gainstage.watch(every=1) as watching:
        for step in range(150):
            rows = torch.arange(step * 256, (step + 1) * 256) % len(y)
            steps.zero_grad()
            loss = F.cross_entropy(model(x[rows]).float(), y[rows])
            loss.backward()
            steps.step()
    return diagnose(watching.run, **rules), loss.item()  # type: ignore[arg-type]


def holes(diagnosis: Diagnosis) -> list[Finding]:
    return [finding for finding in diagnosis.findings if finding.code == "GS703"]


PATIENTS = [nn.Tanh(), torch.tanh, nn.Sigmoid(), Tensor.sigmoid]


@pytest.mark.parametrize("activation", PATIENTS, ids=["Tanh", "tanh", "Sigmoid", "sigmoid"])
def test_units_flat_by_rounding_are_named_and_the_training_stands_still(activation: Activation) -> None:
    diagnosis, loss = train(activation, torch.bfloat16, bias=5.0 if "anh" in repr(activation) else 8.0)
    (finding,) = holes(diagnosis)
    assert finding.severity == "error" and loss > 2.25
    assert finding.cause is not None and finding.cause.name == "number-format"
    assert finding.evidence["adaptive"] is True and min(finding.evidence["flat_share"]) > 0.5


@pytest.mark.parametrize(
    ("activation", "dtype"),
    [
        (torch.tanh, torch.float32),
        (accurate.Tanh(), torch.bfloat16),
        (accurate.functional.tanh, torch.bfloat16),
        (accurate.Tanh(), torch.float32),
    ],
    ids=["float32", "accurate module", "accurate function", "accurate float32"],
)
def test_the_same_network_learns_where_the_derivative_is_not_rounded_away(
    activation: Activation, dtype: torch.dtype
) -> None:
    diagnosis, loss = train(activation, dtype)
    assert holes(diagnosis) == []
    assert loss < 1.3


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_ordinary_units_in_sixteen_bits_are_no_hole(bias: float) -> None:
    for activation in (torch.tanh, torch.sigmoid, F.gelu, F.relu):
        assert holes(train(activation, torch.bfloat16, bias=bias)[0]) == []


def test_units_that_are_dead_in_every_format_are_no_hole() -> None:
    assert holes(train(F.relu, torch.bfloat16, bias=-20.0)[0]) == []


def test_plain_gradient_descent_would_not_be_helped() -> None:
    (finding,) = holes(train(torch.tanh, torch.bfloat16, optimizer="SGD")[0])
    assert finding.severity == "info"


def test_the_rule_can_be_switched_off() -> None:
    diagnosis, _ = train(torch.tanh, torch.bfloat16, ignore=("GS703",))
    assert holes(diagnosis) == []


def far_out(activation: Activation) -> Diagnosis:
    """Pre-activations of 1e20, whose gradient is finite."""
    torch.manual_seed(0)
    first, last = nn.Linear(4, 8), nn.Linear(8, 1)
    optimizer = torch.optim.SGD([*first.parameters(), *last.parameters()], lr=1e-30)
    x = torch.randn(64, 4) * 1e20
    with gainstage.watch(every=1) as watching:
        for _ in range(3):
            optimizer.zero_grad()
            F.mse_loss(last(activation(first(x))) * 1e-20, torch.ones(64, 1)).backward()
            optimizer.step()
    return diagnose(watching.run)


def test_a_kernel_that_makes_nan_of_finite_numbers_is_named() -> None:
    (finding,) = holes(far_out(lambda x: F.gelu(x, approximate="tanh")))
    assert finding.severity == "error" and finding.evidence["direction"] == "backward"
    assert finding.cause is not None and finding.cause.name == "kernel"


def test_the_accurate_form_makes_none() -> None:
    diagnosis = far_out(accurate.GELU("tanh"))
    assert holes(diagnosis) == [] and not any(finding.code == "GS701" for finding in diagnosis.findings)


@pytest.mark.parametrize("eps", [1e-8, 1e-3], ids=["0 in float16", "representable"])
def test_a_step_that_fails_in_float16_is_told_from_other_overflows(eps: float) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).half()
    x, y = digits()
    steps = torch.optim.Adam(model.parameters(), lr=1e-3, eps=eps)
    with gainstage.watch(every=1) as watching:
        for _ in range(8):
            steps.zero_grad()
            F.cross_entropy(model(x[:256].half()), y[:256]).backward()
            steps.step()
    found = [finding for finding in watching.diagnosis.findings if finding.code == "GS701"]
    causes = [finding.cause.name for finding in found if finding.cause is not None]
    assert causes == (["float16-step"] if eps == 1e-8 else [])
