"""GS606 and GS607 on ranks that really train: what they find, and what honest shards must not set off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from sequential import Batches, ranks

from gainstage.diagnose.engine import diagnose
from gainstage.diagnose.finding import Finding
from gainstage.diagnose.peers import chi_squared, two_sided

STEPS, BATCH = 20, 32
RULES = ("GS606", "GS607")


def drawn(rank: int, change: Callable[[int, torch.Tensor, torch.Tensor], torch.Tensor] | None = None) -> Batches:
    """Fresh batches from one source; ``change(rank, x, y)`` gives what a rank makes of them."""
    generator = torch.Generator().manual_seed(100 + rank)
    for _ in range(STEPS):
        x = torch.randn(BATCH, 6, generator=generator)
        y = x[:, :1] - x[:, 1:2]
        yield (change(rank, x, y) if change else x), y


def shard_of(data: torch.Tensor, targets: torch.Tensor, rank: int, size: int, *, interleaved: bool) -> Batches:
    """Epochs over a fixed part of a data set, as a sampler deals it out."""
    length = len(data) // size
    part = slice(rank, None, size) if interleaved else slice(rank * length, (rank + 1) * length)
    own, labels = data[part], targets[part]
    generator = torch.Generator().manual_seed(rank)
    for _ in range(3):
        for picked in torch.randperm(len(own), generator=generator).split(BATCH):
            yield own[picked], labels[picked]


def found(monkeypatch: pytest.MonkeyPatch, batches: Callable[[int], Batches], size: int = 2) -> list[Finding]:
    return list(diagnose(ranks(monkeypatch, batches, size), select=RULES).findings)


@pytest.mark.parametrize("fault", ["scale", "shift", "constant"])
def test_a_rank_with_other_inputs_is_named(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {"scale": lambda x: 40 * x, "shift": lambda x: x + 3, "constant": lambda x: torch.zeros_like(x)}
    (finding,) = found(
        monkeypatch, lambda rank: drawn(rank, lambda own, x, _: changes[fault](x) if own == 2 else x), size=4
    )
    assert (finding.code, finding.evidence["rank"], finding.cause and finding.cause.name) == ("GS606", 2, "inputs")


def test_a_sorted_data_set_dealt_out_in_pieces_is_found_and_its_twin_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = torch.arange(640) // 64
    data = torch.randn(640, 6, generator=torch.Generator().manual_seed(3))
    (finding,) = found(monkeypatch, lambda rank: shard_of(data, labels, rank, 2, interleaved=False))
    assert (finding.code, finding.cause and finding.cause.name) == ("GS606", "targets")
    assert found(monkeypatch, lambda rank: shard_of(data, labels, rank, 2, interleaved=True)) == []


def test_targets_of_a_regression_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def batches(rank: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((x, y + 6 * rank) for x, y in drawn(rank))

    (finding,) = found(monkeypatch, batches)
    assert finding.evidence["quantity"] == "mean of the targets"


def test_the_same_batches_on_every_rank_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = found(monkeypatch, lambda _: drawn(0), size=3)
    assert (finding.code, finding.evidence["equal_steps"]) == ("GS607", STEPS)


@pytest.mark.parametrize("source", range(6))
def test_honest_shards_are_silent(source: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skewed, heavy-tailed, sparse, and small ones; a few examples that are seen again and again; large offsets."""
    generator = torch.Generator().manual_seed(source)
    data = [
        torch.randn(320, 6, generator=generator),
        torch.randn(320, 6, generator=generator).exp(),
        (torch.rand(320, 40, generator=generator) < 0.03).float(),
        torch.randn(320, 6, generator=generator) + 1000,
        torch.rand(64, 6, generator=generator),
        torch.randn(320, 6, generator=generator) ** 3,
    ][source]
    labels = torch.randint(0, 10, (len(data),), generator=generator)
    size = 2 + source % 3
    assert found(monkeypatch, lambda rank: shard_of(data, labels, rank, size, interleaved=bool(source % 2)), size) == []


def test_examples_that_resemble_each_other_are_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch comes from one place of its own, as the frames of a film do."""

    def batches(rank: int) -> Batches:
        generator = torch.Generator().manual_seed(rank)
        for _ in range(STEPS):
            x = 0.05 * torch.randn(BATCH, 6, generator=generator) + torch.randn(1, 6, generator=generator)
            yield x, x[:, :1]

    assert found(monkeypatch, batches) == []


def test_the_two_probabilities_are_those_of_the_tables() -> None:
    """Student's t and chi-squared at their tabulated 1 % points (Abramowitz and Stegun 1964, tables 26.10 and 26.8)."""
    for t, freedom in ((4.032, 5), (3.169, 10), (2.750, 30)):
        assert two_sided(t, freedom) == pytest.approx(0.01, rel=0.05)
    for value, freedom in ((11.345, 3), (23.209, 10), (50.892, 30)):
        assert chi_squared(value / freedom, freedom) == pytest.approx(0.01, rel=0.05)
