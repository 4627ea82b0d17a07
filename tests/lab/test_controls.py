"""What an address may set: what a control reads back, what it refuses, and that it says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.lab.controls import Check, Choice, Refused, Slider, Text, read, spelled
from gainstage.lab.sketch import POINTS, Sketch

DEPTH = Slider("depth", "Depth", 30, 1, 60)
RATE = Slider("rate", "Rate", 0.1, stops=(0.01, 0.1, 1.0))
SLOPE = Slider("slope", "Slope", 0.01, -1.0, 1.0, 0.1)
KIND = Choice("kind", "Kind", "a", {"": (("a", "A"),), "more": (("b", "<B>"),)})
WORDS = Text("words", "Words", "x", longest=5)
BIAS = Check("bias", "Bias")
CONTROLS = (DEPTH, RATE, SLOPE, KIND, WORDS, BIAS)


@given(
    depth=st.integers(1, 60),
    rate=st.sampled_from((0.01, 0.1, 1.0)),
    slope=st.integers(-10, 10),
    kind=st.sampled_from("ab"),
    words=st.text(max_size=5),
    bias=st.booleans(),
)
def test_what_is_spelled_is_read_back(depth, rate, slope, kind, words, bias) -> None:
    values = {"depth": depth, "rate": rate, "slope": slope / 10, "kind": kind, "words": words, "bias": bias}
    state = read(CONTROLS, spelled(values))
    assert state.values == values
    assert state.troubles == ()


@pytest.mark.parametrize(
    "name, text",
    [
        ("depth", "0"), ("depth", "61"), ("depth", "2.5"), ("depth", "nan"), ("depth", "inf"), ("depth", "1e999"),
        ("depth", ""), ("depth", "__import__('os')"), ("rate", "0.2"), ("rate", "nan"), ("slope", "1.0001"),
        ("kind", "c"), ("kind", ""), ("kind", "A"), ("words", "longer"), ("bias", "true"), ("bias", "2"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_told_and_left_at_the_default(name: str, text: str) -> None:
    state = read(CONTROLS, {name: text})
    default = {control.name: control.default for control in CONTROLS}
    assert state.values == default
    (trouble,) = state.troubles
    assert trouble.startswith(f"{name}={text}: expected")


@given(st.text(max_size=200))
def test_any_text_at_all_is_either_read_or_refused(text: str) -> None:
    for control in (*CONTROLS, Sketch("points", "Points")):
        try:
            control.read(text)
        except Refused as refused:
            assert str(refused).startswith("expected")


def test_a_control_draws_its_value_and_escapes_what_it_shows() -> None:
    assert 'value="12"' in DEPTH.draw(12)
    assert 'value="1"' in RATE.draw(0.1) and 'data-stops="0.01 0.1 1"' in RATE.draw(0.1)
    assert "&lt;B&gt;" in KIND.draw("b") and '<option value="b" selected>' in KIND.draw("b")
    assert "<script" not in WORDS.draw("<script")
    assert "checked" in BIAS.draw(True) and "checked" not in BIAS.draw(False)


def test_a_slider_whose_default_lies_between_its_steps_does_not_snap() -> None:
    assert 'step="any"' in SLOPE.draw(0.01) and 'data-step="0.1"' in SLOPE.draw(0.01)
    assert 'step="1"' in DEPTH.draw(3) and "data-step" not in DEPTH.draw(3)


def test_a_sketch_is_so_many_numbers() -> None:
    sketch = Sketch("points", "Points")
    assert sketch.read(sketch.default) == sketch.default
    for wrong in ("", "0.5", ",".join(["2"] * POINTS), ",".join(["nan"] * POINTS), ",".join(["0"] * (POINTS + 1))):
        with pytest.raises(Refused):
            sketch.read(wrong)
