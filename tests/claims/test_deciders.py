"""The deciders answer what mathematics answers, for curves whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage import functions
from gainstage.claims import deciders, float32
from gainstage.claims.claim import CLAIMS, Part, across, aside, claim, combine, part
from gainstage.claims.questions import fills, is_monotonic, is_zero_centred
from gainstage.functions.function import Array, Function

finite = st.floats(-3.0, 3.0).filter(lambda value: abs(value) > 1e-3)


@given(slope=finite, offset=st.floats(-5, 5))
def test_a_line_is_monotonic_in_the_direction_of_its_slope(slope: float, offset: float) -> None:
    found = deciders.monotony(lambda x: slope * x + offset)
    assert found.kind == ("increasing" if slope > 0 else "decreasing")


@given(centre=st.floats(-30, 30))
def test_a_parabola_is_not_and_the_pairs_prove_it(centre: float) -> None:
    def curve(x: Array) -> Array:
        return (np.clip(x, -50, 50) - centre) ** 2

    found = deciders.monotony(curve)
    assert found.kind == "neither" and found.rise and found.fall
    (a, b), (c, d) = found.rise, found.fall
    assert a < b and deciders.at(curve, a) < deciders.at(curve, b)
    assert c < d and deciders.at(curve, c) > deciders.at(curve, d)


@given(centre=st.floats(-30, 30), height=st.floats(0.1, 10))
def test_the_maximum_of_a_bump_is_found_where_it_is(centre: float, height: float) -> None:
    found = deciders.maximum(lambda x: height / (1 + np.minimum((x - centre) ** 2, 1e9)))
    assert found.value == pytest.approx(height, rel=1e-9)
    assert found.where == pytest.approx(centre, abs=1e-5)
    lowest = deciders.minimum(lambda x: -height / (1 + np.minimum((x - centre) ** 2, 1e9)))
    assert lowest.value == pytest.approx(-height, rel=1e-9)


@given(low=st.floats(-1.9, 0), high=st.floats(0.1, 1.9))
def test_intervals_are_found_to_nine_digits(low: float, high: float) -> None:
    grid = tuple(np.linspace(-2, 2, 41))
    (found,) = deciders.intervals(lambda value: low <= value <= high, grid) or [(low, high)]
    assert found == pytest.approx((low, high), abs=1e-8)


def test_conditions_are_spoken() -> None:
    assert deciders.spoken([(-2, 2)], "α", -2, 2) == "α"
    assert deciders.spoken([(0.0, 2)], "α", -2, 2) == "0 ≤ α"
    assert deciders.spoken([(0.0, 1.0)], "α", -2, 2) == "0 ≤ α ≤ 1"
    assert deciders.spoken([(1.0, 1.0)], "a", -2, 2) == "a = 1"
    assert deciders.spoken([], "a", -2, 2) == "never"


def test_oddness_and_equality() -> None:
    assert deciders.odd(np.sinh) and not deciders.odd(np.exp)
    assert deciders.same(np.tanh, lambda x: -np.tanh(-x)) and not deciders.same(np.tanh, np.sin)


def custom(value: object, derivative: object) -> Function:
    """A function that the catalogue does not know: the grid alone decides."""
    return Function("not in the catalogue", value, derivative)  # type: ignore[arg-type]


def test_without_a_proof_the_answer_is_numerical() -> None:
    unknown = custom(np.tanh, lambda x: 1 / np.cosh(np.clip(x, -300, 300)) ** 2)
    known = functions.get("tanh")
    for ask in (is_monotonic, is_zero_centred, lambda f: fills(f, "(-1, 1)", "")):
        mine, theirs = ask(unknown), ask(known)
        assert (mine.verdict, theirs.verdict) == ("holds", "holds")
        assert (mine.proof, theirs.proof) == ("numerical", "certified")
    assert fills(functions.get("tanh"), "[-1, 1]", "").verdict == "refuted"
    assert fills(unknown, "(-1, 2)", "").verdict == "refuted"


def test_the_float32_line_is_walked_float_by_float() -> None:
    limit = np.float32(3.3)
    found = float32.first(lambda x: np.where(x >= limit, 1.0, 0.0), 1.0, 100.0)
    assert found == float(limit)
    assert float32.first(lambda x: np.where(x <= -limit, 1.0, 0.0), 1.0, -100.0) == -float(limit)
    assert float32.first(lambda x: 0 * x, 1.0, 100.0) is None


def test_sigmoid_reaches_one_where_torch_says_so() -> None:
    import torch

    first = float32.first(float32.value("sigmoid"), 1.0, 200.0)
    assert first is not None
    before = np.nextafter(np.float32(first), np.float32(0))
    there = torch.sigmoid(torch.tensor([first, before.item()], dtype=torch.float32))
    assert there[0] == 1 and there[1] < 1


def test_the_verdict_follows_the_parts() -> None:
    holds, refuted = part("a", True, "x", "certified"), part("b", False, "y", "numerical")
    depends = across("c", {"here": True, "there": False}, "z", "experiment")
    beside = aside("d", False, "w")
    one = CLAIMS["neuron"]

    def found(*parts: Part) -> tuple[str, str]:
        verdict = combine(one, parts, 0.0)
        return verdict.verdict, verdict.proof

    assert found(holds) == ("holds", "certified")
    assert found(holds, beside) == ("holds", "certified")
    assert found(holds, depends) == ("depends", "experiment")
    assert found(holds, depends, refuted) == ("refuted", "numerical")
    assert combine(one, (beside, holds, refuted), 0.0).parts == (refuted, holds, beside)
    assert across("e", {"here": True}, "").verdict == "holds"
    assert across("e", {"here": False}, "").verdict == "refuted"
    assert "true for here" in depends.condition and "false for there" in depends.condition
    with pytest.raises(ValueError, match="nothing was judged"):
        found(beside)
    with pytest.raises(ValueError, match="two claims"):
        claim("neuron", "once more")(one.judge)
