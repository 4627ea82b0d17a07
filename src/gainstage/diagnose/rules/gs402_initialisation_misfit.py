"""GS402 initialisation-misfit: weights drawn with a gain that the activation does not need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.predict import drawn_db, reinitialised_db
from gainstage.diagnose.progress import progress
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.starving import reaches
from gainstage.diagnose.transfer import activation_of, gradient_db, gradient_split, weight_gain
from gainstage.diagnose.wording import listed, split
from gainstage.theory.gains import initial_gain

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

MATTERS_DB = 40.0
EXPLAINED = 0.5  # of the measured change: what theory has to expect of weights of the size they have
MOVING = 0.1  # of a weight's size over the run: where all moved so far, the start holds nothing back


@final
class InitialisationMisfit(Rule):
    """
    ## What it detects
    A chain that loses or gains 40 dB of gradient before the first step, where weights drawn with the gain that its
    activations need would lose less than half of that, in a training whose loss does not fall. Theory has to expect at
    least half of the change from the weights' size alone.

    ## Why it matters
    Every layer multiplies. A gain of 0.58 (torch's default for `nn.Linear`) where ReLU needs 1.41 costs 8 dB
    a layer: nothing over three layers, everything over ten.

    ## When it stays silent
    Shallow chains, where the misfit is small; normalised stages, where the gain cancels; training that gets on; a
    chain of which every stage moved by a tenth of its size and more (Adam): it got away from its start.

    ## Example
    Twelve `nn.Linear(256, 256)` with ReLU and torch's default initialisation: -78 dB, with He's -2 dB.

    ## Remedies
    Re-initialise with std gain / sqrt(fan-in), where gain is the larger of 1/sqrt(E f²) and 1/sqrt(E f'²) (safe).

    ## Source
    Glorot and Bengio (2010); He et al. (2015); Klambauer et al. (2017).
    """

    code = "GS402"
    name = "initialisation-misfit"
    summary = "Weights drawn with a gain that does not fit the activation."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding, for the main chain."""
        path = view.chain
        if len(path) < 3 or any(s.normalised for s in path) or progress(view) in ("good", "some"):
            return
        measured, fresh = gradient_db(view, path, view.early), reinitialised_db(path)
        if fresh is None or not MATTERS_DB <= abs(measured) < np.inf or abs(fresh) > abs(measured) / 2:
            return
        drawn = drawn_db(view, path)
        if drawn is None or not drawn / measured >= EXPLAINED:
            return  # something else than the size of the weights: they are not independent, or the inputs are not
        off = {stage: value for stage in path[:-1] if np.isfinite(value := misfit_db(view, stage))}
        held_back = any(not reach.travelled >= MOVING for reach in reaches(view, path))
        if off and held_back and np.sign(sum(off.values())) == np.sign(measured):
            yield self.report(view, path, off, (measured, drawn, fresh))

    def report(
        self, view: View, path: tuple[Stage, ...], off: dict[Stage, float], levels: tuple[float, float, float]
    ) -> Finding:
        """The finding with measured and needed gains; ``levels`` are measured, expected and what fitting gains give."""
        measured, drawn, fresh = levels
        worst = max(off, key=lambda stage: abs(off[stage]))
        has = middle(weight_gain(view, worst)[view.early])
        function = activation_of(worst)
        needs = initial_gain(function) if function else float("nan")
        shares = gradient_split(view, path, view.early)
        text = (
            f"{worst.name} was drawn with gain {number(has)} where {worst.function or 'no activation'} needs "
            f"{number(needs)}: over {len(path)} stages the gradient changes by {measured:+.0f} dB before the first "
            f"step ({split(shares)}), with fitting gains by {fresh:+.0f} dB."
        )
        evidence = {
            "gradient_db_at_start": measured,
            "expected_db": drawn,
            "predicted_db": fresh,
            "gain": has,
            "gain_needed": needs,
            "misfit_db": [round(value, 1) for value in off.values()],
            "progress": progress(view),
            "levels": f"{MATTERS_DB:g} dB over the chain, more than half of it by the gain",
        }
        cause = Cause("gain-too-small" if measured < 0 else "gain-too-large", shares, split(shares))
        predicted = f"gain {number(needs)}: gradient {fresh:+.0f} dB instead of {measured:+.0f} dB"
        again = Remedy("reinitialise", "safe", listed(list(off)), predicted, fresh, "dB")
        return self.finding("warning", text, sites=[stage.site for stage in off], steps=view.steps[view.early],
                            evidence=evidence, cause=cause, remedies=[again])  # fmt: skip


def misfit_db(view: View, stage: Stage) -> float:
    """The weights' gain at the start over the one that the stage's activation needs."""
    function = activation_of(stage)
    if function is None:
        return float("nan")
    return float(decibels(middle(weight_gain(view, stage)[view.early]), initial_gain(function)))
