"""Recordings of a small network whose every number a test may set; no training."""

from __future__ import annotations

from typing import Any

import numpy as np

from gainstage.diagnose.engine import diagnose
from gainstage.diagnose.finding import Finding
from synthetic import Recording

STEPS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
FALLING = tuple(float(value) for value in np.geomspace(1.0, 0.05, len(STEPS)))
REGRESSION = {
    "input_min": -1.0, "input_max": 1.0, "input_width": 1, "target_min": -2.0, "target_max": 2.0, "target_mean": 0.0,
    "target_std": 1.0, "target_width": 1, "reduction": "mean",
}  # fmt: skip
CLASSES = {
    "input_min": -2.0, "input_max": 2.0, "input_width": 3, "row_sum_min": -3.0, "row_sum_max": 3.0,
    "target_integer": 1, "class_counts": [40, 44, 44], "reduction": "mean",
}  # fmt: skip
BINARY = {
    "input_min": -2.0, "input_max": 2.0, "input_width": 1, "target_min": 0.0, "target_max": 1.0, "target_mean": 0.5,
    "target_std": 0.5, "target_width": 1, "reduction": "mean",
}  # fmt: skip


def network(
    loss: str,
    extra: dict[str, Any],
    *,
    function: str = "",
    via: tuple[str, ...] = (),
    values: Any = FALLING,
    steps: tuple[int, ...] = STEPS,
    signal: float = 1.0,
    offset: float = 0.0,
    inputs: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    activation: dict[str, Any] | None = None,
    hidden: dict[str, Any] | None = None,
    ratio: Any = 1e-3,
    gradient: Any = 0.1,
    **step: Any,
) -> Recording:
    """input - linear - tanh - linear - [``function``] - ``loss``; numbers are constants or one value per sample."""
    made = Recording(steps, values, **{"predicted_change": -1e-2, "backward_passes": 1, **step})
    made.site("input", "input", columns={"signal": signal, "offset": offset, "extra": inputs or {}})
    for layer in ("first", "second"):
        name = f"{layer}.weight"
        made.parameter(
            name, (16, 16), weight=0.1, gradient=gradient, ratio=ratio, update=np.multiply(0.1, ratio), one_sign=0.3
        )
        received = (signal, offset) if layer == "first" else (0.6, 0.1)
        columns = {"signal_in": received[0], "offset_in": received[1], "signal": 1.0, "offset": 0.1, "gradient": 0.1}
        made.site("affine", "linear", module=layer, weight=name, units=16, columns={**columns, "gradient_in": 0.1})
        if layer == "first":
            made.site("activation", "tanh", function="tanh", columns={"transmission_share": 0.6, **(hidden or {})})
    if function:
        columns = {"transmission": 0.5, "transmission_share": 0.5, **(activation or {})}
        made.site("activation", function, function=function, columns=columns, parameters=parameters or {})
    columns = {"extra": extra, "gradient_in": 0.1, "minimum": np.broadcast_to(values, len(steps))}
    made.site("loss", loss, via=via, module="", columns=columns)
    return made


def found(made: Recording, code: str) -> Finding | None:
    """The finding of this code, or None; a rule that failed fails the test."""
    findings = diagnose(made.run(), select=[code[:3]]).findings
    assert not [finding.text for finding in findings if finding.code == "GS900"]
    return next((finding for finding in findings if finding.code == code), None)
