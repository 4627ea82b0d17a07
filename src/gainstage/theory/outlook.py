"""What a predicted chain comes to: how much is lost, by what, how deep it gets, and what would hold it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gainstage.errors import GainstageError
from gainstage.theory.depth import GONE_DB
from gainstage.theory.gains import Gain
from gainstage.theory.gaussian import moments
from gainstage.theory.propagation import Propagation, decibels, predict
from gainstage.theory.start import start

HELD_DB = 20.0  # a gradient within a factor of ten from end to end, whatever the depth
HEARD_DB = -40.0  # a signal of a hundredth still differs between examples; rectifiers lose some by nature
ASTRAY = 1.5  # relative scatter of the power, to first order, from which on a start holds on paper only

Fate = Literal["held", "lost", "blown up"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another start or wiring for the same activation, and what the theory predicts of it from end to end, in dB."""

    recipe: str
    block: str
    signal_db: float
    gradient_db: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The chain in a few numbers, all predicted.

    Attributes:
        signal: what becomes of the signal over the whole chain.
        gradient: the same of the gradient.
        astray: whether both are held on paper, at a fixed point that repels too strongly for this depth and width.
        weights_db: the weights' share of the gradient's change, over the chain.
        activation_db: the share of the activation's derivative.
        other_db: what normalisation and residual paths add.
        gone_at: stages after which the gradient is down by 144.5 dB at this rate; ``inf`` where it is not lost.
        remedy: the mildest change that would hold it, None where nothing is wrong or nothing was found.
    """

    signal: Fate
    gradient: Fate
    astray: bool
    weights_db: float
    activation_db: float
    other_db: float
    gone_at: float
    remedy: Alternative | None

    @property
    def healthy(self) -> bool:
        """Whether signal and gradient get through."""
        return self.signal == self.gradient == "held" and not self.astray


def outlook(chain: Propagation) -> Outlook:
    """Judge ``chain`` by the theory's prediction, and look for what would hold it."""
    signal, gradient = chain.signal_db.predicted, chain.gradient_db.predicted
    weights = sum(20 * math.log10(chain.start.weights(layer)) for layer in range(chain.depth))
    activation = sum(decibels(_transmission(chain, rung.variance.predicted)) for rung in chain.rungs)
    stages = GONE_DB / (gradient / chain.depth) if gradient < 0 else math.inf
    fates = _fate(signal, HEARD_DB), _fate(gradient, -HELD_DB)
    astray = fates == ("held", "held") and _astray(chain.gain, chain)
    healthy = fates == ("held", "held") and not astray
    return Outlook(
        signal=fates[0],
        gradient=fates[1],
        astray=astray,
        weights_db=weights,
        activation_db=activation,
        other_db=gradient - weights - activation if math.isfinite(activation) else 0.0,
        gone_at=stages,
        remedy=None if healthy else next(_alternatives(chain), None),
    )


def _transmission(chain: Propagation, variance: float) -> float:
    return moments(chain.function, 0.0, math.sqrt(variance)).transmission


def _fate(level_db: float, least_db: float) -> Fate:
    if not level_db <= HELD_DB:
        return "blown up"
    return "held" if level_db >= least_db else "lost"


def _astray(gain: Gain, chain: Propagation) -> bool:
    """Whether deviations by chance leave the fixed point: only where nothing normalises or adds."""
    return chain.block == "plain" and gain.stability == "repelling" and gain.drift(chain.depth, chain.width) > ASTRAY


def _alternatives(chain: Propagation) -> Iterator[Alternative]:
    """Changes that hold the chain, the mildest first: another start, then normalisation, then residual paths too."""
    tried = [(recipe, "plain") for recipe in ("gain", "critical", "orthogonal")] if chain.block == "plain" else []
    tried += [(recipe, block) for block in ("norm", "pre-norm") for recipe in (chain.start.name, "gain")]
    for recipe, block in tried:
        if (recipe, block) == (chain.start.name, chain.block):
            continue
        if block == "plain" and _astray(chain.gain, chain):
            continue
        found = _predicted(chain, recipe, block)
        if found and _fate(found.signal_db, HEARD_DB) == _fate(found.gradient_db, -HELD_DB) == "held":
            yield found


def _predicted(chain: Propagation, recipe: str, block: str) -> Alternative | None:
    try:
        drawn = start(recipe, chain.function, chain.width, bias=True)
    except GainstageError:
        return None  # no edge of chaos
    found = predict(chain.function, drawn, block, chain.depth, chain.input_variance)
    return Alternative(recipe, block, found.signal_db, found.gradient_db)
