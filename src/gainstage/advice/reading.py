"""The question that a watched training asks by itself: its task, architecture, size and optimizer."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np

from gainstage.advice.question import Architecture, Normalisation, Optimizer, Question, Task
from gainstage.diagnose.outlet import BINARY_LOSSES, REGRESSION_LOSSES, Outlet, finite, outlets
from gainstage.diagnose.view import View
from gainstage.errors import GainstageError
from gainstage.theory.resolve import resolve

KINDS = {"batch_norm": "batch", "instance_norm": "batch", "rms_norm": "rms"}  # all others are over a layer's units


def question_of(view: View, script: tuple[str, ...]) -> Question:
    """What ``view`` tells; everything that the script has decided is settled.

    Raises:
        GainstageError: when no loss, or no hidden layer, was seen.
    """
    found = list(outlets(view))
    hidden = [stage for stage in view.stages if not stage.is_output]
    if not found or not hidden:
        what = f"{'no loss function' if not found else 'no hidden layer'} was seen in {' '.join(script)}"
        raise GainstageError(f"{what}: say without it what is to be learnt, as in --task multiclass --depth 8")
    widths = [stage.site.units for stage in hidden if stage.site.units > 0]
    names = [stage.function for stage in hidden if stage.function not in ("", "custom")]
    question = Question(
        _task(found[0]),
        _architecture(view),
        depth=len(hidden),
        width=int(np.median(widths)) if widths else 0,
        classes=_classes(found[0]),
        normalisation=_normalisation(view),
        residual=any(stage.residual for stage in view.stages),
        optimizer=_optimizer(view),
        activation=_elementwise(max(set(names), key=names.count)) if names else "",
        script=script,
    )
    return replace(question, targets=_targets(found[0]) if question.task == "regression" else None)


def _task(outlet: Outlet) -> Task:
    operation = outlet.loss.operation
    if operation in BINARY_LOSSES or operation.startswith("multilabel"):
        return "multilabel" if outlet.most("input_width") > 1 else "binary"
    if operation in REGRESSION_LOSSES:
        return "regression"
    return "multiclass" if operation in ("cross_entropy", "nll_loss") else _unknown(operation)


def _unknown(operation: str) -> Task:
    raise GainstageError(f"a loss of {operation}: say what it is, with --task {', '.join(get_args(Task))}")


def _classes(outlet: Outlet) -> int:
    width = outlet.most("input_width")
    return int(width) if outlet.loss.operation not in REGRESSION_LOSSES and width > 1 else 0


def _targets(outlet: Outlet) -> tuple[float, float] | None:
    low, high = finite(outlet.numbers("target_min")), finite(outlet.numbers("target_max"))
    if not low.size or not high.size or low.min() >= high.max():
        return None
    return float(low.min()), float(high.max())


def _architecture(view: View) -> Architecture:
    operations = {site.operation for site in view.run.sites}
    kinds = {site.kind for site in view.run.sites}
    if "attention" in kinds:
        return "transformer"
    if "recurrent" in kinds:
        return "rnn"
    if any(operation.startswith("conv") for operation in operations):
        return "resnet" if any(stage.residual for stage in view.stages) else "cnn"
    return "mlp"


def _normalisation(view: View) -> Normalisation:
    kinds = [KINDS.get(site.operation, "layer") for site in view.run.sites if site.kind == "normalisation"]
    return max(set(kinds), key=kinds.count) if kinds else "none"  # type: ignore[return-value]


def _optimizer(view: View) -> Optimizer:
    name = (view.run.steps[0].optimizer if view.run.steps else "").partition("#")[0].lower()
    return name if name in ("sgd", "adam", "adamw") else ""  # type: ignore[return-value]


def _elementwise(name: str) -> str:
    """The activation where theory knows it; softmax and the like are none of hidden layers'."""
    try:
        return resolve(name).name
    except GainstageError:
        return ""
