"""Numbers in what scripts print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.errors import GainstageError
from gainstage.verify.printed import compiled, lower_is_better, name_of, readings


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("epoch  5  loss 2.3  test accuracy 0.931", [("test accuracy", 0.931, "held-out"), ("loss", 2.3, "printed")]),
        ("val_loss=0.2, val_acc: .5", [("val_loss", 0.2, "held-out"), ("val_acc", 0.5, "held-out")]),
        ("Validation F1: 71.3%", [("validation f1", 71.3, "held-out")]),
        ("accuracy 0.9", [("accuracy", 0.9, "printed")]),
        ("latest loss", []),
        ("test loss nan", [("test loss", pytest.approx(float("nan"), nan_ok=True), "held-out")]),
        ("recall of nines 0.8, loss on the rest: 2", [("recall of nines", 0.8, "printed"),
                                                      ("loss on the rest", 2.0, "printed")]),
        ("unexplained variance 0.4", [("unexplained variance", 0.4, "printed")]),
        ("final 0.2 0.95", []),
    ],
)
def test_measures_are_known_by_their_words(line: str, found: list[tuple[str, float, str]]) -> None:
    assert list(readings(line)) == found


def test_a_pattern_is_asked_for() -> None:
    pattern = compiled(r"val_acc=([0-9.]+)")
    assert pattern is not None and name_of(pattern) == "val_acc"
    assert list(readings("val_acc=0.5 val_acc=0.6", pattern)) == [("val_acc", 0.5, "asked"), ("val_acc", 0.6, "asked")]
    assert list(readings("val_acc=...", pattern)) == []  # the pattern matches, and it is no number


def test_a_bare_name_stands_for_the_number_behind_it() -> None:
    assert list(readings("f1_macro = -1.5e-3", compiled("f1_macro"))) == [("f1_macro", -1.5e-3, "asked")]
    assert compiled("") is None


def test_a_pattern_that_is_none_is_explained() -> None:
    with pytest.raises(GainstageError, match=r"--metric 'acc=\(' is no regular expression"):
        compiled("acc=(")


def test_which_way_is_better_is_known_by_name() -> None:
    low = ("val_loss", "test error", "RMSE", "perplexity", "unexplained variance", "variance")
    assert all(map(lower_is_better, low))
    high = ("val_acc", "F1", "reward", "test score", "explained variance", "recall of nines")
    assert not any(map(lower_is_better, high))


@given(st.text())
def test_no_line_is_too_strange(line: str) -> None:
    for _, value, _ in readings(line):
        assert isinstance(value, float)
