"""The sample that is looked at: rows and units as promised, and never more entries than promised."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.observe.layout import ENTRIES, FEWEST_ROWS, MOST_ROWS, cut, plan

SIZES = st.integers(0, 9)
SHAPES = st.lists(SIZES, min_size=0, max_size=5).map(tuple)
HUGE = st.lists(st.sampled_from([1, 3, 16, 64, 100, 257, 1024, 50_000]), min_size=2, max_size=4).map(tuple)


@given(SHAPES, st.integers(-1, 4), st.sampled_from([1, 2]))
def test_a_cut_is_what_its_plan_says(shape: tuple[int, ...], unit_dim: int, share: int) -> None:
    if unit_dim >= max(len(shape), 1):
        unit_dim = -1
    tensor = torch.arange(prod(shape), dtype=torch.float32).reshape(shape)
    sample, chosen = cut(tensor, unit_dim, share)
    units = 1 if len(shape) < 2 else shape[unit_dim]
    assert sample.shape[-1] == chosen.units == units
    if units:
        assert sample.numel() == chosen.rows * chosen.units
    values = sample.flatten().tolist()
    assert len(set(values)) == len(values), "no entry is taken twice"
    assert set(values) <= set(range(prod(shape)))
    if chosen.whole:
        assert len(values) == prod(shape)


@given(SHAPES.filter(lambda shape: len(shape) > 1 and prod(shape)), st.data())
def test_a_column_holds_one_unit_only(shape: tuple[int, ...], data: st.DataObject) -> None:
    unit_dim = data.draw(st.integers(0, len(shape) - 1))
    units = torch.arange(shape[unit_dim]).reshape([-1 if dim == unit_dim else 1 for dim in range(len(shape))])
    sample, _ = cut(units.expand(shape).clone(), unit_dim)
    columns = sample.reshape(-1, shape[unit_dim])
    assert (columns == torch.arange(shape[unit_dim])).all()


@settings(max_examples=300)
@given(HUGE, st.data())
def test_a_huge_tensor_costs_little(shape: tuple[int, ...], data: st.DataObject) -> None:
    unit_dim = data.draw(st.integers(0, len(shape) - 1))
    chosen = plan(shape, unit_dim)
    assert chosen.units == shape[unit_dim]
    assert 1 <= chosen.rows <= MOST_ROWS
    assert chosen.rows * chosen.units <= max(2 * ENTRIES, FEWEST_ROWS * chosen.units)
    assert chosen.rows >= min(prod(shape) // shape[unit_dim], 4), "enough rows for a variance"


@given(st.integers(2, 400), st.integers(2, 400), st.integers(1, 512))
def test_not_the_same_position_of_every_sequence(batch: int, length: int, units: int) -> None:
    chosen = plan((batch, length, units), 2)
    positions = {row * chosen.stride % length for row in range(chosen.rows)}
    assert len(positions) == min(length, chosen.rows)


@pytest.mark.parametrize("unit_dim", [0, 1, 2, 3])
def test_the_layout_in_memory_does_not_matter(unit_dim: int) -> None:
    plain = torch.randn(4, 6, 8, 10, generator=torch.Generator().manual_seed(0))
    for order in [(3, 2, 1, 0), (0, 2, 3, 1), (1, 0, 3, 2)]:
        back = tuple(np.argsort(order))
        turned = plain.permute(order).contiguous().permute(back)
        assert not turned.is_contiguous()
        torch.testing.assert_close(cut(turned, unit_dim)[0], cut(plain, unit_dim)[0], rtol=0, atol=0)
    channels_last = plain.to(memory_format=torch.channels_last)
    torch.testing.assert_close(cut(channels_last, unit_dim)[0], cut(plain, unit_dim)[0], rtol=0, atol=0)
