"""Proved digits against constants that are known otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gainstage.errors import GainstageError
from gainstage.theory.certified import certified_moments


def test_digits_are_those_of_known_constants() -> None:
    relu, gelu = certified_moments("relu", 30), certified_moments("gelu", 30)
    assert relu.mean == Decimal("0.398942280401432677939946059934")  # 1 / sqrt(2 pi)
    assert (relu.second, relu.transmission) == (Decimal("0.5"), Decimal("0.5"))
    assert gelu.mean == Decimal("0.282094791773878143474039725780")  # 1 / (2 sqrt(pi))
    assert certified_moments("exp", 20).mean == Decimal("1.64872127070012814685")  # sqrt(e)


def test_more_digits_begin_with_the_fewer() -> None:
    few, many = certified_moments("tanh", 24).second, certified_moments("tanh", 60).second
    assert few == Decimal("0.394294490397841174416460")
    assert abs(many - few) <= Decimal(1).scaleb(-24)
    assert len(str(many)) == len("0.") + 60


def test_parameters_are_the_decimals_that_they_print_as() -> None:
    leaky = certified_moments("leaky_relu", 40, {"negative_slope": 0.1})
    assert leaky.second == Decimal("0.505")


def test_wrong_requests_are_told() -> None:
    with pytest.raises(GainstageError, match="digits=0"):
        certified_moments("relu", 0)
    with pytest.raises(GainstageError, match="whole vector"):
        certified_moments("softmax")
