"""Calls on fresh data are one site with a larger batch; calls fed by the one before are sites of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import looked, number, operations, site

ROWS = torch.randn(48, 6, generator=torch.Generator().manual_seed(1)) * torch.tensor([1.0, 2, 3, 1, 1, 0.1])
FIELDS = ("rows", "signal_in", "offset_in", "signal", "offset", "minimum", "maximum", "gradient_in", "gradient")
SHAPE_FIELDS = ("transmission", "nonlinearity", "silent_units", "saturated_units")


class Towers(nn.Module):
    """One small network for every part of its input, parts of the given sizes."""

    def __init__(self, activation: Callable[[torch.Tensor], torch.Tensor], *sizes: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(6, 32), nn.Linear(32, 3)
        self.activation, self.sizes = activation, list(sizes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.second(self.activation(self.first(part))) for part in x.split(self.sizes)])


@pytest.mark.parametrize("sizes", [(24, 24), (1, 40, 7), (1,) * 48])
@pytest.mark.parametrize("activation", [torch.relu, torch.tanh, F.gelu], ids=["relu", "tanh", "gelu"])
def test_parts_are_measured_as_one_batch(
    activation: Callable[[torch.Tensor], torch.Tensor], sizes: tuple[int, ...]
) -> None:
    def loss(output: torch.Tensor) -> torch.Tensor:
        return output.square().mean()

    whole = looked(Towers(activation, 48), ROWS, loss)
    parts = looked(Towers(activation, *sizes), ROWS, loss)
    assert operations(parts) == operations(whole)
    for place in whole.sites:
        fields = FIELDS + (SHAPE_FIELDS if place.kind == "activation" else ())
        other = site(parts, place.operation, place.call, place.module)
        for field in fields:
            expected = number(whole, place, field)
            assert number(parts, other, field) == pytest.approx(expected, rel=1e-4, nan_ok=True), (place, field)


def test_a_cell_read_along_time_is_one_site_per_moment_and_its_data_one_site() -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.RNNCell(6, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            state = torch.zeros(x.shape[0], 4)
            for moment in range(x.shape[1]):
                state = self.cell(x[:, moment], state)
            return state

    run = looked(Recurrent(), ROWS.view(8, 6, 6), lambda output: output.square().mean())
    assert [s.call for s in run.sites if s.kind == "recurrent"] == list(range(6))
    assert [s.operation for s in run.sites if s.kind == "input"] == ["data"]


def test_two_parts_of_one_tensor_are_two_sites() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(6, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            left, right = self.linear(x).chunk(2, -1)
            return torch.sigmoid(left) + torch.sigmoid(right)

    run = looked(Gated(), ROWS, lambda output: output.square().mean())
    assert [s.call for s in run.sites if s.operation == "sigmoid"] == [0, 1]


def test_towers_with_weights_of_their_own_stay_apart() -> None:
    weights = nn.ParameterList([nn.Parameter(torch.randn(3, 6)) for _ in range(2)])

    class Twofold(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = weights

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.linear(x, self.weights[0]) + F.linear(x, self.weights[1])

    run = looked(Twofold(), ROWS, lambda output: output.square().mean())
    assert [s.weight for s in run.sites if s.kind == "affine"] == ["weights.0", "weights.1"]
