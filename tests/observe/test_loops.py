"""Loops of the user's own: without an optimizer object, with an optimizer of their own, with evaluations in between."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import descend, names, number, operations, site, watched

X = torch.randn(32, 6, generator=torch.Generator().manual_seed(0))
Y = X[:, :1] * 2


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))


@pytest.mark.parametrize("in_place", ["no_grad", "data", "foreach"])
def test_a_loop_without_an_optimizer_is_found_and_loses_no_step(in_place: str) -> None:
    weights = [torch.randn(6, 8, requires_grad=True), torch.randn(8, 1, requires_grad=True)]

    def step() -> None:
        loss = ((torch.tanh(X @ weights[0]) @ weights[1] - Y) ** 2).mean()
        for weight in weights:
            weight.grad = None
        loss.backward()
        gradients = [weight.grad for weight in weights]
        if in_place == "data":
            for weight in weights:
                weight.data.sub_(0.01 * weight.grad)
        elif in_place == "foreach":
            torch._foreach_sub_([weight.detach() for weight in weights], gradients, alpha=0.01)
        else:
            with torch.no_grad():
                for weight in weights:
                    weight -= 0.01 * weight.grad

    run = watched(step, 6)
    assert operations(run) == ["matmul", "tanh", "matmul", "residual"]
    assert [p.name for p in run.parameters] == ["weights[0]", "weights[1]"]
    # The second step is spent on finding out that nobody calls an optimizer.
    assert [s.step for s in run.steps] == [0, 2, 3, 4, 5]
    ratios = run.update(run.parameters[0].index, "ratio")
    assert (ratios[:-1] > 0).all()


def test_a_loop_that_asks_for_its_gradients_itself() -> None:
    weights = [torch.randn(6, 8, requires_grad=True), torch.randn(8, 1, requires_grad=True)]
    seen: list[list[float]] = []

    def step() -> None:
        loss = ((torch.tanh(X @ weights[0]) @ weights[1] - Y) ** 2).mean()
        gradients = torch.autograd.grad(loss, weights)
        seen.append([float(gradient.norm()) for gradient in gradients])
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= 0.01 * gradient

    run = watched(step, 6)
    assert [s.step for s in run.steps] == [0, 2, 3, 4, 5]
    for parameter in run.parameters:
        assert run.update(parameter.index, "gradient") == pytest.approx(
            [norms[parameter.index] for number, norms in enumerate(seen) if number != 1], rel=1e-5
        )
        assert (run.update(parameter.index, "ratio")[:-1] > 0).all()
    assert number(run, site(run, "tanh"), "gradient") > 0


def test_coefficients_that_enter_no_layer_are_found_in_the_graph() -> None:
    a, b = torch.tensor(0.5, requires_grad=True), torch.tensor([0.1], requires_grad=True)
    x = X[:, 0]

    def step() -> None:
        loss = (a + b * x**2 - 2 * x).square().sum()
        loss.backward()
        with torch.no_grad():
            for weight in (a, b):
                weight -= 1e-3 * weight.grad
                weight.grad = None

    run = watched(step, 6)
    assert [p.name for p in run.parameters] == ["a", "b"]
    assert [s.step for s in run.steps] == [0, 2, 3, 4, 5]
    assert (run.update(0, "ratio")[:-1] > 0).all()


def test_backward_passes_that_no_step_follows_are_watched_for_a_while_only() -> None:
    model = network()
    run = watched(lambda: F.mse_loss(model(X), Y).backward(), 80)
    assert [s.backward_passes for s in run.steps] == [64]
    assert operations(run) == ["linear", "tanh", "linear", "mse_loss"]


def test_weights_that_move_between_two_backward_passes_of_one_step() -> None:
    """Sharpness-aware minimisation (Foret et al., 2021) looks like a loop without an optimizer, until its step."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        F.mse_loss(model(X), Y).backward()
        with torch.no_grad():
            shifts = [0.05 * parameter.grad for parameter in model.parameters()]
            torch._foreach_add_(list(model.parameters()), shifts)
        optimizer.zero_grad()
        F.mse_loss(model(X), Y).backward()
        with torch.no_grad():
            torch._foreach_sub_(list(model.parameters()), shifts)
        optimizer.step()

    run = watched(step, 4, every=1)
    assert [s.optimizer for s in run.steps][1:] == ["SGD", "SGD", "SGD"]
    assert [s.backward_passes for s in run.steps][1:] == [2, 2, 2]


def test_a_users_own_optimizer() -> None:
    class Signed(torch.optim.Optimizer):
        def __init__(self, parameters: object) -> None:
            super().__init__(parameters, {"lr": 0.01})  # type: ignore[arg-type]

        def step(self, closure: object = None) -> None:  # type: ignore[override]
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data.add_(parameter.grad.sign(), alpha=-group["lr"])

    model = network()
    optimizer = Signed(model.parameters())

    def step() -> None:
        optimizer.zero_grad()
        F.mse_loss(model(X), Y).backward()
        optimizer.step()

    run = watched(step, 3)
    assert [s.optimizer for s in run.steps] == ["Signed"] * 3
    assert run.steps[0].learning_rate == 0.01
    assert number(run, site(run, "tanh"), "gradient") > 0


@pytest.mark.parametrize("with_gradient", [False, True])
def test_an_evaluation_between_steps_leaves_no_site_and_moves_no_call(with_gradient: bool) -> None:
    model = network()
    train = descend(model, lambda: F.mse_loss(model(X), Y))

    def step() -> None:
        with torch.set_grad_enabled(with_gradient):
            F.l1_loss(torch.softmax(model(3 * X[:4]), -1), Y[:4]).item()
        train()

    run, plain = watched(step, 3), watched(train, 3)
    assert names(run) == names(plain)
    assert run.steps[0].examples == 32
