"""No verdict is typed in: put another function where the claim's one stands, and the verdict follows."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from gainstage import functions
from gainstage.claims import CLAIMS, judge, leaky, propagation, relu, softmax

# claim, its verdict, which function is replaced by which, and what is judged then
MUTATIONS = [
    ("uat-towers", "holds", {"sigmoid": "linear"}, "refuted"),
    ("uat-single-layer", "holds", {"sigmoid": "linear"}, "refuted"),
    ("uat-linear", "holds", {"linear": "sigmoid"}, "refuted"),
    ("neuron", "holds", {"tanh": "erf"}, "refuted"),
    ("linear-collapse", "holds", {"linear": "relu"}, "refuted"),
    ("linear-derivative", "holds", {"linear": "silu"}, "refuted"),
    ("step-gradient", "holds", {"binary_step": "sigmoid"}, "refuted"),
    ("sigmoid-range", "holds", {"sigmoid": "hardsigmoid"}, "refuted"),
    ("sigmoid-range", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("sigmoid-derivative", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("sigmoid-derivative", "holds", {"sigmoid": "softplus"}, "refuted"),
    ("sigmoid-saturation", "holds", {"sigmoid": "softplus"}, "refuted"),
    ("sigmoid-centre", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("zigzag", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("tanh-form", "holds", {"tanh": "erf"}, "refuted"),
    ("tanh-monotonic", "refuted", {"tanh": "softplus"}, "holds"),
    ("tanh-derivative", "holds", {"tanh": "sigmoid"}, "refuted"),
    ("tanh-centre", "holds", {"tanh": "elu"}, "refuted"),
    ("tanh-explodes", "refuted", {"tanh": "selu"}, "holds"),
    ("relu-form", "holds", {"relu": "leaky_relu"}, "refuted"),
    ("relu-centre", "holds", {"relu": "tanh"}, "refuted"),
    ("relu-dead-cause", "refuted", {"relu_squared": "silu", "leaky_relu": "relu"}, "holds"),
    ("relu-sparsity", "holds", {"relu": "leaky_relu"}, "refuted"),
    ("relu-hidden-only", "depends", {"relu": "linear"}, "refuted"),
    ("relu-hidden-only", "depends", {"relu": "tanh"}, "holds"),
    ("leaky-form", "holds", {"leaky_relu": "elu"}, "refuted"),
    ("leaky-derivative", "refuted", {"leaky_relu": "elu"}, "holds"),
    ("leaky-alive", "holds", {"leaky_relu": "relu"}, "refuted"),
    ("prelu-special", "holds", {"prelu": "elu"}, "refuted"),
    ("prelu-max", "depends", {"prelu": "tanh"}, "refuted"),
    ("maxout", "holds", {"relu": "elu"}, "refuted"),
    ("elu-form", "holds", {"elu": "celu"}, "refuted"),
    ("elu-monotonic", "holds", {"elu": "celu"}, "refuted"),
    ("elu-centre", "refuted", {"elu": "tanh"}, "holds"),
    ("softplus", "holds", {"softplus": "squareplus"}, "refuted"),
    ("softplus", "holds", {"softplus": "relu"}, "refuted"),
    ("swish-form", "holds", {"silu": "gelu"}, "refuted"),
    ("swish-form", "holds", {"silu": "hardswish"}, "refuted"),
    ("swish-beta", "holds", {"swish": "eswish"}, "refuted"),
    ("softmax-binary", "holds", {"sigmoid": "hardsigmoid"}, "refuted"),
    ("choose-output", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("choose-output", "holds", {"linear": "relu"}, "refuted"),
    ("vanish-product", "holds", {"sigmoid": "tanh"}, "refuted"),
    ("xavier", "holds", {"linear": "relu"}, "refuted"),
    ("he", "holds", {"relu": "linear"}, "refuted"),
    ("fans", "holds", {"linear": "relu"}, "refuted"),
    ("large-init", "holds", {"sigmoid": "softplus"}, "refuted"),
]


def replace(monkeypatch: pytest.MonkeyPatch, claim: str, others: Mapping[str, str]) -> None:
    """Let the claim's module get another function by the same name."""
    module = import_module(CLAIMS[claim].judge.__module__)

    def get(name: str, parameters: Mapping[str, Any] | None = None) -> functions.Function:
        return functions.get(others.get(name, name), parameters)

    monkeypatch.setattr(module, "get", get)


@pytest.mark.parametrize(("claim", "itself", "others", "mutated"), MUTATIONS, ids=lambda value: str(value))
def test_the_verdict_follows_the_function(
    claim: str, itself: str, others: dict[str, str], mutated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judge(CLAIMS[claim]).verdict == itself
    replace(monkeypatch, claim, others)
    assert judge(CLAIMS[claim]).verdict == mutated


def test_half_an_eswish_has_relu_as_its_limit_and_half_the_identity_as_its_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [part.verdict for part in judge(CLAIMS["eswish"]).parts if not part.aside] == ["refuted", "holds"]
    replace(monkeypatch, "eswish", {"eswish": "swish"})
    mutated = {part.asked: part.verdict for part in judge(CLAIMS["eswish"]).parts if not part.aside}
    assert mutated == {"at β = 0 it is the identity": "refuted", "for β → ∞ it is ReLU": "holds"}


def test_prelu_monotonic_asks_the_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivative that turns for every a but 1 would make the textbook's sentence true."""
    monkeypatch.setattr(leaky, "prelu_is_monotonic", lambda a, order=0: a == 1 if order else a >= 0)
    assert judge(CLAIMS["prelu-monotonic"]).verdict == "holds"


def test_softmax_claims_follow_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: judge(CLAIMS[name]).verdict for name in ("softmax-sum", "softmax-example", "softmax-binary")}
    assert before == {"softmax-sum": "holds", "softmax-example": "refuted", "softmax-binary": "holds"}
    monkeypatch.setattr(softmax, "softmax", lambda scores: np.exp(-scores))
    assert {judge(CLAIMS[name]).verdict for name in before} == {"refuted"}
    monkeypatch.setattr(softmax, "softmax", lambda scores: np.array([0.52, 0.21, 0.27]))
    assert judge(CLAIMS["softmax-example"]).verdict == "holds"


def test_a_leaky_unit_in_the_dead_one_s_place_refutes_its_death(monkeypatch: pytest.MonkeyPatch) -> None:
    train = relu._train_with_dead_unit
    monkeypatch.setattr(relu, "_train_with_dead_unit", lambda _, **how: train("leaky_relu", **how))
    assert judge(CLAIMS["relu-dead-forever"]).verdict == "refuted"


def test_a_chain_of_one_stage_stands_any_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(CLAIMS["chain"]).verdict == "holds"
    monkeypatch.setattr(propagation, "STAGES", 1)
    assert judge(CLAIMS["chain"]).verdict == "refuted"


def test_every_claim_that_computes_is_mutated_here() -> None:
    computed = {name for name, one in CLAIMS.items() if one.experiment is None}
    apart = {"eswish", "prelu-monotonic", "softmax-sum", "softmax-example", "relu-dead-forever", "chain"}
    assert computed == {row[0] for row in MUTATIONS} | apart
