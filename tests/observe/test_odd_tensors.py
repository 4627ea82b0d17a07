"""Tensors of every kind: none may stop observing, and where there is a number it is the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import descend, looked, names, number, operations, site, watched

import gainstage

# A numpy warning out of our arithmetic would show on the user's terminal.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


class Free(nn.Module):
    def __init__(self, function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], weight: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.function = nn.Parameter(weight), function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.weight, x)


class Labelled(torch.Tensor):
    """A subclass without behaviour."""


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))


ODD: dict[str, Callable[[], tuple[nn.Module, torch.Tensor]]] = {
    "complex": lambda: (
        Free(lambda w, x: (x @ w).abs(), torch.ones(6, 2, dtype=torch.cfloat)),
        torch.ones(4, 6).cfloat(),
    ),
    "no dimension": lambda: (Free(lambda w, x: torch.tanh(w * x), torch.tensor(0.5)), torch.tensor(3.0)),
    "one dimension": lambda: (nn.Sequential(nn.Linear(6, 3), nn.Tanh()), torch.ones(6)),
    "no rows": lambda: (small(), torch.ones(0, 6)),
    "one row": lambda: (small(), torch.ones(1, 6)),
    "subclass": lambda: (small(), torch.ones(4, 6).as_subclass(Labelled)),
    "meta": lambda: (small().to("meta"), torch.ones(4, 6, device="meta")),
    "bfloat16": lambda: (small().bfloat16(), torch.ones(4, 6).bfloat16()),
    "expanded": lambda: (small(), torch.ones(1, 6).expand(4, 6)),
    "many units": lambda: (nn.Sequential(nn.Linear(2, 60_000), nn.ReLU()), torch.ones(3, 2)),
    "sparse": lambda: (Free(lambda w, x: torch.sparse.mm(x, w), torch.ones(6, 2)), torch.eye(6).to_sparse()),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_kind_of_tensor_stops_observing(kind: str) -> None:
    model, x = ODD[kind]()
    watched(lambda: model(x).sum().backward(), 3)


def test_a_scalar_passes_through() -> None:
    model, x = ODD["no dimension"]()
    run = looked(model, x, lambda output: output.sum())
    assert number(run, site(run, "tanh"), "gradient") == 1.0
    assert number(run, site(run, "tanh"), "transmission") == pytest.approx((1 - np.tanh(1.5) ** 2) ** 2, rel=1e-5)


def test_sparse_gradients() -> None:
    torch.manual_seed(0)
    table = nn.Embedding(10, 4, sparse=True)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        table(torch.tensor([1, 1, 3])).square().sum().backward()
        optimizer.step()

    twin = nn.Embedding.from_pretrained(table.weight.detach().clone(), freeze=False)
    twin(torch.tensor([1, 1, 3])).square().sum().backward()
    run = watched(step, 3)
    gradient = run.update(run.parameters[0].index, "gradient")
    assert twin.weight.grad is not None
    assert gradient[0] == pytest.approx(float(twin.weight.grad.norm()), rel=1e-5)
    assert (run.update(run.parameters[0].index, "ratio") > 0).all()


def test_a_model_of_integers_is_no_training() -> None:
    run = watched(lambda: torch.arange(6) @ torch.arange(6))
    assert run.steps == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_the_first_place_that_is_not_finite_is_told(value: float) -> None:
    model, x = small(), torch.ones(4, 6)
    with torch.no_grad():
        model[2].weight[0, 0] = value
    run = looked(model, x, lambda output: output.square().mean())
    first, last = (site(run, "linear", module=module) for module in "02")
    assert (number(run, first, "nonfinite_in"), number(run, first, "nonfinite")) == (0, 0)
    assert (number(run, last, "nonfinite_in"), number(run, last, "nonfinite")) == (0, 1)
    assert number(run, last, "nonfinite_gradient") == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e38])
@pytest.mark.parametrize("where", ["data", "target", "weight"])
@pytest.mark.parametrize("loss", [F.mse_loss, F.binary_cross_entropy_with_logits, F.cross_entropy])
def test_nothing_that_is_not_finite_warns_or_stops_us(value: float, where: str, loss: Any) -> None:
    model, tensors = small(), {"data": torch.ones(4, 6), "target": torch.ones(4, 1)}
    if where == "weight":
        model[0].weight.data[0, 0] = value
    else:
        tensors[where][0, 0] = value
    run = watched(descend(model, lambda: loss(model(tensors["data"]), tensors["target"])), 4)
    assert len(run.steps) == 4


def test_rows_of_nan_are_no_dead_units() -> None:
    model, x = small(), torch.randn(400, 6, generator=torch.Generator().manual_seed(0))
    x[:, 0] = float("nan")
    with gainstage.watch(every=1) as watching:
        step = descend(model, lambda: model(x).square().mean())
        for _ in range(4):
            step()
    relu = site(watching.run, "relu")
    assert (watching.run.signal(relu.index, "silent_units") <= 0).all()
    codes = {finding.code for finding in watching.diagnosis.findings}
    assert "GS701" in codes
    assert "GS101" not in codes


def test_arithmetic_is_told_only_where_it_breaks() -> None:
    model = nn.Linear(6, 3)

    def run_of(x: torch.Tensor) -> list[str]:
        return operations(looked(model, x, lambda output: torch.log(torch.relu(output) - 1e9 * (x[0, 0] < 0)).mean()))

    assert "log" in run_of(-torch.ones(4, 6))


def test_gradients_of_1e_minus_30_are_measured() -> None:
    model, x = small(), torch.randn(8, 6)
    run = looked(model, x, lambda output: output.square().mean())
    tiny = looked(model, x, lambda output: F.mse_loss(output * 1e-15, torch.zeros(8, 1)))
    ratio = number(tiny, site(tiny, "relu"), "gradient") / number(run, site(run, "relu"), "gradient")
    assert ratio == pytest.approx(1e-30, rel=1e-3)


def test_an_inference_tensor_is_an_input_like_any_other() -> None:
    model = small()
    with torch.inference_mode():
        x = torch.ones(4, 6) * 1
        table: Any = model(x)
    frozen = small().requires_grad_(False)
    run = watched(descend(model, lambda: (model(x.clone()) - table.clone() + frozen(x.clone())).square().mean()))
    assert "0 (linear)" in names(run)
