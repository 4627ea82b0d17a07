"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.show import numbers


@pytest.mark.parametrize(
    "value, shown",
    [
        (-17.13, "−17.1"),
        (-336.2, "−336"),
        (0.0, "0.0"),
        (-0.01, "0.0"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
        (3.0, "3.0"),
    ],
)
def test_decibels(value, shown):
    assert numbers.decibels(value) == shown


@pytest.mark.parametrize(
    "share, shown",
    [(0, "0 %"), (1, "100 %"), (0.25, "25 %"), (1e-9, "<0.01 %"), (0.9999, ">99 %"), (0.009, "0.9 %"), (math.nan, "–")],
)
def test_percent(share, shown):
    assert numbers.percent(share) == shown


@given(st.floats(0, 1))
def test_only_none_and_all_read_as_none_and_all(share):
    assert (numbers.percent(share) == "0 %") == (share == 0)
    assert (numbers.percent(share) == "100 %") == (100 * share == 100)


@pytest.mark.parametrize("value, shown", [(3.1e-15, "3.1e-15"), (0.0012, "1.2e-3"), (0.0, "0"), (math.inf, "∞")])
def test_ratio(value, shown):
    assert numbers.ratio(value) == shown


@pytest.mark.parametrize("value, shown", [(0.42, "0.42 s"), (12.3, "12.3 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_seconds(value, shown):
    assert numbers.seconds(value) == shown


@pytest.mark.parametrize(
    "key, value, shown",
    [
        ("gradient_db", -336.2, "gradient −336 dB"),
        ("dead_share", 0.5, "dead share 50 %"),
        ("update_ratio", -2.5, "update ratio −2.5"),
        ("layers", ["a", "b", "c", "d", "e"], "layers a, b, c, d, …"),
        ("frozen", True, "frozen yes"),
        ("counts", {"a": 1, "b": 2}, "counts a 1, b 2"),
        ("gain", None, "gain not measured"),
    ],
)
def test_evidence_takes_its_unit_from_the_key(key, value, shown):
    assert numbers.evidence(key, value) == shown
