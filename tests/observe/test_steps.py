"""What a step is: accumulation, several optimizers and losses, closures, skipped steps, loops without an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import descend, names, number, operations, rms, site, watched

X = torch.randn(32, 6, generator=torch.Generator().manual_seed(0))
Y = X[:, :1] * 2


def network(width: int = 6, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(width, 8), nn.Tanh(), nn.Linear(8, 1))


def test_micro_batches_are_one_step_and_one_set_of_sites() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        for part in range(4):
            rows = slice(8 * part, 8 * part + 8)
            (F.mse_loss(model(X[rows]), Y[rows]) / 4).backward()
        optimizer.step()

    run = watched(step, 3)
    assert [s.backward_passes for s in run.steps] == [4, 4, 4]
    assert [s.step for s in run.steps] == [0, 1, 2]
    assert names(run)[1:] == ["0 (linear)", "1 (tanh)", "2 (linear)", "mse_loss"]
    assert run.steps[1].stale_gradients == 0
    assert run.steps[0].examples == 8
    gradient = number(run, site(run, "linear", module="2"), "gradient", 0)
    fresh = network()
    output = fresh(X[:8])
    output.retain_grad()
    F.mse_loss(output, Y[:8]).backward()
    assert gradient == pytest.approx(rms(output.grad), rel=1e-5)


def test_gradients_that_are_not_cleared_are_noticed() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)

    def step() -> None:
        F.mse_loss(model(X), Y).backward()
        optimizer.step()

    assert [s.stale_gradients for s in watched(step, 3).steps][1:] == [1, 1]


def test_two_losses_on_one_graph() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        output = model(X)
        first, second = F.mse_loss(output, Y), F.l1_loss(output, Y)
        first.backward(retain_graph=True)
        second.backward()
        optimizer.step()

    run = watched(step)
    assert operations(run) == ["linear", "tanh", "linear", "mse_loss", "l1_loss"]
    assert [s.backward_passes for s in run.steps] == [2, 2]


def adversarial(generator: nn.Module, critic: nn.Module) -> Callable[[], None]:
    """The fake is computed before the critic's step, and used again in the generator's."""
    ours, theirs = (torch.optim.Adam(net.parameters(), lr=1e-3) for net in (generator, critic))

    def step() -> None:
        fake = generator(X)
        theirs.zero_grad()
        (critic(fake.detach()).mean() - critic(Y).mean()).backward()
        theirs.step()
        ours.zero_grad()
        (-critic(fake).mean()).backward()
        ours.step()

    return step


def test_both_optimizers_of_a_gan_are_seen_with_their_own_networks() -> None:
    run = watched(adversarial(network(), network(1, seed=1)), 3)
    assert [s.optimizer for s in run.steps] == ["Adam", "Adam#2"] * 3
    roots = {s.root for s in run.sites}
    assert roots == {"Sequential", "Sequential#2"}
    generator = next(s for s in run.sites if s.root == "Sequential" and s.module == "2")
    heard = np.isfinite(run.signal(generator.index, "gradient"))
    # In the very first round nobody knows of the second optimizer yet: the fake of then was let go.
    assert heard.tolist() == [False, False, *[False, True] * 2]
    assert len({parameter.name for parameter in run.parameters}) == 8
    for parameter in run.parameters:
        updated = np.isfinite(run.update(parameter.index, "ratio"))
        assert updated.tolist() == [parameter.root == "Sequential#2", parameter.root == "Sequential"] * 3


def test_a_gradient_penalty_is_counted_whole_and_heard_not_at_all() -> None:
    critic = network()
    optimizer = torch.optim.Adam(critic.parameters())

    def step() -> None:
        mixed = X.clone().requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        optimizer.zero_grad()
        (critic(X).mean() + (slope.norm(dim=1) - 1).square().mean()).backward()
        optimizer.step()

    run = watched(step)
    calls = {(s.module, s.call) for s in run.sites if s.kind != "input" and s.kind != "math"}
    assert {(module, call) for module in "012" for call in (0, 1)} <= calls
    assert np.isnan(number(run, site(run, "linear", 0, module="2"), "gradient")), "the penalty's own is not the loss's"
    output = site(run, "linear", 1, module="2")
    assert number(run, output, "gradient") == pytest.approx(1 / 32, rel=1e-5)


def test_tied_weights_are_one_parameter_at_two_sites() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.head = nn.Embedding(10, 6), nn.Linear(6, 10, bias=False)
            self.head.weight = self.words.weight

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return self.head(torch.tanh(self.words(ids)))

    torch.manual_seed(0)
    model, ids = Tied(), torch.arange(10)
    run = watched(descend(model, lambda: F.cross_entropy(model(ids), ids)))
    assert site(run, "embedding").weight == site(run, "linear").weight == "words.weight"
    assert [p.name for p in run.parameters] == ["words.weight"]


def test_a_closure_is_watched() -> None:
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), Y)
        loss.backward()
        return loss

    run = watched(lambda: optimizer.step(closure))
    assert operations(run) == ["linear", "tanh", "linear", "mse_loss"]
    assert [s.optimizer for s in run.steps] == ["LBFGS", "LBFGS"]
    assert run.steps[0].backward_passes >= 2
    assert all((run.update(p.index, "ratio") > 0).all() for p in run.parameters)


def test_an_overflow_that_skips_the_step_is_no_fault_of_the_network() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**18)
    scales = []

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            output = model(X)
        scaler.scale(F.mse_loss(output.float(), Y)).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())

    run = watched(step, 12)
    assert scales[0] < 2.0**18, "the first step was to overflow"
    skipped = sum(before > after for before, after in pairwise([2.0**18, *scales]))
    assert len(run.steps) == 12 - skipped
    assert run.steps[0].backward_passes == 1 + skipped
    assert run.steps[0].loss_scale == 2.0**18
    assert all(np.isfinite(run.update(p.index, "gradient")).all() for p in run.parameters)
    last = site(run, "linear", module="2")
    assert number(run, last, "gradient") < 1e3, "unscaled"
