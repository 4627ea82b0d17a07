"""Whole numbers as inputs: token ids that are all alike, and what CTC wants."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gainstage


class Words(nn.Module):
    """A bag of words with a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.head = nn.Embedding(20, 8), nn.Linear(8, 2)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.table(ids).mean(1))


def codes(step: Callable[[], Tensor], model: nn.Module) -> dict[str, str]:
    """Codes and causes after forty steps of Adam."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with gainstage.watch(every=1) as watching:
        for _ in range(40):
            optimizer.zero_grad()
            step().backward()
            optimizer.step()
    return {f.code: f.cause.name for f in watching.diagnosis.findings if f.severity == "error" and f.cause}


@pytest.mark.parametrize("cut", [True, False], ids=["padding only", "words"])
def test_token_ids_that_are_all_alike_are_constant_inputs(cut: bool) -> None:
    torch.manual_seed(0)
    model = Words()

    def step() -> Tensor:
        ids = torch.randint(1, 20, (64, 6))
        labels = (ids[:, 0] > 10).long()
        return F.cross_entropy(model(torch.zeros_like(ids) if cut else ids), labels)

    assert ("GS602" in codes(step, model)) is cut


@pytest.mark.parametrize(("last", "cause"), [(F.softmax, "missing-log"), (F.log_softmax, "")])
def test_ctc_wants_logarithms(last: Callable[..., Tensor], cause: str) -> None:
    torch.manual_seed(0)
    model, frames = nn.Linear(6, 5), torch.randn(12, 16, 6)
    labels, lengths = torch.randint(1, 5, (16, 3)), (torch.full((16,), 12), torch.full((16,), 3))

    found = codes(lambda: F.ctc_loss(last(model(frames), dim=2), labels, *lengths), model)
    assert found.get("GS501", "") == cause


def test_a_softmax_of_single_numbers_runs_over_the_batch() -> None:
    torch.manual_seed(0)
    model, x = nn.Linear(4, 1), torch.randn(32, 4)

    def step() -> Tensor:
        return F.binary_cross_entropy(F.softmax(model(x).squeeze(-1), dim=-1), (x[:, 0] > 0).float())

    assert codes(step, model)["GS501"] == "softmax-dimension"
