"""GS703 numerical-hole: an activation's derivative is zero, or a result NaN, by rounding and not by its formula."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.idle import FEWEST_EXAMPLES, UNIT_LEVELS
from gainstage.diagnose.nonfinite import harm, origin
from gainstage.diagnose.progress import softened
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.wording import percent
from gainstage.record.schema import Site

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

# Optimizers that divide by the gradient's size, so that a gradient a thousand times smaller moves a weight as far.
SCALE_FREE = ("adam", "rmsprop", "adagrad", "adadelta", "adafactor", "rprop", "lion", "muon")
# No larger than their input, with a slope that is bounded: finite in means finite out, whatever the kernel says.
TAME = frozenset(
    ("sigmoid", "tanh", "gelu", "silu", "mish", "hardswish", "softsign", "softplus", "logsigmoid", "tanhshrink", "elu")
)
SAFE = "the same function within 4 units in the last place"


@final
class NumericalHole(Rule):
    """
    ## What it detects
    In float16 and bfloat16, hidden units whose activation passes exactly nothing on any example although its
    derivative is not zero there: sigmoid's is computed as y (1 - y), and y has been rounded to 1. In any format, an
    activation that makes NaN or infinity of a finite input or gradient although its formula does not.

    ## Why it matters
    A small gradient moves weights again, since Adam divides by its size; an exact zero never does. In bfloat16 a
    tanh is flat from |x| = 3.5 on and a sigmoid from x = 6.2 on, where in float32 they still learn.

    ## When it stays silent
    Digits that are lost where they change nothing: exact GELU is 0 below -5.5, where it should be -1e-7. Units that
    pass nothing in float32 either (GS101, GS102). Below a quarter of the units; a remark only with plain SGD, which
    a gradient that small would not help, and one level lower where the network learns well all the same.

    ## Example
    `nn.Tanh()` in a network in bfloat16 whose hidden biases are 5: at a loss of 2.30 it stands still. In float32, or
    with `gainstage.nn.Tanh()`, the same training gets to 1.1.

    ## Remedies
    The activation from `gainstage.nn` (safe), whose gradient comes from the input; or that one activation
    computed in float32 (safe).

    ## Source
    The files `docs/numerics.md` and `benchmarks/numerics.py`: every activation of torch beside 50 digits.
    """

    code = "GS703"
    name = "numerical-hole"
    summary = "An activation gives an exact zero gradient, or NaN, where its formula does not."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding for all flat units, and one where a kernel made the first NaN."""
        found = [(site, share) for site in view.activations if (share := flat(view, site)) >= UNIT_LEVELS[-1][0]]
        if found:
            yield self.flat_units(view, found)
        yield from self.broken(view)

    def flat_units(self, view: View, found: list[tuple[Site, float]]) -> Finding:
        """The finding about exact zeros."""
        site, share = max(found, key=lambda pair: pair[1])
        grave: Severity = next(severity for level, severity in UNIT_LEVELS if share >= level)
        optimizer = str(view.run.step("optimizer")[-1])
        adaptive = any(name in optimizer.lower() for name in SCALE_FREE)
        text = (
            f"At {site.name} {percent(share)} of the units pass exactly nothing: in sixteen bits {site.function} has "
            "been rounded to its limit, in float32 its derivative would be small and not zero."
        )
        remedies = (
            Remedy("accurate-activation", "safe", site.name, f"gainstage.nn: {SAFE}, 0 flat units", 0.0),
            Remedy("activation-in-float32", "safe", site.name, "0 flat units", 0.0),
        )
        evidence = {"flat_share": [share for _, share in found], "optimizer": optimizer, "adaptive": adaptive}
        return self.finding(
            softened(grave, view) if adaptive else "info", text, sites=[site for site, _ in found],
            steps=view.steps[view.late], evidence=evidence, cause=Cause("number-format"), remedies=remedies,
        )  # fmt: skip

    def broken(self, view: View) -> Iterator[Finding]:
        """The finding about NaN that a kernel makes."""
        harmed = harm(view)
        first = origin(view, int(harmed[0])) if harmed.size else None
        if first is None or first.site is None or first.site.function not in TAME:
            return
        site, sample = first.site, first.sample
        if view.signal(site, "nonfinite_in")[sample] != 0:
            return
        what = "values" if first.direction == "forward" else "gradients"
        step = int(view.steps[sample])
        text = f"{site.name} makes NaN or infinity of finite {what} at step {step}, where {site.function} is finite."
        largest = max(abs(view.signal(site, column)[sample]) for column in ("minimum", "maximum"))
        yield self.finding(
            "error", text, sites=[site], steps=view.steps[sample:],
            evidence={"direction": first.direction, "largest_output": largest}, cause=Cause("kernel"),
            remedies=[Remedy("accurate-activation", "safe", site.name, f"gainstage.nn: {SAFE}, no NaN", 0.0)],
        )  # fmt: skip


def flat(view: View, site: Site) -> float:
    """Share of the units that are flat by rounding alone, in the present state; 0 where too little was seen."""
    counts = np.array([count or 0 for count in view.run.signal_extra(site.index, "hole_units")], dtype=np.float64)
    late = view.late & (view.signal(site, "rows") > 0)
    if not site.units or not late.any() or np.nansum(view.signal(site, "rows")[late]) < FEWEST_EXAMPLES:
        return 0.0
    return middle(counts[late]) / site.units
