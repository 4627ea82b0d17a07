"""Runs made from records, for tests of the reading side that need no training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update

Values = float | Sequence[float]


class Recording:
    """Collects sites and parameters whose columns are constants or one value per sample.

    Every site is fed by the one before it unless ``sources`` says otherwise. ``gradient_in`` and ``signal_in`` of
    the next site default to what the previous one put out, as for a plain chain.
    """

    def __init__(self, steps: Sequence[int] = (0, 1, 2, 4, 8, 16), loss: Values = 1.0, **step: Any) -> None:
        self.numbers = tuple(steps)
        losses = np.broadcast_to(loss, len(self.numbers))
        step = {"optimizer": "SGD", "learning_rate": 0.1, "examples": 128, **step}
        self.steps = tuple(
            Step(step=n, time=float(n), loss=float(value), **step)
            for n, value in zip(self.numbers, losses, strict=True)
        )
        self.sites: list[Site] = []
        self.parameters: list[Parameter] = []
        self.signals: list[Signal] = []
        self.updates: list[Update] = []
        self.events: list[Event] = []

    def site(self, kind: Any, operation: str, *, columns: dict[str, Any] | None = None, **fields: Any) -> Site:
        """Adds one site; ``columns`` are its Signal columns."""
        index = len(self.sites)
        fields.setdefault("sources", (index - 1,) if index else ())
        fields.setdefault("module", f"net.{index}")
        site = Site(index=index, operation=operation, call=0, kind=kind, root="Net", **fields)
        self.sites.append(site)
        for position, number in enumerate(self.numbers):
            row = {key: _at(value, position) for key, value in (columns or {}).items()}
            self.signals.append(Signal(step=number, site=index, rows=128, **row))
        return site

    def parameter(self, name: str, shape: tuple[int, ...], *, trainable: bool = True, **columns: Any) -> Parameter:
        """Adds one parameter with its Update columns."""
        parameter = Parameter(index=len(self.parameters), name=name, shape=shape, trainable=trainable, optimizer="SGD")
        self.parameters.append(parameter)
        for position, number in enumerate(self.numbers):
            row = {key: _at(value, position) for key, value in columns.items()}
            self.updates.append(Update(step=number, parameter=parameter.index, **row))
        return parameter

    def run(self) -> Run:
        """The finished run."""
        return Run(
            RunInfo(identifier="synthetic", argv=("train.py",), script="train.py", started=0.0, outcome="finished"),
            tuple(self.sites),
            tuple(self.parameters),
            self.steps,
            self.signals,
            self.updates,
            tuple(self.events),
        )


def mlp(
    depth: int,
    *,
    function: str = "relu",
    weights_db: Values = 0.0,
    activation_db: Values = 0.0,
    forward_db: Values = 0.0,
    ratio: Values = 1e-3,
    loss: Values = (1.0, 0.9, 0.8, 0.6, 0.4, 0.2),
    units: int = 64,
    activation: dict[str, Any] | None = None,
    steps: Sequence[int] = (0, 1, 2, 4, 8, 16),
) -> Recording:
    """A chain of ``depth`` linear layers with ``depth - 1`` activations and a cross-entropy at its end.

    The decibels hold for each stage; values per sample are possible everywhere.
    """
    made = Recording(steps, loss)
    count = len(made.numbers)
    weights, acts, forward = (np.broadcast_to(v, count) for v in (weights_db, activation_db, forward_db))
    per_stage, half = 10 ** ((weights + acts) / 20), 10 ** (forward / 20)
    made.site("input", "input", columns={"signal": 1.0, "offset": 0.0})
    signal = np.ones(count)
    for layer in range(depth):
        gradient = 0.01 * per_stage ** (depth - 1 - layer)
        name = f"layer{layer}"
        made.parameter(f"{name}.weight", (units, units), weight=0.1, largest=0.3, mean=0.0, gradient=gradient * units,
                       update=0.1 * np.asarray(ratio), ratio=ratio, one_sign=0.3, distinct=units)  # fmt: skip
        made.parameter(f"{name}.bias", (units,), weight=0.05, mean=0.0, gradient=gradient, ratio=ratio)
        out = signal * half
        made.site("affine", "linear", module=name, weight=f"{name}.weight", bias=f"{name}.bias", fan_in=units,
                  fan_out=units, units=units, columns={
                      "signal_in": signal, "offset_in": 0.0, "signal": out, "offset": 0.1, "gradient": gradient,
                      "gradient_in": gradient * 10 ** (weights / 20) if layer else np.nan, "distinct_units": units,
                  })  # fmt: skip
        signal = out
        if layer < depth - 1:
            made.site("activation", function, module=name, function=function, units=units, columns={
                "signal_in": signal, "signal": signal, "offset": 0.1, "gradient_in": gradient,
                "gradient": gradient / 10 ** (acts / 20), "transmission": 0.5, "transmission_share": 0.5,
                "nonlinearity": 0.5, "silent_units": 0, "dead_units": 0, "saturated_units": 0,
                "distinct_units": units, **(activation or {}),
            })  # fmt: skip
    made.site("loss", "cross_entropy", module="", columns={"gradient_in": 0.01})
    return made


def _at(value: Any, position: int) -> Any:
    return value[position] if isinstance(value, (list, tuple, np.ndarray)) else value
