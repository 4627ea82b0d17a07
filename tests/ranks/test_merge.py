"""Merging ranks: what two halves of a batch recorded is what the whole batch would have."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

import gainstage
from gainstage.record.merge import merge
from gainstage.record.reader import SAMPLES
from gainstage.record.run import Run
from gainstage.record.schema import Event, Outcome, Parameter, RunInfo, Signal, Site, Step, Update

NUMBERS = st.floats(-100, 100, width=32)


def info(rank: int, size: int, outcome: Outcome = "finished", code: int | None = 0) -> RunInfo:
    return RunInfo("job", ("train.py",), "train.py", 0.0, rank=rank, world_size=size, outcome=outcome, exit_code=code)


def recorded(
    signals: list[Signal],
    updates: list[Update] | None = None,
    *,
    rank: int = 0,
    size: int = 2,
    sites: tuple[Site, ...] = (Site(0, "net", "linear", 0, "affine", root="Net", units=3),),
    parameters: tuple[Parameter, ...] = (),
    **step: float,
) -> Run:
    numbers = sorted({signal.step for signal in signals} | {update.step for update in updates or ()})
    steps = tuple(Step(step=n, time=float(n), **step) for n in numbers)  # type: ignore[arg-type]
    return Run(info(rank, size), sites, parameters, steps, signals, updates or [], ())


def measured(rows: np.ndarray) -> Signal:
    """By the definitions of the schema, units in columns."""
    mean, variance = rows.mean(axis=0), rows.var(axis=0)
    return Signal(
        0, 0, len(rows),
        signal=float(np.sqrt(variance.mean())), offset=float(np.sqrt((mean**2).mean())),
        minimum=float(rows.min()), maximum=float(rows.max()),
        gradient=float(np.sqrt((rows**2).mean())), transmission=float((rows**2).mean()),
        nonfinite=int(rows.max() > 50),
    )  # fmt: skip


@settings(deadline=None)
@given(arrays(np.float64, (12, 3), elements=NUMBERS), st.lists(st.integers(1, 11), min_size=1, max_size=3, unique=True))
def test_parts_merged_are_the_whole(batch: np.ndarray, cuts: list[int]) -> None:
    parts = np.split(batch, sorted(cuts))
    merged = merge([recorded([measured(p)], rank=r, size=len(parts)) for r, p in enumerate(parts)], SAMPLES)
    whole = measured(batch)

    def of(column: str) -> float:
        return float(merged.signal(0, column)[0])

    for column in ("rows", "minimum", "maximum", "gradient", "transmission", "nonfinite"):
        assert of(column) == pytest.approx(getattr(whole, column), rel=1e-12, abs=1e-12)
    # The law of total variance: what the parts' means differ by is offset here, and signal in the whole.
    means = np.array([p.mean(axis=0) for p in parts])
    between = np.average((means - batch.mean(axis=0)) ** 2, axis=0, weights=[len(p) for p in parts]).mean()
    assert of("signal") ** 2 + between == pytest.approx(whole.signal**2, rel=1e-9, abs=1e-9)
    assert of("offset") ** 2 - between == pytest.approx(whole.offset**2, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(st.permutations(range(4)), st.lists(NUMBERS, min_size=4, max_size=4))
def test_the_order_of_ranks_does_not_matter(order: list[int], levels: list[float]) -> None:
    runs = [recorded([Signal(0, 0, 8 + r, signal=abs(v), dead_units=r)], rank=r, size=4) for r, v in enumerate(levels)]
    one, other = merge(runs, SAMPLES), merge([runs[place] for place in order], SAMPLES)
    for column in ("rows", "signal", "dead_units"):
        assert one.signal(0, column) == pytest.approx(other.signal(0, column), rel=1e-12)


WEIGHT = arrays(np.float64, (6, 4), elements=NUMBERS)


@settings(deadline=None)
@given(WEIGHT, WEIGHT, st.integers(1, 5), st.booleans())
def test_copies_are_averaged_and_shards_are_put_together(
    weight: np.ndarray, gradient: np.ndarray, cut: int, sharded: bool
) -> None:
    runs = []
    for rank, part in enumerate((slice(None, cut), slice(cut, None)) if sharded else (slice(None), slice(None))):
        own, change = weight[part], gradient[part]
        update = Update(
            0, 0, weight=float(np.sqrt((own**2).mean())), largest=float(np.abs(own).max()), mean=float(own.mean()),
            gradient=float(np.linalg.norm(change)), update=0.5, ratio=0.1, distinct=len(own),
        )  # fmt: skip
        parameter = Parameter(0, "net.weight", weight.shape, shard=own.shape if sharded else ())
        runs.append(recorded([], [update], rank=rank, parameters=(parameter,)))
    merged = merge(runs, SAMPLES)
    found = {name: float(merged.update(0, name)[0]) for name in ("weight", "largest", "mean", "gradient", "distinct")}
    expected = {
        "weight": np.sqrt((weight**2).mean()), "largest": np.abs(weight).max(), "mean": weight.mean(),
        "gradient": np.linalg.norm(gradient), "distinct": 6,
    }  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert merged.parameters[0].shard == ()


def test_two_halves_of_a_batch_through_one_network() -> None:
    """Watched for real: everything but the split of offset and signal is that of the whole batch."""
    batch, target = torch.randn(64, 5, generator=torch.Generator().manual_seed(1)), torch.arange(64) % 3
    runs = [look(batch[part], target[part]) for part in (slice(32), slice(32, None), slice(None))]
    halves, whole = merge(runs[:2], SAMPLES), runs[2]
    assert [site.name for site in halves.sites] == [site.name for site in whole.sites]
    for site in whole.sites:
        for column in ("minimum", "maximum", "gradient", "gradient_in", "transmission", "silent_units"):
            if site.kind != "loss" and not (column == "silent_units" and site.kind == "activation"):
                same = np.array_equal(halves.signal(site.index, column), whole.signal(site.index, column), True)
                assert same or halves.signal(site.index, column) == pytest.approx(
                    whole.signal(site.index, column), rel=1e-5
                )
    # A unit that is silent on the whole batch is silent on each half; the reverse need not be.
    (activation,) = (site for site in whole.sites if site.kind == "activation")
    assert whole.signal(activation.index, "silent_units") <= halves.signal(activation.index, "silent_units")
    assert halves.step("loss") * 2 == pytest.approx(whole.step("loss"), rel=1e-5)
    assert halves.step("examples") == whole.step("examples") == 64


def look(x: torch.Tensor, y: torch.Tensor) -> Run:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3))
    with gainstage.watch(every=1) as watching:
        nn.functional.cross_entropy(model(x), y, reduction="sum").backward()
        torch.optim.SGD(model.parameters(), lr=0.1).step()
    return watching.run


def test_sites_meet_by_what_they_are_and_not_by_their_number() -> None:
    first, second = Site(0, "a", "linear", 0, "affine"), Site(1, "b", "linear", 0, "affine", sources=(0,))
    swapped = (Site(0, "b", "linear", 0, "affine"), Site(1, "c", "relu", 0, "activation", sources=(0,)))
    runs = [
        recorded([Signal(0, 0, 4, signal=1.0), Signal(0, 1, 4, signal=2.0)], sites=(first, second)),
        recorded([Signal(0, 0, 4, signal=4.0), Signal(0, 1, 4, signal=8.0)], sites=swapped, rank=1),
    ]
    merged = merge(runs, SAMPLES)
    assert [(site.module, site.sources) for site in merged.sites] == [("a", ()), ("b", (0,)), ("c", (1,))]
    assert [merged.signal(index, "signal")[0] ** 2 for index in range(3)] == pytest.approx([1, 10, 64])


def test_a_loss_that_is_not_a_number_on_one_rank_is_none_of_the_run() -> None:
    runs = [recorded([Signal(0, 0, 4)], rank=rank, loss=loss) for rank, loss in enumerate((1.0, float("nan")))]
    assert np.isnan(merge(runs, SAMPLES).step("loss")[0])


def test_the_rank_that_failed_says_how_the_run_ended() -> None:
    def ended(rank: int, outcome: Outcome, code: int) -> Run:
        event = Event(0.0, 1, "exception", "ValueError: bad") if outcome == "exception" else Event(0.0, 1, "end")
        return Run(info(rank, 2, outcome, code), (), (), (), [], [], (event,))

    merged = merge([ended(0, "killed", -15), ended(1, "exception", 1)], SAMPLES)
    assert (merged.info.outcome, merged.info.exit_code) == ("exception", 1)
    assert [event.text for event in merged.events] == ["", "rank 1: ValueError: bad"]
