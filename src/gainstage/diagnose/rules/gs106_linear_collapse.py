"""GS106 linear-collapse: affine stages with nothing nonlinear between them are one affine stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.progress import progress, softened
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.wording import listed

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

STRAIGHT = 1e-3  # Var f' / E f'^2 of a unit: its slope varies by 3 % over the examples
ALIVE_DB = 40.0  # a signal that fell or grew by more explains the straightness itself


@final
class LinearCollapse(Rule):
    """
    ## What it detects
    Two linear or convolutional stages in a row with nothing between them that bends; a whole network without any
    activation; activations that work in such a small range that their slope is the same for all examples.

    ## Why it matters
    A product of matrices is a matrix: the stages compute what one of them could, and the network as a whole
    may be no more than linear regression.

    ## When it stays silent
    A narrow middle is a factorisation with a purpose (bottleneck, low-rank adapter, autoencoder's code), as are
    depthwise convolutions and what projects their outputs, tied weights and attention's projections. Pooling by
    maximum, gating, products and layer normalisation bend. Straight activations are reported only where the loss does
    not fall and the signal is alive.

    ## Example
    `nn.Sequential(nn.Linear(8, 64), nn.Linear(64, 64), nn.Linear(64, 1))`

    ## Remedies
    An activation between the stages (unsafe); a larger gain where the activations are straight (safe).

    ## Source
    Minsky and Papert (1969); Saxe et al. (2014) on deep linear networks.
    """

    code = "GS106"
    name = "linear-collapse"
    summary = "Affine stages with nothing nonlinear between them."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """Missing activations, or else straight ones."""
        pairs = [(a, b) for a in view.stages if (b := successor(view, a)) is not None and collapsed(view, a, b)]
        chain = [stage for stage in view.chain if stage.site.kind == "affine"]
        hidden = [stage for stage in chain if not stage.is_output]
        if pairs and hidden and len(chain) == len(view.chain) and all(bends_not(stage) for stage in hidden):
            yield self.whole(view, chain)
        elif pairs:
            yield self.missing(view, pairs)
        elif straight := straight_stages(view, hidden):
            yield self.straight(view, straight)

    def whole(self, view: View, chain: list[Stage]) -> Finding:
        """No nonlinearity anywhere between input and output."""
        inputs, outputs = chain[0].site.fan_in, chain[-1].site.units
        text = (
            f"All {len(chain)} stages are affine and nothing bends between them: the network is one affine map of "
            f"{inputs} inputs to {outputs} outputs, whatever it learns."
        )
        return self.finding(
            softened("error", view), text, sites=[stage.site for stage in chain], steps=view.steps,
            evidence={"affine_stages": len(chain), "activations": 0}, cause=Cause("missing-activation"),
            remedies=[add_activation(listed(chain[:-1]))],
        )  # fmt: skip

    def missing(self, view: View, pairs: list[tuple[Stage, Stage]]) -> Finding:
        """Some stages without one."""
        first, second = pairs[0]
        text = f"Nothing bends between {first.name} and {second.name}: together they are one affine stage"
        if len(pairs) > 1:
            text += f"; likewise after {listed([a for a, _ in pairs[1:]])}"
        evidence = {"pairs": [f"{a.name} -> {b.name}" for a, b in pairs], "width": first.site.units}
        return self.finding(
            softened("warning", view), text + ".", sites=[a.site for a, _ in pairs], steps=view.steps,
            evidence=evidence, cause=Cause("missing-activation"), remedies=[add_activation(first.name)],
        )  # fmt: skip

    def straight(self, view: View, stages: list[Stage]) -> Finding:
        """Activations in their affine range."""
        values = [middle(view.signal(s.activation, "nonlinearity")[view.late]) for s in stages if s.activation]
        signal = middle(view.pre(stages[0])[view.late])
        text = (
            f"The activations work in a range where they are straight lines ({listed(stages)}): their slope's variance "
            f"is at most {number(max(values))} of its square, at pre-activations of ±{number(signal)}."
        )
        gain = Remedy("larger-gain", "safe", listed(stages), f"pre-activations of ±1 instead of ±{number(signal)}", 1.0)
        return self.finding(
            "warning", text, sites=[stage.site for stage in stages], steps=view.steps[view.late],
            evidence={"nonlinearity": values, "level": STRAIGHT, "pre_activation_signal": signal},
            cause=Cause("linear-regime"), remedies=[gain],
        )  # fmt: skip


def add_activation(where: str) -> Remedy:
    """The one cure for a missing activation."""
    return Remedy("add-activation", "unsafe", where, "with ReLU the slope's variance is 0.5 of its square, not 0", 0.5)


def bends_not(stage: Stage) -> bool:
    """Whether nothing after the affine operation is nonlinear; batch normalisation is affine but for its statistics."""
    normal = all(s.operation == "batch_norm" for s in stage.followers if s.kind == "normalisation")
    return stage.site.kind == "affine" and stage.function in ("", "linear") and normal


def successor(view: View, stage: Stage) -> Stage | None:
    """The one affine stage that takes this one's output and nothing else, if it is the only taker."""
    takers = [other for other in view.stages if stage.index in other.inputs]
    if len(takers) != 1 or len(takers[0].inputs) != 1:
        return None
    taker = takers[0]
    return taker if stage.receiver is taker.site and taker.site.kind == "affine" else None


def collapsed(view: View, first: Stage, second: Stage) -> bool:
    """Whether two consecutive stages are one in effect and not a factorisation on purpose."""
    middle_width = second.site.fan_in if second.site.operation == "linear" else first.site.units
    narrow = middle_width < min(first.site.fan_in, second.site.units)
    # Linear bottlenecks (Sandler et al. 2018) project what a depthwise convolution gives, with nothing behind.
    around = [first, second, *(view.stages[index] for index in first.inputs)]
    grouped = any(depthwise(view, stage) for stage in around)
    tied = second.weight is not None and sum(other.weight is second.weight for other in view.stages) > 1
    return bends_not(first) and not (narrow or grouped or tied or first.residual)


def depthwise(view: View, stage: Stage) -> bool:
    """Whether a convolution treats several channels one by one."""
    channels = max((view.stages[index].site.units for index in stage.inputs), default=1)
    return bool(stage.weight and len(stage.weight.shape) > 2 and stage.weight.shape[1] == 1 and channels > 1)


def straight_stages(view: View, hidden: list[Stage]) -> list[Stage]:
    """All hidden stages when every one of them works in its affine range, and nothing else explains that."""
    measured = [(s, middle(view.signal(s.activation, "nonlinearity")[view.late])) for s in hidden if s.activation]
    if not measured or len(measured) < len(hidden) or progress(view) != "none":
        return []
    gain = middle(decibels(view.pre(hidden[-1]), view.signal(hidden[0].site, "signal_in"))[view.late])
    straight = all(value < STRAIGHT for _, value in measured)
    return [stage for stage, _ in measured] if straight and abs(gain) < ALIVE_DB and np.isfinite(view.loss[-1]) else []
