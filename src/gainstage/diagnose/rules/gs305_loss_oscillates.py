"""GS305 loss-oscillates: the loss jumps up and down because of the steps, and gets nowhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.motion import motion
from gainstage.diagnose.overshoot import HEAVY, momentum_of
from gainstage.diagnose.rule import Rule, number
from gainstage.diagnose.skill import outcome_of, supervised
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

ENOUGH = 12  # samples: fewer differences than that alternate by chance
JUMP = 0.1  # of the loss, from one sample to the next


@final
class LossOscillates(Rule):
    """
    ## What it detects
    A loss that goes up and down by a tenth of itself and more without progress over the later two thirds of the
    run, where the steps are large enough to be the reason: the change they promise is of the size of the jumps.

    ## Why it matters
    The steps cross the valley and come back. A smaller step would go down into it.

    ## When it stays silent
    A noisy loss of small batches whose steps could not have moved it that far; a training that learns; several
    optimizers; fewer than 12 samples.

    ## Example
    Full-batch gradient descent with a learning rate just above 2/curvature.

    ## Remedies
    Lower the learning rate, or let it decay (unsafe: both change the optimizer); less momentum where it is above 0.95.

    ## Source
    LeCun, Bottou, Orr, Müller (1998), Efficient BackProp, section 4; Cohen et al. (2021), edge of stability.
    """

    code = "GS305"
    name = "loss-oscillates"
    summary = "The loss jumps up and down by what the steps are large enough to cause, without progress."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        tail = slice(len(view.steps) // 3, None)
        loss, change = view.loss[tail], motion(view).change[tail]
        outcome = outcome_of(view)
        if loss.size < ENOUGH or not np.isfinite(loss).all() or not supervised(view) or outcome.learnt:
            return
        if not middle(loss) > 0 or (math.isnan(outcome.skill) and outcome.fell):
            return
        jumps = np.diff(loss) / middle(loss)
        turns = float(np.mean(jumps[1:] * jumps[:-1] < 0))
        jump, promised = middle(np.abs(jumps)), middle(change)
        # White noise turns on two differences of three; below a half it drifts.
        if jump > JUMP and promised > jump / 2 and turns > 0.5 and not falling(loss):
            yield self.report(view, {"jump": jump, "promised": promised, "turns": turns, "samples": int(loss.size)})

    def report(self, view: View, evidence: dict[str, float]) -> Finding:
        """The finding."""
        jump, promised = evidence["jump"], evidence["promised"]
        text = (
            f"The loss changes by {percent(jump)} from sample to sample and turns on {percent(evidence['turns'])} of "
            f"them without falling; the steps promise changes of {number(promised)} of it, large enough to cause that."
        )
        rate, momentum = float(np.median(view.run.step("learning_rate"))), momentum_of(view)
        factor = min(0.1, JUMP / max(promised, JUMP))
        predicted = f"learning rate {number(rate * factor)}: steps promise {number(promised * factor)} of the loss each"
        remedies = [Remedy("lower-learning-rate", "unsafe", "the optimizer", predicted, rate * factor)]
        if momentum > HEAVY:
            shorter = f"momentum 0.9: steps {number((1 - 0.9) / (1 - momentum))} times shorter in the long run"
            remedies.append(Remedy("less-momentum", "unsafe", "the optimizer", shorter, 0.9))
        cause = Cause("momentum" if momentum > HEAVY else "learning-rate")
        numbers = {**evidence, "learning_rate": rate, "momentum": momentum}
        return self.finding("warning", text, steps=view.steps, evidence=numbers, cause=cause, remedies=remedies)


def falling(loss: np.ndarray) -> bool:
    """Whether the later half lies below the earlier one by more than a tenth."""
    half = loss.size // 2
    return float(np.median(loss[half:])) < 0.9 * float(np.median(loss[:half]))
