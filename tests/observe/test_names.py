"""What things are called: module paths, wrappers, calls, variables, source lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import descend, looked, names, number, site, watched

X = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 1))


@dataclass
class Output:
    logits: torch.Tensor
    hidden: torch.Tensor | None = None


class Wrapped(nn.Module):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self.body, self.kind = small(), kind

    def forward(self, x: torch.Tensor) -> Any:
        logits = self.body(x)
        return {"dict": {"logits": logits}, "dataclass": Output(logits), "tuple": (logits, None)}[self.kind]


@pytest.mark.parametrize("kind", ["dict", "dataclass", "tuple"])
def test_what_a_model_returns_does_not_matter(kind: str) -> None:
    def loss(output: Any) -> torch.Tensor:
        logits = {"dict": lambda: output["logits"], "dataclass": lambda: output.logits, "tuple": lambda: output[0]}
        return F.mse_loss(logits[kind](), X[:, :1])

    run = looked(Wrapped(kind), X, loss)
    assert names(run)[1:] == ["body.0 (linear)", "body.1 (tanh)", "body.2 (linear)", "mse_loss"]
    assert {s.root for s in run.sites if s.module} == {"Wrapped"}


@pytest.mark.parametrize("wrap", [nn.DataParallel, lambda model: model])
def test_a_parallel_wrapper_leaves_no_trace_in_names(wrap: Any) -> None:
    run = looked(wrap(small()), X, lambda output: output.square().mean())
    assert [s.module for s in run.sites[1:]] == ["0", "1", "2"]
    assert {s.weight for s in run.sites if s.kind == "affine"} == {"0.weight", "2.weight"}


def test_a_module_used_twice_is_called_twice() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(6, 6)

        def forward(self, x: torch.Tensor, depth: int = 3) -> torch.Tensor:
            return torch.tanh(self.layer(x)) if depth == 1 else self.forward(torch.tanh(self.layer(x)), depth - 1)

    run = watched(descend(model := Shared(), lambda: model(X).square().mean()), 2)
    calls = [s for s in run.sites if s.operation == "linear"]
    assert [(s.module, s.call) for s in calls] == [("layer", 0), ("layer", 1), ("layer", 2)]
    assert len({number(run, s, "gradient") for s in calls}) == 3
    assert [p.name for p in run.parameters] == ["layer.weight", "layer.bias"]


def test_modules_in_a_plain_list_and_direct_calls_of_forward_are_seen() -> None:
    class Hidden(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.others = nn.Linear(6, 6), [nn.Linear(6, 6), nn.Linear(6, 1)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.others[1].forward(torch.relu(self.others[0](torch.relu(self.first(x)))))

    run = looked(Hidden(), X, lambda output: output.square().mean())
    assert [s.module for s in run.sites if s.kind == "affine"] == ["first", "<unregistered Linear>", ""]
    assert all(number(run, s, "gradient") > 0 for s in run.sites[1:])


def test_two_networks_of_one_class_get_two_labels() -> None:
    first, second = small(), small()
    optimizer = torch.optim.SGD([*first.parameters(), *second.parameters()], lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        (first(X) + second(X)).square().mean().backward()
        optimizer.step()

    run = watched(step)
    assert {s.root for s in run.sites} == {"Sequential", "Sequential#2"}
    weights = [s.weight for s in run.sites if s.kind == "affine"]
    assert len(set(weights)) == 4
    assert all(run.parameter(name) is not None for name in weights)


def test_variables_are_named_as_the_user_names_them() -> None:
    first, rest = torch.randn(6, 6, requires_grad=True), [torch.randn(6, 1, requires_grad=True)]
    optimizer = torch.optim.SGD([first, *rest], lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        (torch.relu(X @ first) @ rest[0]).square().mean().backward()
        optimizer.step()

    run = watched(step)
    assert [s.weight for s in run.sites if s.kind == "affine"] == ["first", "rest[0]"]


def test_a_source_line_is_the_users() -> None:
    def activate(x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(6, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return activate(self.layer(x))

    run = looked(Net(), X, lambda output: output.square().mean())
    line = activate.__code__.co_firstlineno + 1
    assert site(run, "tanh").source_line.endswith(f"test_names.py:{line}")


def test_what_a_plain_list_hides_is_named_by_its_class() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.hidden = nn.Linear(6, 6), [nn.Linear(6, 6), nn.Linear(6, 1)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(x)
            for layer in self.hidden:
                x = layer(x)
            return x

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        model(X).square().mean().backward()
        optimizer.step()

    run = watched(step)
    hidden = [p.name for p in run.parameters if not p.optimizer]
    assert len(set(hidden)) == 4
    assert all(name.startswith(("<unregistered Linear>.weight", "<unregistered Linear>.bias")) for name in hidden)
