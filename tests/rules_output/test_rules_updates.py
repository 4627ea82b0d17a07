"""The rules on the size of the steps and on the loss, on recorded numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gainstage.record.schema import NAN
from recorded import BINARY, CLASSES, FALLING, REGRESSION, found, network

CHANCE = float(np.log(3))


def test_oversized_steps_without_progress() -> None:
    made = network("cross_entropy", CLASSES, values=CHANCE, ratio=[5.0] * 3 + [0.0] * 9, learning_rate=10.0)
    finding = found(made, "GS301")
    assert finding is not None
    assert finding.cause is not None
    assert finding.cause.name == "learning-rate"
    assert finding.last_step == 2


def test_promising_more_than_the_loss_is_oversized_too() -> None:
    made = network("cross_entropy", CLASSES, values=CHANCE, predicted_change=-50.0)
    assert found(made, "GS301") is not None


def test_large_steps_of_a_training_that_learns_are_silent() -> None:
    assert found(network("cross_entropy", CLASSES, ratio=[5.0] * 3 + [1e-3] * 9), "GS301") is None


def test_oversized_steps_are_the_inputs_fault_when_the_loss_was_steep_before_them() -> None:
    large = {"signal": 3000.0, "gradient": 1e4, "ratio": 0.5, "predicted_change": -50.0}
    made = network("cross_entropy", CLASSES, values=CHANCE, **large)
    finding = found(made, "GS301")
    assert finding is not None
    assert finding.cause is not None
    assert finding.cause.name == "input-scale"


SMALL: dict[str, Any] = {"values": CHANCE, "ratio": 1e-8, "predicted_change": -1e-8, "learning_rate": 1e-8}


def test_steps_too_small_for_the_run() -> None:
    finding = found(network("cross_entropy", CLASSES, **SMALL), "GS302")
    assert finding is not None
    assert finding.severity == "error"
    assert finding.cause is not None
    assert finding.cause.name == "learning-rate"
    assert finding.remedies[0].value == pytest.approx(1e-3)


def test_an_optimizer_that_does_not_hold_the_parameters() -> None:
    made = network("cross_entropy", CLASSES, values=CHANCE, ratio=NAN, predicted_change=0.0)
    made.parameters = [replace(parameter, optimizer="") for parameter in made.parameters]
    finding = found(made, "GS302")
    assert finding is not None
    assert finding.cause is not None
    assert finding.cause.name == "parameters-not-in-optimizer"


@pytest.mark.parametrize(
    "other",
    [
        {"gradient": 1e-9},  # the gradient is to blame
        {"values": FALLING},  # fine-tuning that works
        {"values": 0.01},  # nothing left to learn
        {"predicted_change": -0.01},
    ],
)
def test_small_steps_that_are_not_at_fault(other: dict[str, Any]) -> None:
    assert found(network("cross_entropy", CLASSES, **{**SMALL, **other}), "GS302") is None


def test_warming_up_is_silent() -> None:
    made = network("cross_entropy", CLASSES, **SMALL)
    made.steps = tuple(replace(step, learning_rate=1e-8 * (1 + position)) for position, step in enumerate(made.steps))
    assert found(made, "GS302") is None


@pytest.mark.parametrize(("promised", "severity"), [(-1e-4, None), (-3e-6, "warning"), (-1e-8, "error")])
def test_a_short_try_is_blamed_only_for_a_training_nobody_waits_for(promised: float, severity: str | None) -> None:
    made = network("cross_entropy", CLASSES, **{**SMALL, "predicted_change": promised}, steps=tuple(range(12)))
    finding = found(made, "GS302")
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(("values", "severity"), [(FALLING, "info"), (CHANCE, "warning")])
def test_uneven_updates(values: Any, severity: str) -> None:
    made = network("cross_entropy", CLASSES, values=values, ratio=1e-3)
    assert found(made, "GS303") is None
    made.parameter("slow.weight", (16, 16), weight=1.0, gradient=1e-6, ratio=1e-9, update=1e-9)
    made.site("affine", "linear", module="slow", weight="slow.weight")
    finding = found(made, "GS303")
    assert finding is not None
    assert finding.severity == severity
    assert finding.sites == ("slow.weight",)


@pytest.mark.parametrize(("stale", "wrong"), [(1.0, True), (0.6, True), (0.0, False), (float("nan"), False)])
def test_gradients_not_cleared(stale: float, wrong: bool) -> None:
    assert (found(network("mse_loss", REGRESSION, stale_gradients=stale), "GS304") is not None) is wrong


DENSE = tuple(range(30))
ZIGZAG = tuple(2.0 if step % 2 else 1.0 for step in DENSE)


@pytest.mark.parametrize(
    ("values", "promised", "wrong"),
    [
        (ZIGZAG, -2.0, True),
        (ZIGZAG, -0.01, False),  # the noise of small batches
        (tuple(np.geomspace(10, 1, 30) * ZIGZAG), -2.0, False),  # progress
        (tuple(np.linspace(1, 1.01, 30)), -2.0, False),
    ],
)
def test_oscillation_is_by_the_steps(values: Any, promised: float, wrong: bool) -> None:
    made = network("residual", REGRESSION, steps=DENSE, values=values, predicted_change=promised, ratio=0.1)
    # The oversized steps' own finding would take this one in.
    from gainstage.diagnose.engine import diagnose

    assert (len(diagnose(made.run(), select=["GS305"]).findings) == 1) is wrong


def test_unexplained_standstill_and_its_look_alikes() -> None:
    alone = network("mse_loss", REGRESSION, values=1.0)
    finding = found(alone, "GS306")
    assert finding is not None
    assert finding.severity == "warning"
    assert found(network("mse_loss", REGRESSION, values=FALLING), "GS306") is None
    assert found(network("mse_loss", REGRESSION, values=0.001), "GS306") is None
    assert found(network("mse_loss", REGRESSION, values=1.0, steps=tuple(range(12))), "GS306") is None
    explained = network("mse_loss", REGRESSION, values=1.0, stale_gradients=1.0)
    assert found(explained, "GS306") is None
    assert "GS306" in (found(explained, "GS304").evidence["consequences"])


def test_guessing_although_the_weights_move_points_to_the_labels() -> None:
    shares = {**BINARY, "class_counts": [64, 64]}
    assert found(network("binary_cross_entropy_with_logits", shares, values=float(np.log(2))), "GS604") is not None
    assert found(network("binary_cross_entropy_with_logits", shares), "GS604") is None
    still = network("binary_cross_entropy_with_logits", shares, values=float(np.log(2)), ratio=1e-9)
    assert found(still, "GS604") is None
