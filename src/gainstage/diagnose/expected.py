"""What a stage's forward gain would be with independent weights of the size it has: theory beside measurement."""

from __future__ import annotations

import math

from gainstage import functions
from gainstage.diagnose.decibels import Array, decibels, middle
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.theory.gains import expected_signal

NAN = float("nan")


def expected_forward_db(view: View, stage: Stage) -> float:
    """Forward gain in dB that mean-field theory expects of the stage late in the run, ``nan`` where it says nothing.

    Weights are taken as independent, of mean zero and the measured RMS, and the pre-activations as normal (Poole et
    al., 2016). Stages with a normalisation, a residual path or an activation without a known formula are left out.
    """
    site, activation = stage.site, stage.activation
    plain = site.kind == "affine" and site.fan_in > 0 and not stage.normalised and not stage.residual
    name = stage.function or "linear"
    if not plain or stage.weight is None or not functions.known(name):
        return NAN
    gain = math.sqrt(site.fan_in) * _late(view, view.update(stage.weight, "weight"))
    bias = _late(view, view.update(stage.bias, "weight")) if stage.bias else 0.0
    received = _late(view, view.signal(site, "signal_in"))
    offset = math.hypot(gain * _late(view, view.signal(site, "offset_in")), bias)
    if not (received > 0 and math.isfinite(gain * received) and math.isfinite(offset)):
        return NAN
    function = functions.get(name, activation.parameters if activation else {})
    return float(decibels(expected_signal(function, gain * received, offset), received))


def _late(view: View, values: Array) -> float:
    return middle(values[view.late])
