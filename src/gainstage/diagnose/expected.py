"""What a stage's gains would be with independent weights of the size it has: theory beside measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gainstage.diagnose.decibels import Array, decibels, middle
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.stages import plain
from gainstage.diagnose.transfer import activation_of
from gainstage.diagnose.view import View
from gainstage.record.schema import Site
from gainstage.theory.gains import expected_signal, expected_transmission

NAN = float("nan")
# Operations between two stages that leave every number as it is.
TRANSPARENT = frozenset(
    {
        *("view", "view_as", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose"),
        *("t", "T", "mT", "contiguous", "clone", "detach", "to", "type", "type_as", "float", "double", "cpu", "cuda"),
        *("movedim", "swapaxes", "identity", "alias", "requires_grad", "ravel"),
    }
)


@dataclass(frozen=True, slots=True)
class Expected:
    """Gains in dB that mean-field theory expects of a stage, ``nan`` where it says nothing."""

    forward_db: float = NAN
    backward_db: float = NAN


@dataclass(frozen=True, slots=True)
class Level:
    """Standard deviations of signal and offset, and what the gradient is divided by on the way back there."""

    signal: float
    offset: float
    divisor: float = 1.0


def expected(view: View, stage: Stage) -> Expected:
    """Both gains of ``stage`` that mean-field theory expects late in the run.

    Weights are taken as independent, of mean zero and the measured RMS (random orthogonal ones have the same gains),
    the pre-activations as normal (Poole et al. 2016), and the gradient as independent of the weights that it comes back
    through (Schoenholz et al. 2017), which near the loss it is not always. Batch, layer and RMS normalisation in front
    of the activation are followed with the scale and shift they have learnt. Stages with another normalisation, a
    residual path, pooling, dropout or an activation without a known formula are left out.
    """
    site, function = stage.site, activation_of(stage)
    if site.kind != "affine" or site.fan_in <= 0 or stage.weight is None or stage.residual or function is None:
        return Expected()
    dropped = any(follower.kind == "dropout" for follower in stage.path)
    if dropped or (stage.receiver is not None and plain(stage.receiver.via) - TRANSPARENT):
        return Expected()
    size = _late(view, view.update(stage.weight, "weight"))
    received = _late(view, view.signal(site, "signal_in"))
    level = _received_by_activation(view, stage, size * math.sqrt(site.fan_in) * received)
    if level is None or not (received > 0 and math.isfinite(level.signal) and math.isfinite(level.offset)):
        return Expected()
    signal = expected_signal(function, level.signal, level.offset)
    slope = math.sqrt(expected_transmission(function, level.signal, level.offset))
    back = slope / level.divisor * size * math.sqrt(site.fan_out)
    return Expected(float(decibels(signal, received)), float(decibels(back, 1.0)))


def _received_by_activation(view: View, stage: Stage, signal: float) -> Level | None:
    """Signal and offset behind the affine operation, and behind the normalisation that follows it; None if unknown."""
    assert stage.weight is not None
    size = _late(view, view.update(stage.weight, "weight")) * math.sqrt(stage.site.fan_in)
    bias = _late(view, view.update(stage.bias, "weight")) if stage.bias else 0.0
    offset = math.hypot(size * _late(view, view.signal(stage.site, "offset_in")), bias)
    norms = [site for site in stage.followers if site.kind == "normalisation"]
    if not norms:
        return Level(signal, offset)
    norm, activation = norms[0], stage.activation
    if len(norms) > 1 or not signal > 0 or (activation is not None and activation.index < norm.index):
        return None
    scale, shift = _learnt(view, norm, norm.weight, 1.0), _learnt(view, norm, norm.bias, 0.0)
    if norm.operation == "batch_norm":
        return Level(scale, shift, signal / scale if scale else math.inf)
    if norm.operation in ("layer_norm", "rms_norm"):
        factor = scale / math.hypot(signal, offset)
        return Level(signal * factor, math.hypot(offset * factor, shift), 1 / factor if factor else math.inf)
    return None


def _learnt(view: View, site: Site, name: str, usual: float) -> float:
    """RMS of a normalisation's parameter, ``usual`` where it has none."""
    found = [p for p in view.run.parameters if name and (p.root, p.name) == (site.root, name)]
    return _late(view, view.update(found[0], "weight")) if found else usual


def _late(view: View, values: Array) -> float:
    return middle(values[view.late])
