"""All advice on one question, and the trial that would check it."""

from __future__ import annotations

import shlex

from gainstage.advice import hidden, output, recurrent, steps
from gainstage.advice.answer import Answer
from gainstage.advice.chain import activation_of, holding, wiring
from gainstage.advice.question import Question, checked

TRIED = 4  # activations in the trial


def advise(question: Question) -> Answer:
    """What to start with.

    Args:
        question: what is known.

    Raises:
        GainstageError: for what makes no sense, see ``question.checked``.

    Example:
        >>> found = advise(Question("multiclass", "mlp", depth=20, width=256, classes=10))
        >>> next(a.choice for a in found.advice if a.topic == "initialisation")
        'std = 1.414 / √fan_in'
    """
    question = checked(question)
    wired = wiring(question)
    advice = (
        *output.advise(question),
        steps.inputs(question),
        *(recurrent.advise(question) if question.architecture == "rnn" else hidden.advise(question, wired)),
        *steps.advise(question, wired),
    )
    name = activation_of(question)
    plain = wired.block == "plain" and question.architecture != "rnn"
    others = holding(question) if plain else ("relu", "leaky_relu", "gelu", "silu")
    tried = list(dict.fromkeys((name, *others)))[:TRIED]
    if question.architecture == "rnn":
        return Answer(
            question, advice, f"gainstage run {shlex.join(question.script)}",
            "how far back in time the gradient reaches, and which stage loses it",
        )  # fmt: skip
    inits = "default,critical" if plain else "default,fitted"
    trial = f"gainstage compare --activations {','.join(tried)} --inits {inits} {shlex.join(question.script)}"
    return Answer(question, advice, trial, "which activation and which start learn best, each at its own learning rate")
