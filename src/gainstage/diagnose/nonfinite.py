"""Where the first NaN or infinity came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.motion import motion
from gainstage.diagnose.view import View
from gainstage.record.schema import Site

SOFTMAXES = ("softmax", "log_softmax", "softmin")  # of a mask's -inf they make zeros, of nothing else NaN


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the first non-finite number appeared."""

    sample: int
    site: Site | None
    direction: str  # forward, backward, parameter, loss
    cause: str
    name: str


def harm(view: View) -> np.ndarray:
    """Samples at which the loss or a parameter was not finite, or a gradient that was applied."""
    skipped = {event.step for event in view.run.events if event.kind == "skipped-step"}
    kept = np.array([step.step not in skipped for step in view.run.steps], dtype=bool)
    bad = np.isinf(view.loss) | (np.isnan(view.loss) & measured(view))
    for loss in view.losses:
        bad |= view.signal(loss, "nonfinite") == 1
    for parameter in view.run.parameters:
        bad |= (view.update(parameter, "nonfinite_gradient") == 1) & (view.update(parameter, "update") != 0)
        bad |= view.update(parameter, "nonfinite") == 1
    return np.flatnonzero(bad & kept)


def measured(view: View) -> np.ndarray:
    """Samples whose loss was measured, so that NaN is its value: it was at others, or an operation gave NaN, too."""
    passes = view.run.step("backward_passes") > 0
    if np.isfinite(view.loss).any():
        return passes
    flagged = np.zeros(len(view.run.steps), dtype=bool)
    for site in view.run.sites:
        flagged |= view.signal(site, "nonfinite") == 1
    return passes & flagged


def origin(view: View, harmed: int) -> Origin:
    """The first operation at or before the harmed sample."""
    for sample in range(harmed + 1):
        parameter = next((p for p in view.run.parameters if view.update(p, "nonfinite")[sample] == 1), None)
        if parameter is not None:
            narrow = any(site.parameters.get("dtype") == "float16" for site in view.run.sites)
            cause = grown(view, sample, "float16-step" if narrow else "overflow")
            return Origin(sample, None, "parameter", cause, parameter.name)
        found = forward(view, sample) or (backward(view, sample) if sample == harmed else None)
        if found is not None:
            return found
    return Origin(harmed, None, "loss", grown(view, harmed, "operation"), "the loss")


def forward(view: View, sample: int) -> Origin | None:
    """The first site in the order of execution that made a non-finite number out of finite ones."""
    flagged = at(view, sample)
    for site in view.run.sites:
        if flagged(site, "nonfinite"):
            if site.kind == "input":
                return Origin(sample, site, "forward", "data", site.name)
            if site.function in SOFTMAXES and flagged(site, "nonfinite_in"):
                return Origin(sample, site, "forward", "masked-rows", site.name)
            if not flagged(site, "nonfinite_in"):
                cause = "operation" if site.kind in ("math", "loss") else "overflow"
                return Origin(sample, site, "forward", grown(view, sample, cause), site.name)
    return None


def backward(view: View, sample: int) -> Origin | None:
    """The last site in the order of execution whose gradient is finite behind and not finite in front of it."""
    flagged = at(view, sample)
    for site in reversed(view.run.sites):
        if flagged(site, "nonfinite_gradient_in") and not flagged(site, "nonfinite_gradient"):
            cause = "gradient" if site.kind in ("math", "loss", "normalisation") else grown(view, sample, "overflow")
            return Origin(sample, site, "backward", cause, site.name)
    return None


def at(view: View, sample: int) -> Callable[[Site, str], bool]:
    """Reads a flag of one sample."""
    return lambda site, column: bool(view.signal(site, column)[sample] == 1)


def grown(view: View, sample: int, otherwise: str) -> str:
    """ "learning-rate" when steps that rewrite the weights came before, ``otherwise`` when not."""
    return "learning-rate" if ratio_before(view, sample) >= 1 else otherwise


def ratio_before(view: View, sample: int) -> float:
    """The largest update ratio of the samples before."""
    ratios = motion(view).ratio[:sample]
    return float(np.nanmax(ratios)) if np.isfinite(ratios).any() else 0.0
