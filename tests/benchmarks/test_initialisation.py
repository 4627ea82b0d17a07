"""The initialisation benchmark: peers that were derived anew do what their papers say, and the judging is sound."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import gainstage

HERE = Path(__file__).resolve().parents[2] / "benchmarks" / "initialisation"
OWN = ("descent", "judging", "methods", "networks", "sources", "tasks")
WIDE = 512


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, imported as its run.py does and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(HERE))
    known = set(sys.modules)
    parts = ("analytic", "learned", "standard", "unit_variance")
    yield SimpleNamespace(
        **{name: import_module(name) for name in OWN}, **{name: import_module(f"methods.{name}") for name in parts}
    )
    for name in set(sys.modules) - known:
        if name.partition(".")[0] in OWN:
            del sys.modules[name]


def task(bench: Any, **settings: Any) -> Any:
    """A chain on scikit-learn's digits, which load at once."""
    given = {"family": "chain", "depth": 4, "activation": "silu", "steps": 40, "rates": (0.01, 1e6), **settings}

    def build(activation: Any, shortcut: float | None) -> nn.Module:
        return nn.Sequential(nn.Flatten(), bench.networks.chain(given["depth"], 32, 64, 10, activation))

    return bench.tasks.Task(build=build, load=bench.sources.digits, **given)


def after_affine(model: nn.Module, inputs: torch.Tensor) -> list[torch.Tensor]:
    """The output of every layer with weights."""
    found: list[torch.Tensor] = []
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            module.register_forward_hook(lambda *call: found.append(call[2]))
    with torch.no_grad():
        model(inputs)
    return found


def test_lsuv_gives_each_layer_variance_one(bench: Any) -> None:
    pytest.importorskip("lsuv")
    chosen = task(bench, depth=8)
    model = chosen.build(nn.SiLU, None)
    situation = bench.methods.Situation(chosen, 0)
    bench.unit_variance.lsuv(model, situation)
    same = bench.methods.Situation(chosen, 0).batch()[0]
    assert all(abs(float(output.std()) - 1) < 0.11 for output in after_affine(model, same))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "elu", "selu", "gelu", "silu", "mish"])
def test_autoinit_expects_what_a_simulation_gives(bench: Any, name: str) -> None:
    """Mean and variance, expected and over many units and examples, after each part of a wide chain."""
    torch.manual_seed(0)
    model = bench.networks.chain(3, WIDE, WIDE, 10, bench.tasks.ACTIVATIONS[name])
    generator = torch.Generator().manual_seed(1)
    x = 0.5 + math.sqrt(2.0) * torch.randn(WIDE, WIDE)
    expected = bench.analytic.propagate(model, x, bench.analytic.Signal(0.5, 2.0), generator)
    with torch.no_grad():
        for place, part in enumerate(model[:-1]):
            x = part(x)
            signal = expected[f"_{place}"]
            # Four standard errors of a mean over units: the examples share what a unit's weights add up to.
            error = 4 * math.sqrt((signal.mean**2 + signal.variance) / WIDE)
            assert float(x.mean()) == pytest.approx(signal.mean, abs=error)
            assert float(x.var()) == pytest.approx(signal.variance, rel=0.12)


def test_autoinit_adds_what_meets_in_a_sum(bench: Any) -> None:
    model, images = bench.networks.resnet(4, 1, 10, nn.ReLU), torch.randn(2, 1, 8, 8)
    signals = bench.analytic.propagate(model, images, bench.analytic.Signal(0.0, 1.0), torch.Generator().manual_seed(0))
    relu = bench.analytic.Signal(1 / math.sqrt(2 * math.pi), 0.5 - 1 / (2 * math.pi))
    assert signals["_1"] == pytest.approx(relu)
    assert signals["add"] == pytest.approx((relu.mean, relu.variance + 1))


def test_autoinit_counts_the_zeros_around_an_image(bench: Any) -> None:
    """Of 3 x 3 taps, four see a 2 x 2 image from each of its places."""
    torch.manual_seed(0)
    model, images = nn.Sequential(nn.Conv2d(64, 256, 3, padding=1)), torch.randn(64, 64, 2, 2)
    bench.analytic.propagate(model, images, bench.analytic.Signal(0.0, 1.0), torch.Generator().manual_seed(0))
    assert float(model(images).detach().var()) == pytest.approx(1.0, rel=0.05)
    assert float(model[0].weight.detach().var()) == pytest.approx(1 / (64 * 4), rel=0.05)


def test_gradinit_lowers_what_it_minimises(bench: Any) -> None:
    """The loss after one step on examples that it was not learnt from, with the norm below its bound."""
    chosen = task(bench, depth=6, activation="relu")
    torch.manual_seed(0)
    model, situation = chosen.build(nn.ReLU, None), bench.methods.Situation(chosen, 0)
    bench.standard.he(model, situation)
    scales = bench.learned.Scales(model, situation)
    inputs, targets = situation.batch(1000)

    def after_step() -> float:
        values, gradient = scales.gradient(inputs, targets)
        return float(scales.loss(scales.stepped(values, gradient), inputs, targets).detach())

    with torch.no_grad():
        scales.factors[0] *= 3.0  # a start that is too loud
    before = after_step()
    for _ in range(40):
        scales.improve()
    norm, bound = scales.norm(scales.gradient(inputs, targets)[1])
    assert after_step() < before - 0.05
    assert float(norm.detach()) < 1.5 * bound


def test_copies_train_as_one_alone_would(bench: Any) -> None:
    """vmap and the hand-written SGD against an ordinary loop with torch's."""
    chosen = replace(task(bench), rates=(0.01, 0.03), steps=5)
    torch.manual_seed(0)
    model = chosen.build(nn.SiLU, None)
    race = bench.descent.Race([model], chosen)
    orders, source = race.orders[0], chosen.load()
    for number in range(chosen.steps):
        race.step(number)
    optimizer = torch.optim.SGD(model.parameters(), 0.03, 0.9)
    for which in orders:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(source.inputs[which]), source.targets[which])
        loss.backward()
        optimizer.step()
    assert float(race.recent[chosen.steps - 1, 1]) == pytest.approx(float(loss.detach()), rel=1e-4)


def test_a_diverged_copy_takes_no_other_with_it(bench: Any) -> None:
    chosen = task(bench)
    torch.manual_seed(0)
    runs = bench.descent.train([chosen.build(nn.SiLU, None) for _ in range(2)], chosen)
    assert [math.isfinite(run.loss) for run in runs] == [True, True, False, False]


def test_judging(bench: Any) -> None:
    """The best rate by the mean, guessing where a copy was taken out, tied only when it trains with as many seeds."""
    cells = {
        "good": {"loss": [[2.3, 2.3, 2.3], [0.50, 0.55, 0.45]]},
        "close": {"loss": [[0.6, 0.5, 0.55], [None, None, None]]},
        "shaky": {"loss": [[0.4, None, 0.3], [None, None, None]]},
        "dead": {"loss": [[2.3, 2.31, 2.3], [5.0, None, 2.3]]},
        "failed": {"loss": []},
    }
    found = bench.judging.judge(cells, (0.1, 1.0), 2.3)
    assert (found["good"]["rate"], found["close"]["rate"]) == (1.0, 0.1)
    assert (found["good"]["best"], found["good"]["tied"], found["close"]["tied"]) == (True, True, True)
    assert (found["shaky"]["trains"], found["shaky"]["tied"]) == (2, False)
    assert (found["dead"]["trains"], found["dead"]["tied"], "failed" in found) == (0, False, False)


@pytest.mark.parametrize("activation", [nn.GELU, nn.SiLU])
def test_an_activation_that_reads_a_sum_keeps_its_level(bench: Any, activation: type[nn.Module]) -> None:
    """No single layer sets the level of a sum: with one planned for it this network ended in NaN."""
    images, labels = load_digits(return_X_y=True)
    inputs = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8)
    inputs, targets = (inputs - inputs.mean()) / inputs.std(), torch.tensor(labels)
    generator = torch.Generator().manual_seed(1)
    model = bench.networks.resnet(6, 1, 10, activation)
    gainstage.stage_(model, inputs[:64], generator=generator)
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9), []
    for _ in range(40):
        batch = torch.randint(len(inputs), (64,), generator=generator)
        loss = nn.functional.cross_entropy(model(inputs[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) / 10 < math.log(10) / 2
