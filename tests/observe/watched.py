"""Small networks, watched in this process, and what autograd alone says about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import gainstage
from gainstage.observe.once import look_once
from gainstage.record.run import Run
from gainstage.record.schema import Site


def watched(step: Callable[[], Any], steps: int = 2, every: int = 1) -> Run:
    """The run of ``steps`` calls of ``step``; observing must not have given up."""
    with gainstage.watch(every=every) as watching:
        for _ in range(steps):
            step()
    assert faults(watching.run) == []
    return watching.run


def looked(model: nn.Module, inputs: Any, loss: Callable[[Any], torch.Tensor]) -> Run:
    """The run of one forward and one backward pass."""
    run = look_once(model, inputs, loss)
    assert faults(run) == []
    return run


def faults(run: Run) -> list[str]:
    """What made observing stop."""
    return [event.text for event in run.events if event.kind == "observer-error"]


def names(run: Run) -> list[str]:
    """All sites as people write them."""
    return [site.name for site in run.sites]


def operations(run: Run) -> list[str]:
    """The operations of all sites that are no data."""
    return [site.operation for site in run.sites if site.kind != "input"]


def site(run: Run, operation: str, call: int = 0, module: str | None = None) -> Site:
    """The one site of this operation and call."""
    found = [s for s in run.sites if s.operation == operation and s.call == call and module in (None, s.module)]
    assert len(found) == 1, (operation, call, module, names(run))
    return found[0]


def number(run: Run, at: Site, column: str, sample: int = -1) -> float:
    """One measured number of a site."""
    return float(run.signal(at.index, column)[sample])


def rms(tensor: torch.Tensor | None) -> float:
    """Root mean square of all entries."""
    assert tensor is not None
    return float(tensor.detach().double().square().mean().sqrt())


def signal(tensor: torch.Tensor, unit_dim: int = -1) -> float:
    """The part that varies over the examples: root of the mean variance of the units."""
    rows = tensor.detach().double().movedim(unit_dim, -1).flatten(0, -2)
    return float(rows.var(0, unbiased=False).mean().sqrt())


def offset(tensor: torch.Tensor, unit_dim: int = -1) -> float:
    """The part that does not."""
    rows = tensor.detach().double().movedim(unit_dim, -1).flatten(0, -2)
    return float(rows.mean(0).square().mean().sqrt())


def descend(model: nn.Module, loss: Callable[[], torch.Tensor], rate: float = 0.1) -> Callable[[], None]:
    """A step of plain gradient descent on ``loss()``."""
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step
