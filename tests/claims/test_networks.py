"""Networks trained side by side are what they would be alone, and leave nothing behind."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
import torch
from torch import nn

from gainstage.claims import data
from gainstage.claims.networks import Ensemble, Recipe, apart
from gainstage.claims.timing import cost


@pytest.fixture(scope="module")
def table() -> data.Table:
    return data.digits().split()[0]


def alone(networks: Ensemble, number: int) -> nn.Sequential:
    """Network ``number`` of the ensemble as an ordinary module."""
    layers: list[nn.Module] = []
    for weight, bias in zip(networks.weights, networks.biases, strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[2])
        with torch.no_grad():
            linear.weight.copy_(weight[number].T)
            linear.bias.copy_(bias[number, 0])
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("settings", [{}, {"clip": 0.5}, {"decay": 0.1}])
def test_each_network_trains_as_torch_trains_it(table: data.Table, settings: dict[str, float]) -> None:
    recipe = Recipe("tanh", rates=(0.1, 0.5), seeds=3, width=16, **settings)
    networks = Ensemble(recipe, table)
    number = 4  # the second rate, the second seed
    model = alone(networks, number)
    matrices = [p for p in model.parameters() if p.ndim == 2]
    offsets = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": offsets}]
    optimizer = torch.optim.SGD(groups, lr=0.5)
    generator = torch.Generator().manual_seed(1001)
    for entering, leaving in ((64, 16), (16, 16), (16, 10)):
        torch.randn(entering, leaving, generator=generator)
    for _ in range(20):
        rows = torch.randint(len(networks.x), (recipe.batch,), generator=generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(networks.x[rows]), networks.y[rows]).backward()
        if math.isfinite(recipe.clip):
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
    networks.train(20)
    for mine, theirs in zip(networks.weights, matrices, strict=True):
        torch.testing.assert_close(mine[number].T, theirs, rtol=1e-4, atol=1e-5)


def test_networks_of_one_seed_are_pairs(table: data.Table) -> None:
    first, second = (Ensemble(Recipe(name, seeds=2), table) for name in ("relu", "tanh"))
    assert torch.equal(first.weights[0], second.weights[0])
    assert not torch.equal(first.weights[0][0], first.weights[0][1])
    first.train(2), second.train(2)
    more = [torch.randint(9, (3,), generator=networks.generators[1]) for networks in (first, second)]
    assert torch.equal(*more)


def test_gradient_levels_are_autograd_s(table: data.Table) -> None:
    networks = Ensemble(Recipe("tanh", layers=3, seeds=1), table)
    model, x, y = alone(networks, 0), networks.x[:256], networks.y[:256]
    outputs = []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.Tanh):
            outputs.append(x)
    gradients = torch.autograd.grad(nn.functional.cross_entropy(x, y), outputs)
    sizes = [float(g.double().square().mean().sqrt()) for g in gradients]
    expected = [20 * math.log10(size / sizes[-1]) for size in sizes]
    assert networks.gradient_db()[0] == pytest.approx(expected, abs=1e-3)


def test_a_dead_unit_is_silent_on_every_example(table: data.Table) -> None:
    networks = Ensemble(Recipe("relu", layers=1, width=4, seeds=1), table)
    assert networks.dead_share()[0, 0] == 0
    with torch.no_grad():
        networks.biases[0][0, 0, 2] = -1e6
    assert networks.dead_share()[0, 0] == 0.25


def test_scores_that_are_no_numbers_are_wrong(table: data.Table) -> None:
    networks = Ensemble(Recipe("relu", seeds=2), table)
    with torch.no_grad():
        networks.weights[-1][0] = math.nan
    error = networks.error(table)[0]
    assert error[0] == 1.0 and error[1] < 1.0


def test_what_is_done_apart_leaves_torch_as_it_was() -> None:
    torch.manual_seed(3)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    with pytest.raises(RuntimeError), apart():
        torch.randn(5)
        assert torch.get_num_threads() == 1
        raise RuntimeError
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_the_split_keeps_training_and_held_out_data_apart() -> None:
    train, held_out = data.digits().split()
    assert len(train.inputs) + len(held_out.inputs) == 1797
    assert set(np.unique(held_out.targets)) == set(range(10))
    assert abs(data.digits().inputs.mean()) < 1e-12 and data.digits().inputs.std() == pytest.approx(1)


def test_a_cost_is_a_positive_ratio_for_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gainstage.claims.timing.REPEATS", {1000: 2})
    found = cost({"ReLU": "relu", "ELU": "elu"}, backward=True)
    assert set(found["1000"]) == {"ReLU", "ELU"}
    assert all(ratio > 0 for ratios in found["1000"].values() for ratio in ratios)
    assert len(found["1000"]["ELU"]) == 21


def test_initial_weights_have_the_recipe_s_deviation(table: data.Table) -> None:
    networks = Ensemble(Recipe("relu", gain=3.0, mean=-0.5, seeds=4), table)
    drawn = networks.weights[1].detach() * 8  # √64
    assert float(drawn.std()) == pytest.approx(3.0, rel=0.05)
    margin = NormalDist().inv_cdf(0.9999) * 3.0 / math.sqrt(drawn.numel())
    assert abs(float(drawn.mean()) + 0.5) < margin
