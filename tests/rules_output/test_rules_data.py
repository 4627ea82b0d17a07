"""The rules on data, numbers and the recording itself, on recorded numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gainstage.record.schema import Event, Signal, Site
from recorded import BINARY, CLASSES, FALLING, REGRESSION, STEPS, found, network
from synthetic import Recording

CHANCE = float(np.log(3))
HALF_LEARNT = tuple(float(value) for value in np.geomspace(1.1, 0.8, len(STEPS)))


@pytest.mark.parametrize(
    ("inputs", "values", "severity"),
    [
        ({"signal": 1.0}, CHANCE, None),
        ({"signal": 300.0}, FALLING, "info"),
        ({"signal": 300.0}, HALF_LEARNT, "warning"),
        ({"signal": 50.0}, CHANCE, "warning"),
        ({"signal": 300.0}, CHANCE, "error"),
        ({"signal": 300.0, "hidden": {"transmission_share": 0.001}}, FALLING, "warning"),
        ({"signal": 300.0, "hidden": {"transmission_share": 0.001}}, CHANCE, "error"),
        ({"signal": 1.0, "offset": 50.0}, CHANCE, "warning"),
        ({"signal": 1.0, "inputs": {"feature_std_min": 1e-3, "feature_std_max": 1.0, "rms_max": 1.0}}, CHANCE, None),
        ({"signal": 5.0, "inputs": {"feature_std_min": 0.1, "feature_std_max": 40, "rms_max": 40}}, CHANCE, "warning"),
    ],
)
def test_unscaled_inputs_are_judged_by_their_cost(inputs: dict[str, Any], values: Any, severity: str | None) -> None:
    finding = found(network("cross_entropy", CLASSES, values=values, **inputs), "GS601")
    assert (finding.severity if finding else None) == severity


def test_inputs_that_an_embedding_or_a_normalisation_takes_are_not_judged() -> None:
    for kind in ("embedding", "normalisation"):
        made = network("cross_entropy", CLASSES, values=CHANCE, signal=300.0)
        made.sites[1] = replace(made.sites[1], kind=kind)
        assert found(made, "GS601") is None


@pytest.mark.parametrize(
    ("signal", "offset", "severity"),
    [(0.0, 1.0, "error"), (1e-6, 1.0, "warning"), (0.0, 0.0, "error"), (0.1, 1.0, None)],
)
def test_constant_inputs(signal: float, offset: float, severity: str | None) -> None:
    finding = found(network("cross_entropy", CLASSES, signal=signal, offset=offset), "GS602")
    assert (finding.severity if finding else None) == severity


def test_one_example_per_batch_is_not_constant() -> None:
    made = network("cross_entropy", CLASSES, signal=0.0, offset=1.0)
    made.signals = [replace(signal, rows=1) for signal in made.signals]
    assert found(made, "GS602") is None


@pytest.mark.parametrize(
    ("counts", "predicted", "severity"),
    [([98, 2], [100, 0], "warning"), ([98, 2], [97, 3], "info"), ([75, 25], [100, 0], None), ([9, 1], [10, 0], None)],
)
def test_imbalance_costs_where_the_rare_class_is_never_predicted(
    counts: list[int], predicted: list[int], severity: str | None
) -> None:
    extra = {**CLASSES, "input_width": 2, "class_counts": counts, "predicted_counts": predicted}
    finding = found(network("cross_entropy", extra), "GS603")
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(("largest", "severity"), [(-0.5, "warning"), (0.5, "info")])
def test_imbalance_of_a_single_output(largest: float, severity: str) -> None:
    extra = {**BINARY, "class_counts": [98, 2], "target_mean": 0.02, "input_max": largest}
    finding = found(network("binary_cross_entropy_with_logits", extra), "GS603")
    assert finding is not None
    assert finding.severity == severity


LARGE = {"target_min": 100.0, "target_max": 300.0, "target_mean": 200.0, "target_std": 50.0}


@pytest.mark.parametrize(
    ("targets", "end", "severity"),
    [(LARGE, 30_000.0, "warning"), (LARGE, 100.0, "info"), (LARGE, float("inf"), "error"), ({}, 2.0, None)],
)
def test_unscaled_targets(targets: dict[str, float], end: float, severity: str | None) -> None:
    values = (42_500.0,) * 6 + (end,) * 6
    finding = found(network("mse_loss", {**REGRESSION, **targets}, values=values), "GS605")
    assert (finding.severity if finding else None) == severity


def poisoned(made: Recording, site: int, step: int, **flags: int) -> None:
    """Sets flags of one site from ``step`` on."""
    for position, signal in enumerate(made.signals):
        if signal.site == site and signal.step >= step:
            made.signals[position] = replace(signal, **flags)


def test_the_first_operation_with_finite_inputs_is_named() -> None:
    made = network("cross_entropy", CLASSES, values=(*FALLING[:-2], np.nan, np.nan))
    log = Site(index=9, module="net", operation="log", call=0, kind="math", root="Net", source_line="train.py:7")
    made.sites.append(log)
    made.signals += [Signal(step=step, site=9, nonfinite=int(step >= 512)) for step in STEPS]
    poisoned(made, 4, 512, nonfinite=1, nonfinite_in=1)
    finding = found(made, "GS701")
    assert finding is not None
    assert (finding.severity, finding.sites, finding.first_step) == ("error", (log.name,), 512)
    assert finding.cause is not None and finding.cause.name == "operation"


def test_a_gradient_that_breaks_on_the_way_back_is_named() -> None:
    made = network("cross_entropy", CLASSES)
    made.updates = [replace(update, nonfinite_gradient=int(update.step == 1024)) for update in made.updates]
    poisoned(made, 0, 1024, nonfinite_gradient=1, nonfinite_gradient_in=1)
    poisoned(made, 1, 1024, nonfinite_gradient=0, nonfinite_gradient_in=1)
    finding = found(made, "GS701")
    assert finding is not None
    assert finding.sites == (made.sites[1].name,)
    assert finding.evidence["direction"] == "backward"


def test_masks_and_skipped_overflows_are_harmless() -> None:
    masked = network("cross_entropy", CLASSES)
    poisoned(masked, 1, 0, nonfinite=1)
    assert found(masked, "GS701") is None
    skipped = network("cross_entropy", CLASSES)
    skipped.updates = [replace(u, nonfinite_gradient=int(u.step == 8), update=np.nan) for u in skipped.updates]
    assert found(skipped, "GS701") is not None
    skipped.events.append(Event(time=1.0, step=8, kind="skipped-step"))
    assert found(skipped, "GS701") is None


@pytest.mark.parametrize(
    ("scale", "dtype", "wrong"), [(1.0, "float16", True), (65536.0, "float16", False), (1.0, "bfloat16", False)]
)
def test_gradients_that_round_to_zero_in_half_precision(scale: float, dtype: str, wrong: bool) -> None:
    made = network("cross_entropy", CLASSES, loss_scale=scale)
    made.sites[1] = replace(made.sites[1], parameters={"dtype": dtype})
    poisoned(made, 1, 0, gradient=1e-8)
    assert (found(made, "GS702") is not None) is wrong


def test_what_was_not_seen_is_said() -> None:
    assert found(Recording(steps=(), loss=()), "GS901") is not None
    assert found(network("mse_loss", REGRESSION), "GS901") is None
    assert found(network("mse_loss", REGRESSION, steps=(0, 1), values=1.0), "GS902") is not None
    assert found(network("mse_loss", REGRESSION), "GS902") is None
