"""The hidden layers as the theory of gains sees them: how deep each activation gets, and what holds the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from gainstage.advice.question import Question
from gainstage.errors import GainstageError
from gainstage.theory.depth import GONE_DB
from gainstage.theory.gains import Gain, gain
from gainstage.theory.outlook import ASTRAY, HEARD_DB, HELD_DB
from gainstage.theory.propagation import Predicted, predict
from gainstage.theory.resolve import resolve
from gainstage.theory.start import start

CANDIDATES = ("relu", "leaky_relu", "gelu", "silu", "elu", "tanh")
DEEP = 10_000  # beyond that a chain counts as holding at any depth


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the blocks are wired in the end, and whether the theory asks for it."""

    normalisation: str  # none, batch, layer or rms
    residual: bool
    needed: bool  # without residual paths signal or gradient are lost at this depth

    @property
    def block(self) -> str:
        """Its name in the theory of blocks."""
        return {(0, 0): "plain", (0, 1): "residual", (1, 0): "norm", (1, 1): "pre-norm"}[
            self.normalisation != "none", self.residual
        ]


@lru_cache(maxsize=64)
def reach(activation: str, width: int) -> int:
    """Stages that a plain chain started with the activation's own gain holds: :data:`DEEP` for "any depth".

    Until the power has drifted by chance out of reach (see ``theory.gains.Gain.drift``), or the gradient has changed by
    20 dB, whichever comes first.
    """
    found = gain(activation)
    if _holds(found, DEEP, width):
        return DEEP
    low, high = 0, DEEP
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _holds(found, middle, width) else (low, middle)
    return low


def _holds(found: Gain, depth: int, width: int) -> bool:
    try:
        astray = found.drift(depth, width) > ASTRAY
    except OverflowError:
        return False
    return not astray and abs(found.gradient_db) * depth <= HELD_DB


def holding(question: Question) -> tuple[str, ...]:
    """The usual activations with which a plain chain of this depth and width holds."""
    return tuple(name for name in CANDIDATES if reach(name, question.width) >= question.depth)


def activation_of(question: Question) -> str:
    """The hidden activation: what is settled, else what the architecture does."""
    return question.activation or {"transformer": "gelu", "rnn": "tanh"}.get(question.architecture, "relu")


def wiring(question: Question) -> Wiring:
    """What is settled, and for the rest what the architecture does or the depth asks for."""
    name, kind = activation_of(question), question.architecture
    usual = {"cnn": "batch", "resnet": "batch", "transformer": "layer"}.get(kind, "none")
    if kind == "mlp" and not holds(name, question.depth, question.width):
        usual = "layer"
    normalisation = question.normalisation or usual
    needed = kind != "rnn" and not holds_without_paths(question, name, normalisation)
    residual = question.residual if question.residual is not None else kind in ("resnet", "transformer") or needed
    return Wiring(normalisation, residual, needed)


def holds_without_paths(question: Question, name: str, normalisation: str) -> bool:
    """Whether signal and gradient get through all stages in series."""
    if normalisation == "none":
        return holds(name, question.depth, question.width)
    found = lost(name, "torch", "norm", question.depth, question.width)
    return abs(found.gradient_db) <= HELD_DB and found.signal_db >= HEARD_DB


def recipe(name: str, depth: int, width: int) -> str:
    """The start for a plain chain: the activation's gain, or the edge of chaos where only that holds the gradient."""
    if abs(lost(name, "gain", "plain", depth, width).gradient_db) <= HELD_DB:
        return "gain"
    try:
        edge = lost(name, "critical", "plain", depth, width)
    except GainstageError:  # there is none for this activation
        return "gain"
    return "critical" if abs(edge.gradient_db) <= HELD_DB and edge.signal_db >= HEARD_DB else "gain"


def holds(name: str, depth: int, width: int) -> bool:
    """Whether a plain chain of this activation can be started so that signal and gradient get through."""
    return reach(name, width) >= depth or recipe(name, depth, width) == "critical"


def span(name: str, depth: int, width: int) -> str:
    """How far a plain chain gets, in words."""
    own = reach(name, width)
    count = "any depth" if own >= DEEP else f"{own:,} stage{'s' if own != 1 else ''}"
    edge = own < depth and holds(name, depth, width)
    return f"a plain chain of {name} holds for {count} with its own gain" + (
        f", for {depth} on the edge of chaos" if edge else ""
    )


@dataclass(frozen=True, slots=True)
class Lost:
    """What a whole network does to signal and gradient before training, in dB, predicted at infinite width."""

    signal_db: float
    gradient_db: float
    per_stage_db: float

    @property
    def gone_at(self) -> float:
        """Stages after which the gradient is below one rounding of float32 beside what it began as."""
        return GONE_DB / self.per_stage_db if self.per_stage_db < 0 else math.inf


@lru_cache(maxsize=64)
def lost(activation: str, recipe: str, block: str, depth: int, width: int) -> Lost:
    """The prediction of ``theory.propagation`` from end to end."""
    function = resolve(activation)
    found: Predicted = predict(function, start(recipe, function, width), block, depth)
    return Lost(found.signal_db, found.gradient_db, found.gradient_db / depth)
