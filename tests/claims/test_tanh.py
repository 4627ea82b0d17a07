"""The verdicts on tanh follow from the function: put another one in its place, and they change."""

from __future__ import annotations

import pytest

from gainstage import functions
from gainstage.claims import CLAIMS, judge, tanh


def instead(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(tanh, "get", lambda asked: functions.get(name if asked == "tanh" else asked))


@pytest.mark.parametrize(
    ("claim", "itself", "other", "mutated"),
    [
        ("tanh-form", "holds", "erf", "refuted"),
        ("tanh-monotonic", "refuted", "softplus", "holds"),
        ("tanh-derivative", "holds", "sigmoid", "refuted"),
        ("tanh-centre", "holds", "elu", "refuted"),
        ("tanh-explodes", "refuted", "selu", "holds"),
    ],
)
def test_the_verdict_follows_the_function(
    claim: str, itself: str, other: str, mutated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judge(CLAIMS[claim]).verdict == itself
    instead(monkeypatch, other)
    assert judge(CLAIMS[claim]).verdict == mutated


def test_the_counterexample_is_one_and_is_certified() -> None:
    verdict = judge(CLAIMS["tanh-monotonic"])
    slope = functions.get("tanh").derivative
    first = verdict.parts[0]
    (a, at_a), (b, at_b) = first.numbers["rises"]
    (c, at_c), (d, at_d) = first.numbers["falls"]
    assert a < b and at_a < at_b and c < d and at_c > at_d
    import numpy as np

    assert slope(np.array([a, b, c, d])) == pytest.approx([at_a, at_b, at_c, at_d])
    assert (first.verdict, verdict.proof) == ("refuted", "certified")
