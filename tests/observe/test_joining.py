"""Data that joins what the network computed: columns beside embedded categories are an input of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from watched import looked, watched

import gainstage
from gainstage.record.run import Run


class Table(nn.Module):
    """Categories through an embedding, numbers as they are."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.embedding, self.layers = nn.Embedding(5, 4), nn.Sequential(nn.Linear(7, 16), nn.ReLU(), nn.Linear(16, 1))
        self.join = join

    def forward(self, ids: Tensor, columns: Tensor) -> Tensor:
        return self.layers(self.join(self.embedding(ids), columns))


def batch(scale: float = 1.0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.arange(64) % 5, scale * torch.randn(64, 3, generator=generator)


def inputs(run: Run) -> list[int]:
    """The numbers of units of all data sites."""
    return [site.units for site in run.sites if site.kind == "input"]


@pytest.mark.parametrize(
    "join",
    [
        lambda a, b: torch.cat([a, b], 1),
        lambda a, b: torch.cat((b, a), dim=-1),
        lambda a, b: torch.concat([a, b], axis=1),
        lambda a, b: torch.hstack([a, b]),
        lambda a, b: torch.cat(tensors=[a, b], dim=1),
    ],
)
def test_columns_beside_an_embedding_are_data(join: Callable[[Tensor, Tensor], Tensor]) -> None:
    run = looked(Table(join), batch(), lambda output: output.square().mean())
    assert inputs(run) == [0, 3]  # ids have no units
    affine = next(site for site in run.sites if site.operation == "linear")
    assert len(affine.sources) == 2


def test_examples_joined_along_the_batch_are_no_columns() -> None:
    """A discriminator that gets real and generated examples at once."""
    made, judge, real = nn.Linear(2, 3), nn.Linear(3, 1), batch()[1]

    def step() -> None:
        judge(torch.cat([real, made(torch.randn(64, 2))])).mean().backward()

    run = watched(step)
    (read,) = [site for site in run.sites if site.operation == "linear" and site.units == 1]
    assert len(read.sources) == 1


def test_an_input_beside_a_hidden_state_is_one_site_in_time() -> None:
    cell, readout = nn.Linear(8, 5), nn.Linear(5, 1)

    def step() -> None:
        hidden = torch.tanh(nn.functional.linear(torch.ones(16, 2), cell.weight[:, :2]))
        for moment in torch.randn(6, 16, 3):
            hidden = torch.tanh(cell(torch.cat([moment, hidden], 1)))
        readout(hidden).mean().backward()

    run = watched(step)
    assert inputs(run).count(3) == 1


@pytest.mark.parametrize(("scale", "said"), [(2000.0, True), (1.0, False)])
def test_unscaled_columns_beside_an_embedding_are_named(scale: float, said: bool) -> None:
    torch.manual_seed(0)
    model = Table(lambda a, b: torch.cat([a, b], 1))
    given = batch(scale)
    targets = (given[1][:, :1] > 0).float()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with gainstage.watch(every=1) as watching:
        for _ in range(80):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(*given), targets).backward()
            optimizer.step()
    found = {finding.code: finding for finding in watching.diagnosis.findings}
    assert ("GS601" in found) is said, list(found)
    if said:
        assert found["GS601"].cause.name == "input-scale" and found["GS601"].evidence["rms"] > 1000  # type: ignore[union-attr]
