"""An activation whose output multiplies another path is a gate; one that only follows a layer is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from watched import looked

X = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))


class HandMadeCell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gates = nn.Linear(12, 24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, memory = torch.zeros(8, 6), torch.zeros(8, 6)
        for _ in range(2):
            i, f, g, o = self.gates(torch.cat((x, hidden), 1)).chunk(4, 1)
            memory = torch.sigmoid(f) * memory + torch.sigmoid(i) * torch.tanh(g)
            hidden = torch.sigmoid(o) * torch.tanh(memory)
        return hidden


class GatedUnit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.both = nn.Linear(6, 12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        value, gate = self.both(x).chunk(2, 1)
        return value * gate.sigmoid()


class SwiGLU(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value, self.gate = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.silu(self.gate(x)) * self.value(x)


class SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.scale = nn.Conv2d(2, 4, 1), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = torch.relu(self.conv(x))
        return maps * torch.sigmoid(self.scale(maps.mean((2, 3))))[:, :, None, None]


def gates(model: nn.Module, x: torch.Tensor) -> dict[str, list[bool]]:
    run = looked(model, x, lambda output: output.square().mean())
    found: dict[str, list[bool]] = {}
    for site in run.sites:
        if site.kind == "activation":
            found.setdefault(site.operation, []).append(site.gate)
    return found


def test_the_sigmoids_of_a_hand_made_lstm_are_gates() -> None:
    found = gates(HandMadeCell(), X)
    # The forget gate of the first moment multiplies zeros that no layer made; it is unused.
    assert sum(found["sigmoid"]) >= 5
    assert len(found["sigmoid"]) == 6


@pytest.mark.parametrize(("build", "function"), [(GatedUnit, "sigmoid"), (SwiGLU, "silu")])
def test_gated_units_have_gates(build: Callable[[], nn.Module], function: str) -> None:
    assert gates(build(), X) == {function: [True]}


def test_squeeze_and_excite_has_a_gate_and_an_activation() -> None:
    found = gates(SqueezeExcite(), torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0)))
    assert found == {"relu": [False], "sigmoid": [True]}


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Linear(6, 6), nn.Sigmoid(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 1)),
        nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 1)),
    ],
)
def test_an_ordinary_chain_has_no_gate(model: nn.Module) -> None:
    assert not any(gate for found in gates(model, X).values() for gate in found)


def test_scaling_and_masking_do_not_make_a_gate() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.scale = nn.Linear(6, 6), nn.Parameter(torch.ones(6))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(self.layer(x)) * self.scale * 2.0 * (x > 0)

    assert gates(Scaled(), X) == {"sigmoid": [False]}
