"""Ranks without processes: each is trained by itself, watched, one after the other, and then merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

import gainstage
from gainstage.record.merge import merge
from gainstage.record.reader import SAMPLES
from gainstage.record.run import Run

Batches = Iterator[tuple[torch.Tensor, torch.Tensor]]


def ranks(monkeypatch: pytest.MonkeyPatch, batches: Callable[[int], Batches], size: int = 2) -> Run:
    """The merged run of ``size`` ranks, of which each trains on ``batches(rank)``."""
    return merge([_one(monkeypatch, batches(rank), rank, size) for rank in range(size)], SAMPLES)


def _one(monkeypatch: pytest.MonkeyPatch, batches: Batches, rank: int, size: int) -> Run:
    monkeypatch.setenv("RANK", str(rank))
    monkeypatch.setenv("WORLD_SIZE", str(size))
    torch.manual_seed(0)
    first, *others = batches
    classes = first[1].dtype == torch.int64
    model = nn.Sequential(nn.Linear(first[0].shape[1], 32), nn.ReLU(), nn.Linear(32, 10 if classes else 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with gainstage.watch() as watching:
        for x, y in (first, *others):
            optimizer.zero_grad()
            output = model(x)
            loss = nn.functional.cross_entropy(output, y) if classes else nn.functional.mse_loss(output, y)
            loss.backward()
            optimizer.step()
    return watching.run
