"""How the data enters the network: its scale at the first affine operation, and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.motion import starting
from gainstage.diagnose.outlet import REGRESSION_LOSSES, Outlet, outlets
from gainstage.diagnose.rule import number
from gainstage.diagnose.skill import LEARNT, outcome_of, output_scale, skill, target_size
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.diagnose.wording import percent
from gainstage.record.schema import Site

FAR, SPREAD = 10.0, 100.0  # what is worth looking at; the cost decides
SATURATED, WORSE = 0.1, 3.0  # transmission share of the first activation; start loss over a constant's


@dataclass(frozen=True, slots=True)
class Features:
    """One input as the first affine operation receives it, before learning changed anything."""

    site: Site
    stage: Stage
    rms: float  # of all features together
    largest: float  # RMS of the largest feature
    offset: float  # RMS of the features' means
    signal: float  # RMS of the features' standard deviations
    spread: float  # largest over smallest standard deviation, of features that vary

    @property
    def odd(self) -> bool:
        """Far from what an initialisation assumes."""
        uneven = self.spread >= SPREAD and self.largest >= FAR
        return self.rms >= FAR or self.rms <= 1 / SPREAD or uneven or self.offset >= FAR * self.signal

    @property
    def cause(self) -> str:
        """Which of the three it is most."""
        if self.spread >= SPREAD:
            return "feature-spread" if self.rms < FAR else "input-scale"
        return "input-offset" if self.offset >= FAR * self.signal else "input-scale"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the training was seen to suffer; ``lasting`` when learning does not make up for it."""

    text: str
    lasting: bool = True


def received(view: View, site: Site) -> Features | None:
    """What the first affine operation gets of this input; None when something else takes it (an embedding, a norm)."""
    stage = next(
        (s for s in view.stages if site.index in s.site.sources and s.site.kind in ("affine", "recurrent")), None
    )
    if stage is None or stage.normalised:
        return None
    signal, offset = (starting(view, view.signal(stage.site, column)) for column in ("signal_in", "offset_in"))
    # Columns beside those that come through the network (an embedding's, a hidden state's) speak for themselves.
    if len(stage.site.sources) > 1 or not math.isfinite(signal):
        signal, offset = (starting(view, view.signal(site, column)) for column in ("signal", "offset"))
    least, most = extreme(view, site, "feature_std_min"), extreme(view, site, "feature_std_max")
    spread = most / least if least > 0 else 1.0
    rms = math.hypot(signal, offset)
    largest = extreme(view, site, "rms_max")
    if not math.isfinite(rms) or not signal > 0:  # a constant is GS602's
        return None
    return Features(site, stage, rms, largest, offset, signal, spread if math.isfinite(spread) else 1.0)


def costs(view: View, features: Features) -> list[Cost]:
    """What the training was seen to suffer."""
    found = []
    activation, outcome = features.stage.activation, outcome_of(view)
    if activation is not None:
        share = starting(view, view.signal(activation, "transmission_share"))
        if share < SATURATED:
            found.append(Cost(f"{activation.name} passes {percent(share)} of what it could from the start"))
    excess = max((start_excess(outlet) for outlet in outlets(view)), default=0.0)
    if excess > WORSE and features.rms >= FAR:
        found.append(Cost(f"the loss starts at {number(excess)} times that of a constant prediction", lasting=False))
    if outcome.broke:
        found.append(Cost("the loss ended non-finite"))
    elif outcome.failed:
        found.append(Cost("the loss did not fall below that of a constant prediction"))
    elif outcome.skill < LEARNT:
        found.append(Cost(f"the training explains only {percent(outcome.skill)} of what a constant prediction misses"))
    return found


def start_excess(outlet: Outlet) -> float:
    """The fresh network's loss over that of a constant prediction; 0 where large targets are the reason."""
    if outlet.loss.operation in REGRESSION_LOSSES and not output_scale(outlet) > target_size(outlet):
        return 0.0
    known = skill(outlet)
    return known.start / known.baseline if known.baseline > 0 and math.isfinite(known.start) else 0.0


def extreme(view: View, site: Site, key: str) -> float:
    """The median over the samples of a number that the input recorded."""
    values = [value for value in view.run.signal_extra(site.index, key) if value is not None]
    return middle(np.array(values, dtype=float)) if values else math.nan
