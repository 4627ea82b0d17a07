"""What a remedy should do to the gradient along a path: mean-field theory beside the measured decibels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Remedy
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import activation_of, input_rms, weight_gain
from gainstage.diagnose.view import View
from gainstage.diagnose.wording import listed
from gainstage.functions import Function, get
from gainstage.theory.gains import initial_gain
from gainstage.theory.meanfield import Layer, gradient_db

WORTH_DB = 10.0  # a remedy that is predicted to bring less is not offered


def gradient_remedies(view: View, path: Sequence[Stage], measured_db: float) -> list[Remedy]:
    """Remedies for a gradient that is lost or blown up along ``path``, those with a predicted gain first."""
    where, found = listed(path), []
    instead = f"instead of {measured_db:+.0f} dB"
    if (fresh := reinitialised_db(path)) is not None and abs(fresh) < abs(measured_db) - WORTH_DB:
        gain = initial_gain(_activation(path[0]) or get("relu"))
        text = f"re-initialised with gain {gain:.3g}: predicted gradient {fresh:+.0f} dB {instead}"
        found.append(Remedy("reinitialise", "safe", where, text, fresh, "dB"))
    if path[0].function != "relu" and measured_db < 0:
        swapped = swapped_db(path, "relu")
        text = f"ReLU with He initialisation: predicted gradient {swapped:+.0f} dB {instead}"
        found.append(Remedy("swap-activation", "unsafe", where, text, swapped, "dB"))
    if not any(stage.normalised for stage in path):
        text = f"normalisation in every stage: gradient per stage near 0 dB {instead} over {len(path) - 1} stages"
        found.append(Remedy("add-normalisation", "unsafe", where, text, 0.0, "dB"))
    return found


def reinitialised_db(path: Sequence[Stage]) -> float | None:
    """Predicted gradient along the path when every layer gets its activation's gain; None where a formula lacks."""
    functions = [_activation(stage) for stage in path]
    if any(function is None for function in functions):
        return None
    return gradient_db([_layer(stage, function) for stage, function in zip(path, functions, strict=True) if function])


def swapped_db(path: Sequence[Stage], name: str) -> float:
    """Predicted gradient along the path with this activation in every stage and the gains that it needs."""
    return gradient_db([_layer(stage, get(name)) for stage in path])


def drawn_db(view: View, path: Sequence[Stage]) -> float | None:
    """Predicted gradient along the path with the gains that the weights have at the start; None as above."""
    layers = [
        replace(_layer(stage, function), gain=middle(weight_gain(view, stage)[view.early]))
        for stage, function in ((stage, _activation(stage)) for stage in path)
        if function
    ]
    known = len(layers) == len(path) and all(layer.gain > 0 for layer in layers)
    return gradient_db(layers, middle(input_rms(view, path[0])[view.early])) if known else None


def _activation(stage: Stage) -> Function | None:
    return activation_of(stage)


def _layer(stage: Stage, function: Function) -> Layer:
    site = stage.site
    return Layer(max(site.fan_in, 1), max(site.fan_out, 1), function, initial_gain(function))
