"""Cards of functions of a whole vector, against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage import functions
from gainstage.functions.card import Card
from gainstage.functions.entries import VECTORS

VECTOR = st.lists(st.floats(-15, 15), min_size=2, max_size=8).map(lambda v: torch.tensor(v, dtype=torch.float64))


def sparsemax(x: torch.Tensor) -> torch.Tensor:
    """Martins & Astudillo 2016, algorithm 1."""
    ordered = x.sort(descending=True).values
    levels = (ordered.cumsum(-1) - 1) / torch.arange(1, x.numel() + 1)
    size = int((ordered > levels).sum())
    return (x - levels[size - 1]).clamp(min=0)


def called(card: Card, x: torch.Tensor) -> torch.Tensor:
    if card.name == "sparsemax":
        return sparsemax(x)
    names = {"torch": torch, "F": torch.nn.functional, "x": x, **card.parameters}
    return eval(card.torch, names)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["softmax", "softmin", "log_softmax", "sparsemax"]), VECTOR, st.floats(-5, 5))
def test_normalising_functions(name: str, x: torch.Tensor, shift: float) -> None:
    card = functions.card(name)
    y = called(card, x)
    assert (y >= card["range"]["low"] - 1e-12).all() and (y <= card["range"]["high"] + 1e-12).all()
    assert card["shift_invariant"] is True
    torch.testing.assert_close(called(card, x + shift), y, rtol=1e-9, atol=1e-12)
    if "sum" in card.properties:
        assert float(y.sum()) == pytest.approx(card["sum"], abs=1e-12)
    if "jacobian_norm" in card.properties:
        jacobian = torch.autograd.functional.jacobian(lambda v: called(card, v), x)
        assert isinstance(jacobian, torch.Tensor)
        assert float(torch.linalg.matrix_norm(jacobian, ord=2)) <= card["jacobian_norm"] + 1e-9


def test_softmaxs_jacobian_attains_its_norm() -> None:
    jacobian = torch.autograd.functional.jacobian(lambda v: v.softmax(-1), torch.zeros(2, dtype=torch.float64))
    assert isinstance(jacobian, torch.Tensor)
    assert float(torch.linalg.matrix_norm(jacobian, ord=2)) == pytest.approx(functions.card("softmax")["jacobian_norm"])


@pytest.mark.parametrize("name", VECTORS)
def test_moments_are_those_of_samples(name: str) -> None:
    card = functions.card(name)
    if "moments" not in card.properties:
        return
    torch.manual_seed(0)
    y = called(card, torch.randn(400_000, 2, dtype=torch.float64))
    assert float(y.mean()) == pytest.approx(card["moments"]["mean"], abs=0.01)
    assert float((y**2).mean()) == pytest.approx(card["moments"]["second"], abs=0.015)
    assert card["gain"] == pytest.approx(1 / math.sqrt(card["moments"]["second"]))


@pytest.mark.parametrize("name", VECTORS)
def test_the_line_that_is_drawn_is_the_functions(name: str) -> None:
    card = functions.card(name)
    assert card.line is not None and card.line_says and card.function is None and not card.elementwise
    for x in (-3.3, -0.4, 0.3, 2.2):
        pair = [1.0, x] if card.line_says.startswith("a = 1") else [x, 0.0]
        output = called(card, torch.tensor(pair, dtype=torch.float64)).flatten()[0]
        assert float(card.line.value(np.array([x]))[0]) == pytest.approx(float(output), abs=1e-12)


def test_maxout_of_k_pieces() -> None:
    assert functions.card("maxout")["moments"]["mean"] == pytest.approx(1 / math.sqrt(math.pi), abs=1e-15)
    assert functions.card("maxout", {"k": 3})["moments"]["mean"] == pytest.approx(1.5 / math.sqrt(math.pi), abs=1e-15)
