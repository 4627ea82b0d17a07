"""GS701 non-finite: NaN or infinity, and the first operation that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import motion
from gainstage.diagnose.rule import Rule
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the first non-finite number appeared."""

    sample: int
    site: Site | None
    direction: str  # forward, backward, parameter, loss
    cause: str
    name: str


@final
class NonFinite(Rule):
    """
    ## What it detects
    NaN or infinity in the loss, in a parameter, or in gradients that were applied; it names the first operation, in
    the order of execution, that put it out while its inputs were finite.

    ## Why it matters
    One NaN spreads to every parameter with the next step, and the training is over although it runs on.

    ## When it stays silent
    Infinities that are meant and harmless (a mask of -inf before a softmax); overflows that a GradScaler notices and
    skips.

    ## Example
    `torch.log(p)` with a p of exactly 0

    ## Remedies
    By cause: clean the data; add the epsilon or use the combined function (`log_softmax`, `logsumexp`); lower the
    learning rate where the numbers grew until they overflowed (all unsafe).

    ## Source
    IEEE 754; Goldberg (1991), What every computer scientist should know about floating-point arithmetic.
    """

    code = "GS701"
    name = "non-finite"
    summary = "NaN or infinity reached the loss or the parameters; the first operation that made it."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding: everything after the first is a consequence."""
        harmed = harm(view)
        if harmed.size:
            yield self.report(view, origin(view, int(harmed[0])))

    def report(self, view: View, first: Origin) -> Finding:
        """The finding."""
        step, line = int(view.steps[first.sample]), f" ({first.site.source_line})" if first.site else ""
        before = "with finite inputs" if first.direction == "forward" else "first"
        text = f"{first.name}{line} gives NaN or infinity {before} at step {step} ({first.direction})."
        if first.cause == "learning-rate":
            text += " The weights had grown by oversized steps until numbers overflowed."
        low, high = (view.signal(first.site, c)[first.sample] if first.site else np.nan for c in ("minimum", "maximum"))
        evidence = {
            "operation": first.name, "direction": first.direction, "step": step, "finite_steps_before": first.sample,
            "minimum": low, "maximum": high, "largest_ratio_before": ratio_before(view, first.sample),
        }  # fmt: skip
        cure, what = REMEDIES[first.cause]
        remedy = Remedy(cure, "unsafe", first.name, what)
        sites = [first.site] if first.site else [first.name]
        lasting = int(harm(view)[-1]) >= len(view.steps) - 1
        return self.finding(
            "error" if lasting else "warning", text, sites=sites, steps=view.steps[first.sample :], evidence=evidence,
            cause=Cause(first.cause), remedies=[remedy],
        )  # fmt: skip


REMEDIES = {
    "data": ("clean-data", "0 non-finite numbers enter the network"),
    "operation": ("guard-operation", "0 non-finite numbers leave this operation"),
    "gradient": ("guard-operation", "0 non-finite gradients leave this operation"),
    "learning-rate": ("lower-learning-rate", "the weights stay at their present size, below overflow"),
    "overflow": ("rescale", "numbers stay below the format's largest"),
}


def harm(view: View) -> np.ndarray:
    """Samples at which the loss or a parameter was not finite, or a gradient that was applied."""
    skipped = {event.step for event in view.run.events if event.kind == "skipped-step"}
    kept = np.array([step.step not in skipped for step in view.run.steps], dtype=bool)
    passes = view.run.step("backward_passes")
    bad = np.isinf(view.loss) | (np.isnan(view.loss) & (passes > 0) & np.isfinite(view.loss).any())
    for loss in view.losses:
        bad |= view.signal(loss, "nonfinite") == 1
    for parameter in view.run.parameters:
        bad |= (view.update(parameter, "nonfinite_gradient") == 1) & (view.update(parameter, "update") != 0)
        bad |= view.update(parameter, "nonfinite") == 1
    return np.flatnonzero(bad & kept)


def origin(view: View, harmed: int) -> Origin:
    """The first operation at or before the harmed sample."""
    for sample in range(harmed + 1):
        parameter = next((p for p in view.run.parameters if view.update(p, "nonfinite")[sample] == 1), None)
        if parameter is not None:
            return Origin(sample, None, "parameter", grown(view, sample, "overflow"), parameter.name)
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
