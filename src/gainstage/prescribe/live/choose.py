"""From a diagnosis to treatments of the model in memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding, Remedy
from gainstage.diagnose.stage import Stage
from gainstage.prescribe.choose import worth_curing
from gainstage.prescribe.gains import gain_of, gradient_norms, missing_factor
from gainstage.prescribe.live.changes import Adjust, Clip, Normalise, Redraw, Rescale, Swap
from gainstage.prescribe.live.treatment import Treatment
from gainstage.prescribe.sites import hidden, touched
from gainstage.prescribe.source.activations import MODULES
from gainstage.prescribe.wording import counted, short

Maker = Callable[[Diagnosis, Finding, Remedy], Iterator[Treatment]]


def remedies(diagnosis: Diagnosis) -> tuple[Treatment, ...]:
    """What may be done to the watched model as it is in memory, the root cause's remedies first.

    Only remedies that need no change of the source: weights, biases, activation modules, normalisation, gradient
    clipping and the optimizer's settings. Each may be applied to the model and undone, to the last bit.

    Args:
        diagnosis: of a run of this very model, from ``watch`` or ``check``.

    Returns:
        Treatments; those with ``safety`` "safe" change only scale or start.

    Example:
        >>> import torch, gainstage
        >>> model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
        >>> _ = torch.nn.init.zeros_(model[0].weight), torch.nn.init.zeros_(model[2].weight)
        >>> batch = torch.randn(64, 4), torch.arange(64) % 2
        >>> loss = lambda output: torch.nn.functional.cross_entropy(output, batch[1])
        >>> treatment = gainstage.remedies(gainstage.check(model, batch[0], loss))[0]
        >>> treatment.apply(model)
        >>> bool(model[0].weight.std() > 0)
        True
        >>> treatment.undo()
    """
    found = [
        treatment
        for finding in worth_curing(diagnosis)
        for remedy in finding.remedies
        for treatment in MAKERS.get(remedy.name, _nothing)(diagnosis, finding, remedy)
    ]
    return tuple({repr(treatment): treatment for treatment in reversed(found)}.values())[::-1]


def _nothing(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    yield from ()


def _redraw(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    stages = [stage for stage in touched(diagnosis.view, finding) if is_named(diagnosis, stage)]
    deviations = {stage.site.weight: gain_of(stage) / math.sqrt(max(stage.site.fan_in, 1)) for stage in stages}
    zeros = tuple(dict.fromkeys(stage.site.bias for stage in stages if stage.site.bias))
    if deviations:
        text = f"{counted(len(deviations), 'layer')} drawn again with the gains of their activations."
        yield Redraw(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), deviations, zeros)


def _revive(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    """Dead units alone: their rows drawn again, their biases zero; trained units stay."""
    rows: dict[str, tuple[int, ...]] = {}
    deviations: dict[str, float] = {}
    zeros: list[str] = []
    for stage in touched(diagnosis.view, finding):
        silent = diagnosis.run.silent_units(stage.activation.index) if stage.activation is not None else ()
        if silent and is_named(diagnosis, stage) and stage.site.operation in ("linear", "conv1d", "conv2d", "conv3d"):
            deviations[stage.site.weight] = gain_of(stage) / math.sqrt(max(stage.site.fan_in, 1))
            rows[stage.site.weight] = silent
            if stage.site.bias:
                zeros.append(stage.site.bias)
                rows[stage.site.bias] = silent
    if deviations:
        text = f"{sum(len(rows[name]) for name in deviations)} dead units drawn again, the others as they are."
        yield Redraw("revive", "safe", text, remedy.predicted, (finding.code,), deviations, tuple(zeros), rows=rows)
    yield from _zero_bias(diagnosis, finding, remedy) if remedy.name == "zero-bias" else ()


def _zero_bias(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    stages = touched(diagnosis.view, finding)
    zeros = tuple(dict.fromkeys(stage.site.bias for stage in stages if stage.site.bias))
    if zeros:
        yield Redraw(remedy.name, remedy.safety, "Biases at zero.", remedy.predicted, (finding.code,), {}, zeros)


def _rescale(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    factors = {
        stage.site.weight: factor
        for stage in touched(diagnosis.view, finding)
        if is_named(diagnosis, stage) and (factor := missing_factor(diagnosis.run, stage, last=True)) is not None
    }
    if factors:
        text = f"{counted(len(factors), 'weight')} brought to the gain that their activations need."
        yield Rescale(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), factors)


def _swap(function: str) -> Maker:
    def make(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
        stages = hidden(touched(diagnosis.view, finding)) or hidden(diagnosis.view.chain)
        sites = [stage.activation for stage in stages if stage.activation is not None and stage.function != function]
        modules = tuple(dict.fromkeys(s.module for s in sites if s.module_class == MODULES.get(s.function)))
        if modules:
            text = f"{MODULES[function]} in the place of {counted(len(modules), 'activation')}."
            yield Swap(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), modules, function)

    return make


def _normalise(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    stages = [s for s in touched(diagnosis.view, finding) if not s.is_output and not s.normalised and s.site.module]
    layers = [stage for stage in stages if stage.site.module_class in ("Linear", "Conv1d", "Conv2d", "Conv3d")]
    modules = tuple(dict.fromkeys(stage.site.module for stage in layers))
    for kind in ("batch", "layer") if modules else ():
        text = f"A {kind} normalisation behind {counted(len(modules), 'layer')}."
        yield Normalise(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), modules, kind)


def _clip(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    norms = gradient_norms(diagnosis.run)
    limit = remedy.value if finding.code == "GS204" else float(norms[0]) if norms.size else math.nan
    if limit is not None and math.isfinite(limit) and limit > 0:
        text = f"Gradients clipped to a norm of {short(limit)}."
        yield Clip(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), limit)


def _rate(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
    now = diagnosis.run.steps[-1].learning_rate if diagnosis.run.steps else math.nan
    if remedy.value and np.isfinite(remedy.value) and now > 0:
        text = f"Learning rate {short(remedy.value)} instead of {short(now)}."
        factor = float(remedy.value) / now
        yield Adjust(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), "lr", factor)


def _set(setting: str) -> Maker:
    def make(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> Iterator[Treatment]:
        value = float(remedy.value or 0.0)
        text = f"{setting} {short(value)}."
        yield Adjust(remedy.name, remedy.safety, text, remedy.predicted, (finding.code,), setting, None, value)

    return make


def is_named(diagnosis: Diagnosis, stage: Stage) -> bool:
    """Whether the stage's weight is a parameter of a module."""
    parameter = diagnosis.run.parameter(stage.site.weight)
    return parameter is not None and bool(parameter.root) and not parameter.tied_to


MAKERS: dict[str, Maker] = {
    "reinitialise": _redraw, "larger-gain": _redraw, "zero-bias": _revive, "rescale-weights": _rescale,
    "leaky-activation": _swap("leaky_relu"), "swap-activation": _swap("relu"), "centre-activation": _swap("tanh"),
    "add-normalisation": _normalise, "clip-gradient": _clip, "lower-learning-rate": _rate,
    "raise-learning-rate": _rate, "less-momentum": _set("momentum"), "less-weight-decay": _set("weight_decay"),
}  # fmt: skip
