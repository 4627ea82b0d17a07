"""What a run of consecutive stages does to signal and gradient, and what moves a stage's pre-activations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gainstage.diagnose.decibels import Array, decibels, middle
from gainstage.diagnose.learning import Mask
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import SHARES, View
from gainstage.functions import Function, get, known


def gradient_split(view: View, path: Sequence[Stage], mask: Mask) -> dict[str, float]:
    """Decibels between the gradient at the last stage's affine output and that at the first one's, by what they cost.

    The values sum to the difference of the two ends where all were measured; medians over ``mask``. Between two
    affine outputs lie what follows the one and the weights of the other.
    """
    shares: dict[str, float] = dict.fromkeys(SHARES, 0.0)
    for stage in path[:-1]:
        for key, values in view.shares_db(stage).items():
            if key != "weights":
                shares[key] += _number(middle(values[mask]))
    for stage in path[1:]:
        shares["weights"] += _number(middle(view.shares_db(stage)["weights"][mask]))
    return {key: value for key, value in shares.items() if abs(value) >= 0.05}


def gradient_db(view: View, path: Sequence[Stage], mask: Mask) -> float:
    """Gradient at the first stage's affine output over that at the last one's, median over ``mask``; -inf for zero."""
    if len(path) < 2:
        return float("nan")
    return middle(decibels(view.gradient(path[0]), view.gradient(path[-1]))[mask])


def signal_split(view: View, path: Sequence[Stage], mask: Mask) -> dict[str, float]:
    """Decibels that the signal gains along ``path``: by the weights, and by what follows them in each stage."""
    shares = {"weights": 0.0, "activation": 0.0}
    for stage in path:
        before, pre, post = view.signal(stage.site, "signal_in"), view.pre(stage), view.post(stage)
        shares["weights"] += _number(middle(decibels(pre, before)[mask]))
        shares["activation"] += _number(middle(decibels(post, pre)[mask]))
    return {key: value for key, value in shares.items() if abs(value) >= 0.05}


def weight_gain(view: View, stage: Stage) -> Array:
    """RMS weight times sqrt(fan-in): what the weights do to the power of a signal of independent features."""
    if stage.weight is None or not stage.site.fan_in:
        return np.full(len(view.steps), np.nan)
    return view.update(stage.weight, "weight") * np.sqrt(stage.site.fan_in)


def input_rms(view: View, stage: Stage) -> Array:
    """RMS of what the stage's affine operation receives."""
    return np.hypot(view.signal(stage.site, "signal_in"), view.signal(stage.site, "offset_in"))


def shift(view: View, stage: Stage) -> Array:
    """How far one step moves a stage's pre-activations, in units of their own spread over the examples.

    From the change of the weights times the input's RMS and the change of the bias, as if all moved together:
    above 1, a single step can push a unit beyond everything it has seen.
    """
    moved = np.zeros(len(view.steps))
    if stage.weight is not None:
        change = view.update(stage.weight, "update") * np.sqrt(max(stage.site.fan_in, 1))
        moved = moved + np.nan_to_num(change * input_rms(view, stage), nan=0.0)
    if stage.bias is not None:
        moved = moved + np.nan_to_num(view.update(stage.bias, "update"), nan=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return moved / view.pre(stage)


def travelled(view: View, stage: Stage) -> float:
    """Upper bound of how far the stage's weights moved over the run, relative to their size: update ratios added up."""
    if stage.weight is None:
        return float("nan")
    ratio = view.update(stage.weight, "ratio")
    measured = ~np.isnan(ratio)
    if not measured.any():
        return float("nan")
    steps, ratio = view.steps[measured], ratio[measured]
    inside = float(np.sum(np.diff(steps) * (ratio[1:] + ratio[:-1]) / 2)) if steps.size > 1 else 0.0
    return inside + float(ratio[-1])


def activation_of(stage: Stage) -> Function | None:
    """The catalogue's entry for the stage's activation; the identity where nothing follows; None when unknown."""
    if stage.function == "":
        return get("linear")
    parameters = stage.activation.parameters if stage.activation else {}
    return get(stage.function, parameters) if known(stage.function) else None


def largest(shares: dict[str, float]) -> str:
    """The share that costs most; "" without one."""
    return min(shares, key=lambda key: shares[key]) if shares else ""


def _number(value: float) -> float:
    return value if np.isfinite(value) else 0.0
