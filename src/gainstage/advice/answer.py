"""One piece of advice, and all of them: what, why, by whom, and how sure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gainstage.advice.question import Question

# proved: follows by mathematics. computed: theory's numbers for this network (wide layers, before training).
# rule of thumb: has worked for others; a trial decides.
Certainty = Literal["proved", "computed", "rule of thumb"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about one thing.

    Attributes:
        topic: "output", "loss", "targets", "inputs", "activation", "initialisation", "normalisation", "residual",
            "optimizer", "learning-rate", "warm-up" or "clipping".
        choice: what to do.
        reason: why, in a sentence with the numbers.
        source: author and year.
        certainty: how sure.
        code: how it is written; "" where there is nothing to write.
        numbers: what the reason speaks of, by name: gains in dB, durations in steps.
        matters: False where theory says that it makes no difference here.
    """

    topic: str
    choice: str
    reason: str
    source: str
    certainty: Certainty
    code: str = ""
    numbers: dict[str, float] = field(default_factory=dict)
    matters: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """All advice on a question, and the command that would check it."""

    question: Question
    advice: tuple[Advice, ...]
    trial: str
    trial_tells: str
