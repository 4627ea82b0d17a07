"""GS601 unscaled-inputs: features far from zero mean and unit variance, at a measured cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import starting
from gainstage.diagnose.outlet import outlets
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import LEARNT, outcome_of, skill
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.wording import percent
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

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
        return self.rms >= FAR or self.rms <= 1 / SPREAD or self.spread >= SPREAD or self.offset >= FAR * self.signal

    @property
    def cause(self) -> str:
        """Which of the three it is most."""
        if self.spread >= SPREAD:
            return "feature-spread" if self.rms < FAR else "input-scale"
        return "input-offset" if self.offset >= FAR * self.signal else "input-scale"


@final
class UnscaledInputs(Rule):
    """
    ## What it detects
    Inputs whose features are in the tens or thousands, tiny, offset by many standard deviations, or of scales that
    differ a hundredfold, entering an affine operation without a normalisation, together with what it costs: a first
    activation in saturation, a start far worse than a constant prediction, or no progress.

    ## Why it matters
    Initialisations assume inputs of variance one. The curvature of the loss grows with the square of the input's
    scale, so the largest feature dictates the learning rate and the small ones hardly exist.

    ## When it stays silent
    Inputs that a normalisation receives first, indices of an embedding, one-hot rows. Where nothing suffers it is an
    info (pixels of 0 to 16 train well enough).

    ## Example
    A table with a column in the thousands beside one in the hundredths, given to `nn.Linear` as it is.

    ## Remedies
    Subtract the mean and divide by the standard deviation of the training data (unsafe: it changes the data), or put
    a BatchNorm first (unsafe: architecture).

    ## Source
    LeCun, Bottou, Orr, Müller (1998), Efficient BackProp, section 4.3: normalising the inputs.
    """

    code = "GS601"
    name = "unscaled-inputs"
    summary = "Inputs are far from zero mean and unit variance, and the training suffers from it."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per input."""
        for site in view.inputs:
            features = received(view, site)
            if features is not None and features.odd:
                yield self.report(view, features)

    def report(self, view: View, features: Features) -> Finding:
        """The finding for one input."""
        costs = cost(view, features)
        outcome = outcome_of(view)
        severity = "error" if outcome.failed and len(costs) > 1 else "warning"
        if not costs or outcome.learnt:
            severity = "info"
        text = (
            f"{features.stage.name} receives inputs of RMS {number(features.rms)} (means {number(features.offset)}, "
            f"deviations {number(features.signal)}, their largest {number(features.spread)} times the smallest)"
        )
        text += f": {' and '.join(costs)}." if costs else "; nothing was seen to suffer from it."
        remedies = (
            Remedy(
                "standardise-inputs", "unsafe", features.site.name, "inputs of RMS 1 at the first layer", features.rms
            ),
            Remedy(
                "normalise-first", "unsafe", features.stage.name, "inputs of RMS 1 at the first layer", features.rms
            ),
        )
        evidence = {
            "rms": features.rms, "largest_rms": features.largest, "offset": features.offset, "signal": features.signal,
            "spread": features.spread, "costs": costs, "skill": outcome.skill,
        }  # fmt: skip
        return self.finding(
            severity, text, sites=[features.site, features.stage.site], steps=view.steps, evidence=evidence,
            cause=Cause(features.cause), remedies=remedies,
        )  # fmt: skip


def received(view: View, site: Site) -> Features | None:
    """What the first affine operation gets of this input; None when something else takes it (an embedding, a norm)."""
    stage = next(
        (s for s in view.stages if site.index in s.site.sources and s.site.kind in ("affine", "recurrent")), None
    )
    if stage is None or stage.normalised:
        return None
    signal, offset = (starting(view, view.signal(stage.site, column)) for column in ("signal_in", "offset_in"))
    if not math.isfinite(signal):
        signal, offset = (starting(view, view.signal(site, column)) for column in ("signal", "offset"))
    least, most = extreme(view, site, "feature_std_min"), extreme(view, site, "feature_std_max")
    spread = most / least if least > 0 else 1.0
    rms = math.hypot(signal, offset)
    largest = extreme(view, site, "rms_max")
    if not math.isfinite(rms) or not signal > 0:  # a constant is GS602's
        return None
    return Features(site, stage, rms, largest, offset, signal, spread if math.isfinite(spread) else 1.0)


def cost(view: View, features: Features) -> list[str]:
    """What the training was seen to suffer, in words."""
    found = []
    activation, outcome = features.stage.activation, outcome_of(view)
    share = starting(view, view.signal(activation, "transmission_share")) if activation else math.nan
    if share < SATURATED:
        found.append(f"{activation.name if activation else ''} passes {percent(share)} of what it could from the start")
    for outlet in outlets(view):
        known = skill(outlet)
        if known.start > WORSE * known.baseline and features.rms >= FAR:
            found.append(
                f"the loss starts at {number(known.start / known.baseline)} times that of a constant prediction"
            )
    if outcome.broke:
        found.append("the loss ended non-finite")
    elif outcome.failed:
        found.append("the loss did not fall below that of a constant prediction")
    elif outcome.skill < LEARNT:
        found.append(f"the training explains only {percent(outcome.skill)} of what a constant prediction misses")
    return found


def extreme(view: View, site: Site, key: str) -> float:
    """The median over the samples of a number that the input recorded."""
    values = [value for value in view.run.signal_extra(site.index, key) if value is not None]
    return middle(np.array(values, dtype=float)) if values else math.nan
