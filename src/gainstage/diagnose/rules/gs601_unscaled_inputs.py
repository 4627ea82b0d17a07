"""GS601 unscaled-inputs: features far from zero mean and unit variance, at a measured cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.intake import SPREAD, Features, costs, received
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import outcome_of

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


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
        suffered, outcome = costs(view, features), outcome_of(view)
        # From an RMS of 100 on a fresh layer works far outside of any activation's range: no second witness is needed.
        certain = len(suffered) > 1 or features.rms >= SPREAD
        severity: Severity = "error" if outcome.failed and certain else "warning"
        if not any(cost.lasting or not outcome.learnt for cost in suffered):
            severity = "info"
        text = (
            f"{features.stage.name} receives inputs of RMS {number(features.rms)} (means {number(features.offset)}, "
            f"deviations {number(features.signal)}, their largest {number(features.spread)} times the smallest)"
        )
        seen = [cost.text for cost in suffered]
        text += f": {' and '.join(seen)}." if seen else "; nothing was seen to suffer from it."
        scaled = "inputs of RMS 1 at the first layer"
        remedies = (
            Remedy("standardise-inputs", "unsafe", features.site.name, scaled, features.rms),
            Remedy("normalise-first", "unsafe", features.stage.name, scaled, features.rms),
        )
        evidence = {
            "rms": features.rms, "largest_rms": features.largest, "offset": features.offset, "signal": features.signal,
            "spread": features.spread, "costs": seen, "skill": outcome.skill,
        }  # fmt: skip
        return self.finding(
            severity, text, sites=[features.site, features.stage.site], steps=view.steps, evidence=evidence,
            cause=Cause(features.cause), remedies=remedies,
        )  # fmt: skip
