"""Why a layer's units ended up where they do not work: the start, the step size, the data or the bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause
from gainstage.diagnose.rule import number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.transfer import input_rms, shift, weight_gain
from gainstage.diagnose.view import View

# Initialisations assume inputs of power one (LeCun et al. 1998); this many times more drives any unit to its edge.
UNSCALED = 10.0
SWEEP = 0.3  # of a pre-activation's spread in one step: three such steps in a row leave nothing of what it was


@dataclass(frozen=True, slots=True)
class Origin:
    """The cause with the numbers that tell it from its look-alikes."""

    cause: Cause
    evidence: dict[str, float]


def data_rms(view: View, stage: Stage) -> float:
    """RMS of the data where it enters the stage's network; 1 where it is embedded or normalised on the way."""
    first = entrance(view, stage)
    return 1.0 if first.normalised or first.site.kind == "embedding" else middle(input_rms(view, first)[view.early])


def origin(view: View, stage: Stage, onset: int) -> Origin:
    """What brought the stage's units into their state at sample ``onset``."""
    bias, pre = _bias(view, stage, onset), _pre_activation(view, stage, onset)
    moves = shift(view, stage)[: onset + 1]
    moves = moves[np.isfinite(moves)]
    farthest = float(moves.max()) if moves.size else float("nan")
    data = data_rms(view, stage)
    evidence = {
        "onset_step": float(view.steps[onset]),
        "largest_step_in_spreads": farthest,
        "input_rms": data,
        "bias_rms": bias,
        "pre_activation_rms": pre,
        "weight_gain": float(weight_gain(view, stage)[onset]),
    }
    by_bias = bool(bias**2 > 0.5 * pre**2)
    if not view.early[onset]:
        return Origin(_later(farthest, data, by_bias, int(view.steps[onset])), evidence)
    return Origin(_from_start(data, by_bias, bias, pre), evidence)


def _pre_activation(view: View, stage: Stage, at: int) -> float:
    """RMS of what the activation receives; of the affine output where that was not measured."""
    inside = view.pre(stage)[at], view.signal(stage.site, "offset")[at]
    if stage.activation is None:
        return float(np.hypot(*inside))
    arriving = view.signal(stage.activation, "signal_in")[at], view.signal(stage.activation, "offset_in")[at]
    return float(np.hypot(*(inside if np.isnan(arriving).any() else arriving)))


def _bias(view: View, stage: Stage, at: int) -> float:
    """RMS of the layer's bias with any constant that is added between it and the activation (a learnt threshold)."""
    own = float(view.update(stage.bias, "weight")[at]) if stage.bias is not None else 0.0
    if stage.activation is None or stage.normalised:
        return own
    added = view.signal(stage.activation, "offset_in")[at] - view.signal(stage.site, "offset")[at]
    return float(np.hypot(np.nan_to_num(own), np.nan_to_num(added)))


def onset(shares: Sequence[float] | np.ndarray, level: float) -> int:
    """The first sample at which ``shares`` reached half of ``level``."""
    return int(np.argmax(np.nan_to_num(np.asarray(shares, dtype=float), nan=0.0) >= level / 2))


def _later(farthest: float, data: float, by_bias: bool, step: int) -> Cause:
    if farthest >= SWEEP:
        if data >= UNSCALED:
            return Cause(
                "input-scale", text=f"inputs of RMS {number(data)} make every step {number(data)} times larger"
            )
        return Cause(
            "learning-rate",
            text=f"working at the start, lost by step {step}: one step moved pre-activations by {number(farthest)} "
            "times their spread",
        )
    return Cause("bias" if by_bias else "drift", text=f"working at the start, lost gradually by step {step}")


def _from_start(data: float, by_bias: bool, bias: float, pre: float) -> Cause:
    if by_bias:
        return Cause("bias", text=f"the bias (RMS {number(bias)}) is most of the pre-activation (RMS {number(pre)})")
    if data >= UNSCALED:
        return Cause("input-scale", text=f"the inputs have RMS {number(data)}; initialisations assume 1")
    return Cause("initialisation", text="already so before the first step")


def entrance(view: View, stage: Stage) -> Stage:
    """The first stage of the network that the stage belongs to: where the data comes in."""
    seen: set[int] = set()
    while stage.inputs and stage.index not in seen:
        seen.add(stage.index)
        stage = view.stages[min(stage.inputs)]
    return stage
