"""The rules on the last activation and the loss, on recorded numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from recorded import BINARY, CLASSES, REGRESSION, found, network

PROBABILITIES = {"input_min": 0.01, "input_max": 0.9, "row_sum_min": 1.0, "row_sum_max": 1.0}
SQUASHED = {"input_min": 0.2, "input_max": 0.8}

MISMATCHES = [
    ("cross_entropy", {**CLASSES, **PROBABILITIES}, "softmax", "probabilities-into-logit-loss"),
    ("cross_entropy", {**CLASSES, **PROBABILITIES}, "custom", "probabilities-into-logit-loss"),
    ("cross_entropy", {**CLASSES, **SQUASHED}, "sigmoid", "probabilities-into-logit-loss"),
    ("cross_entropy", {**CLASSES, **SQUASHED}, "tanh", "bounded-logits"),
    ("binary_cross_entropy_with_logits", {**BINARY, **SQUASHED}, "sigmoid", "probabilities-into-logit-loss"),
    ("nll_loss", {**CLASSES, **PROBABILITIES}, "softmax", "missing-log"),
    ("nll_loss", CLASSES, "", "missing-log-softmax"),
    ("kl_div", {**CLASSES, **PROBABILITIES}, "softmax", "missing-log"),
    (
        "binary_cross_entropy",
        {**BINARY, **PROBABILITIES, "input_width": 4, "target_width": 4, "target_mean": 0.5},
        "softmax",
        "softmax-for-several-labels",
    ),
]
FITTING = [
    ("cross_entropy", CLASSES, ""),
    ("cross_entropy", {**CLASSES, "input_max": -0.01, "row_sum_min": -9.0, "row_sum_max": -3.5}, "log_softmax"),
    ("binary_cross_entropy_with_logits", BINARY, ""),
    ("binary_cross_entropy", {**BINARY, **SQUASHED}, "sigmoid"),
    ("nll_loss", {**CLASSES, "input_max": -0.01}, "log_softmax"),
    ("mse_loss", {**REGRESSION, **SQUASHED, "target_min": 0.0, "target_max": 1.0, "target_mean": 0.4}, "sigmoid"),
    (
        "binary_cross_entropy",
        {**BINARY, **PROBABILITIES, "input_width": 4, "target_width": 4, "target_mean": 0.25},
        "softmax",
    ),
]


@pytest.mark.parametrize(("loss", "extra", "function", "cause"), MISMATCHES)
def test_mismatch_is_an_error_with_its_cause(loss: str, extra: dict[str, Any], function: str, cause: str) -> None:
    finding = found(network(loss, extra, function=function), "GS501")
    assert finding is not None
    assert finding.severity == "error"
    assert finding.cause is not None
    assert finding.cause.name == cause


@pytest.mark.parametrize(("loss", "extra", "function"), FITTING)
def test_fitting_pairs_are_silent(loss: str, extra: dict[str, Any], function: str) -> None:
    made = network(loss, extra, function=function)
    assert [code for code in ("GS501", "GS502", "GS504", "GS505") if found(made, code)] == []


def test_softmax_twice_has_the_floor_of_a_sure_prediction() -> None:
    finding = found(network("cross_entropy", {**CLASSES, **PROBABILITIES}, function="softmax"), "GS501")
    assert finding is not None
    sure = math.exp(1) / (math.exp(1) + 2)
    assert finding.evidence["lowest_possible_loss"] == pytest.approx(-math.log(sure))


def test_rescaled_activation_is_not_taken_for_its_own_range() -> None:
    extra = {**REGRESSION, "target_min": -40.0, "target_max": 50.0}
    assert found(network("mse_loss", extra, function="tanh"), "GS502") is not None
    assert found(network("mse_loss", extra, function="tanh", via=("mul",)), "GS502") is None


@pytest.mark.parametrize(("examples", "wrong"), [(128, True), (3, False)])
def test_softmax_along_the_batch(examples: int, wrong: bool) -> None:
    made = network("nll_loss", CLASSES, function="log_softmax", parameters={"dim": 0, "width": examples})
    finding = found(made, "GS501")
    assert (finding is not None and finding.cause is not None and finding.cause.name == "softmax-dimension") is wrong


@pytest.mark.parametrize(
    ("function", "targets", "severity"),
    [
        ("tanh", (-1.0, 1.0, 0.0), None),
        ("tanh", (20.0, 80.0, 50.0), "error"),
        ("tanh", (-3.0, 3.0, 0.0), "error"),
        ("sigmoid", (0.0, 1.2, 0.5), "warning"),
        ("sigmoid", (0.0, 9.0, 4.5), "error"),
        ("relu", (-1.0, 9.0, 4.0), "warning"),
        ("relu", (0.0, 9.0, 4.0), None),
        ("", (20.0, 80.0, 50.0), None),
    ],
)
def test_targets_out_of_reach(function: str, targets: tuple[float, float, float], severity: str | None) -> None:
    low, high, mean = targets
    extra = {**REGRESSION, "target_min": low, "target_max": high, "target_mean": mean}
    made = network("mse_loss", extra, function=function)
    finding = found(made, "GS502")
    explained = finding is not None and "consequence_of" in finding.evidence
    assert (finding.severity if finding else None) == ({"warning": "info"}[severity] if explained else severity)


def test_softmax_over_one_unit() -> None:
    made = network("binary_cross_entropy", BINARY, function="softmax", parameters={"dim": 1, "width": 1})
    assert found(made, "GS503") is not None
    assert found(network("cross_entropy", {**CLASSES, "input_width": 1}), "GS503") is not None
    assert found(network("cross_entropy", CLASSES), "GS503") is None


def test_softmax_of_width_one_inside_the_network_is_attention() -> None:
    made = network("mse_loss", REGRESSION)
    weights = made.site("activation", "softmax", function="softmax", parameters={"dim": -1, "width": 1}, sources=(1,))
    made.site("affine", "linear", module="values", sources=(weights.index,))
    assert found(made, "GS503") is None


@pytest.mark.parametrize(
    ("loss", "extra", "passing", "severity"),
    [
        ("binary_cross_entropy_with_logits", BINARY, 0.5, "error"),
        ("cross_entropy", CLASSES, 0.5, "warning"),
        ("mse_loss", {**REGRESSION, "target_min": 0.0, "target_mean": 1.0}, 0.5, "info"),
        ("mse_loss", {**REGRESSION, "target_min": 0.0, "target_mean": 1.0}, 0.0, "error"),
        ("mse_loss", REGRESSION, 0.5, "error"),
    ],
)
def test_rectified_output(loss: str, extra: dict[str, Any], passing: float, severity: str) -> None:
    finding = found(network(loss, extra, function="relu", activation={"transmission": passing}), "GS504")
    assert finding is not None
    assert finding.severity == severity


def test_broadcast_of_a_column_against_a_row() -> None:
    extra = {**REGRESSION, "broadcast": 1}
    finding = found(network("mse_loss", extra), "GS505")
    assert finding is not None
    assert finding.severity == "error"
    assert found(network("residual", {**extra, "input_width": 3}), "GS505") is None
    assert found(network("mse_loss", {**extra, "broadcast": 0}), "GS505") is None


def test_logits_that_binary_cross_entropy_refused() -> None:
    from gainstage.record.schema import Event

    made = network("mse_loss", REGRESSION)
    assert found(made, "GS501") is None
    text = "RuntimeError: all elements of input should be between 0 and 1"
    made.events.append(Event(time=1.0, step=0, kind="exception", text=text))
    finding = found(made, "GS501")
    assert finding is not None
    assert finding.cause is not None
    assert finding.cause.name == "logits-into-probability-loss"
