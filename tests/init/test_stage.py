"""Staging by data: how exactly, on which networks, and what it must not touch."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from zoo import ZOO, chain, data, resnet, same, seeded, state

import gainstage
from gainstage.diagnose.ladder import ladder
from gainstage.diagnose.view import View
from gainstage.init.graph import Call
from gainstage.init.plan import Plan, plans
from gainstage.init.reading import watched
from gainstage.init.staging import deviation, units

TENTH = 0.1  # dB


class Meter:
    """The level of each planned layer's first output, in dB of the plan."""

    def __init__(self, found: list[Plan]) -> None:
        self.plans = {id(plan.call.weight): plan for plan in found if not plan.layout.chosen}
        self.levels: list[tuple[Plan, float]] = []

    def __call__(self, call: Call, output: torch.Tensor) -> torch.Tensor:
        plan = self.plans.pop(id(call.weight), None)
        if plan is not None:
            std = float(deviation(output, units(call, output, len(plan.layout.kernel))))
            self.levels.append((plan, 20 * math.log10(std / plan.std)))
        return output


def measured(model: nn.Module, inputs: torch.Tensor) -> list[tuple[Plan, float]]:
    graph = watched(model, inputs)
    meter = Meter(plans(graph, {id(parameter) for parameter in model.parameters()}))
    watched(model, inputs, meter)
    return meter.levels


@pytest.mark.parametrize("name", ZOO)
def test_every_stage_reaches_its_level(name: str) -> None:
    model, inputs = ZOO[name]()
    gainstage.stage_(model, inputs, generator=seeded())
    found = [(plan.call.name, off) for plan, off in measured(model, inputs) if not plan.role.branch]
    assert found
    assert [off for _, off in found] == pytest.approx([0.0] * len(found), abs=TENTH)


def test_the_unstaged_network_is_far_from_it() -> None:
    model = chain(50, nn.ReLU)
    assert max(abs(off) for _, off in measured(model, data(128, 20))) > 20


def test_the_signal_of_a_chain_stays_as_the_ladder_measures_it() -> None:
    """By the instrument of `gainstage check`, which knows nothing of plans."""
    model, inputs = chain(30, nn.Tanh), data(256, 20)
    gainstage.stage_(model, inputs, generator=seeded())
    run = gainstage.check(model, inputs, lambda output: output.square().mean()).run
    gains = [rung.forward_db for rung in ladder(View(run))][1:-1]
    assert len(gains) == 29
    assert gains == pytest.approx([0.0] * 29, abs=TENTH)


@pytest.mark.parametrize("name", ["resnet", "resnet-batchnorm"])
def test_a_branch_gets_its_share_of_what_goes_past_it(name: str) -> None:
    """Four blocks: each branch ends with a quarter of the deviation of the identity beside it."""
    model, inputs = ZOO[name]()
    gainstage.stage_(model, inputs, generator=seeded())
    blocks = [layer for layer in model if hasattr(layer, "second")]
    shares: list[float] = []
    for block in blocks:
        block.register_forward_hook(lambda b, given, _: shares.append(_share(b, given[0])))
    with torch.no_grad():
        model(inputs)
    assert len(shares) == 4
    assert shares == pytest.approx([0.25] * 4, rel=0.012)


def _share(block: nn.Module, past: torch.Tensor) -> float:
    end = block.second(torch.relu(block.norms[0](block.first(past))))
    return float(deviation(end, 1) / deviation(past, 1))


def test_gradients_hold_where_widths_are_equal() -> None:
    model, inputs = chain(50, nn.SiLU), data(256, 20)
    gainstage.stage_(model, inputs, generator=seeded())
    model(inputs).square().sum().backward()
    sizes = [float(layer.bias.grad.norm()) for layer in model if isinstance(layer, nn.Linear)]
    assert max(sizes[:-1]) < 3 * min(sizes[:-1])


@pytest.mark.parametrize("target", [-0.5, 0.3])
def test_another_target_raises_or_lowers_each_stage(target: float) -> None:
    model, inputs = chain(10, nn.ReLU), data(256, 20)
    gainstage.stage_(model, inputs, target_db=target, generator=seeded())
    offs = [off for _, off in measured(model, inputs)]
    assert np.diff(offs) == pytest.approx([target] * 10, abs=TENTH)


def test_with_a_loss_signal_and_gradient_share_the_misfit() -> None:
    """Widths 20-256-16-256-16: every widening costs the gradient 12 dB and every narrowing gives them back."""
    sizes = (20, 256, 16, 256, 16)
    layers = [each for a, b in pairwise(sizes) for each in (nn.Linear(a, b), nn.LeakyReLU())]
    inputs = data(512, 20)

    def misfit(loss: bool) -> float:
        model = nn.Sequential(*layers, nn.Linear(16, 3))
        gainstage.stage_(model, inputs, loss=(lambda y: y.square().sum()) if loss else None, generator=seeded())
        ratios = []
        x = inputs
        for layer in model:
            x = layer(x)
            if isinstance(layer, nn.Linear) and layer.out_features != 3:
                x.retain_grad()
                ratios.append(x)
        x.square().sum().backward()
        levels = [
            float(r.detach().std(0).square().mean().sqrt()) / float(r.grad.square().mean().sqrt()) for r in ratios
        ]
        return max(levels) / min(levels)

    assert misfit(loss=False) > 3
    assert misfit(loss=True) < 1.5


@pytest.mark.parametrize("name", ["relu-50", "resnet-batchnorm", "post-norm", "lstm"])
def test_bit_reproducible_and_the_random_state_untouched(name: str) -> None:
    made = []
    for _ in range(2):
        model, inputs = ZOO[name]()
        model.load_state_dict(made[0][0]) if made else None
        first = state(model) if not made else made[0][0]
        before = torch.random.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
        gainstage.stage_(model, inputs, generator=seeded(5))
        assert torch.equal(before[0], torch.random.get_rng_state())
        assert (before[1] == np.random.get_state()[1]).all() and before[2] == random.getstate()
        made.append((first, state(model)))
    assert all(torch.equal(made[0][1][key], made[1][1][key]) for key in made[0][1])


def test_without_a_generator_torchs_state_decides() -> None:
    found = []
    for _ in range(2):
        torch.manual_seed(11)
        model = chain(3, nn.Tanh)
        gainstage.stage_(model, data(32, 20))
        found.append(state(model))
    assert all(torch.equal(found[0][key], found[1][key]) for key in found[0])


@pytest.mark.parametrize("training", [True, False])
def test_buffers_flag_and_hooks_are_as_before(training: bool) -> None:
    model, inputs = resnet(norm=True).train(training), data(16, 3, 8, 8)
    buffers = {name: value.clone() for name, value in model.named_buffers()}
    gainstage.stage_(model, inputs, loss=lambda y: y.sum() ** 2, generator=seeded())
    assert all(torch.equal(value, buffers[name]) for name, value in model.named_buffers())
    assert all(module.training is training for module in model.modules())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    kept = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    assert not any(getattr(module, name) for module in model.modules() for name in kept)


def test_directions_are_kept_without_a_draw() -> None:
    model, inputs = chain(20, nn.ReLU), data(128, 20)
    before = [layer.weight.detach().clone() for layer in model if isinstance(layer, nn.Linear)]
    gainstage.stage_(model, inputs, draw=False)
    after = [layer.weight.detach() for layer in model if isinstance(layer, nn.Linear)]
    for old, new in zip(before, after, strict=True):
        assert torch.allclose(new / new.norm(), old / old.norm(), atol=1e-6)
    assert float(model(inputs).detach().std(0).mean()) == pytest.approx(1.0, abs=0.1)


def test_staging_again_changes_nothing_any_more() -> None:
    model, inputs = chain(20, nn.SiLU), data(128, 20)
    gainstage.stage_(model, inputs, generator=seeded())
    before = state(model)
    gainstage.stage_(model, inputs, draw=False)
    after = state(model)
    assert all(torch.allclose(after[key], before[key], atol=1e-4) for key in before)


def test_dead_units_come_back() -> None:
    model, inputs = chain(4, nn.ReLU), data(256, 20)
    with torch.no_grad():
        model[2].bias.fill_(-100.0)
    assert not model[:4](inputs).any()
    gainstage.stage_(model, inputs, draw=False)
    alive = (model[:4](inputs) > 0).any(0)
    assert alive.all()


def test_frozen_parameters_stay() -> None:
    model, inputs = chain(5, nn.ReLU), data(64, 20)
    model[2].requires_grad_(False)
    before = state(model[2])
    gainstage.stage_(model, inputs, generator=seeded())
    assert same(model[2], before)


@pytest.fixture
def watching() -> Iterator[gainstage.Watching]:
    with gainstage.watch(every=1) as found:
        yield found


def test_a_watched_run_does_not_hear_it(watching: gainstage.Watching) -> None:
    model, inputs = chain(3, nn.ReLU), data(32, 20)
    gainstage.stage_(model, inputs, loss=lambda y: y.square().mean(), generator=seeded())
    gainstage.init_(model, inputs, generator=seeded())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        model(inputs).square().mean().backward()
        optimizer.step()
    assert watching.run.sampled == 3
    assert len([site for site in watching.run.sites if site.kind == "affine"]) == 4
