"""The training: scale of the inputs, optimizer, learning rate, warm-up. Mostly rules of thumb, each with its author."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.advice.answer import Advice
from gainstage.advice.chain import Wiring, activation_of
from gainstage.advice.question import Question
from gainstage.theory.gains import gain

BETA2 = 0.999  # Adam's default
WARMED = 4000  # steps of warm-up in Vaswani et al. (2017)
WEIGHT_DECAY = 0.01
TORCHS = 1 / math.sqrt(3)  # the gain that torch.nn.Linear draws


def inputs(question: Question) -> Advice:
    """What should enter the network."""
    if question.architecture == "transformer":
        return Advice(
            "inputs", "embeddings of size 1 per unit",
            "what the blocks add to the stream is of that size: the first blocks drown smaller embeddings.",
            "Vaswani et al. (2017), section 3.4", "rule of thumb",
            f"x = embedding(tokens) * {question.width}**0.5  # where it is drawn with std 1 / √width",
        )  # fmt: skip
    reason = (
        "every gain below is for units of mean 0 and variance 1. Weights of features that are k times larger get "
        "gradients k times larger: of unevenly scaled features no learning rate suits all."
    )
    code = "X = (X - X.mean(0)) / X.std(0)  # by the training set's numbers"
    return Advice("inputs", "standardised, feature by feature", reason, "LeCun et al. (1998)", "proved", code)


def advise(question: Question, wired: Wiring) -> Iterator[Advice]:
    """Optimizer, learning rate, warm-up."""
    kind = question.optimizer or _usual(question)
    if not question.optimizer:
        yield Advice(
            "optimizer", {"sgd": "SGD with momentum 0.9", "adam": "Adam", "adamw": "AdamW"}[kind],
            {
                "sgd": "convolutional networks with normalisation reach their best results with it.",
                "adam": "its steps hardly depend on the gradient's size, so that a first try seldom fails.",
                "adamw": "as Adam, with a weight decay that the gradient's size does not distort.",
            }[kind],
            {"sgd": "He et al. (2016)", "adam": "Kingma and Ba (2015)", "adamw": "Loshchilov and Hutter (2019)"}[kind],
            "rule of thumb", _code(kind, _rate(question, wired, kind)[0]),
        )  # fmt: skip
    yield _learning_rate(question, wired, kind)
    yield _warm_up(question, kind)


def _usual(question: Question) -> str:
    return {"cnn": "sgd", "resnet": "sgd", "transformer": "adamw"}.get(question.architecture, "adam")


def _rate(question: Question, wired: Wiring, kind: str) -> tuple[float, str, str]:
    """Learning rate, where it comes from, and its author."""
    if kind == "sgd" and wired.normalisation == "batch":
        return 0.1, "for batches of 256, in proportion for others", "He et al. (2016); Goyal et al. (2017)"
    if kind == "sgd":
        return 0.01, "what standard networks on standardised inputs bear", "Bengio (2012)"
    if question.architecture == "transformer":
        rate = question.width**-0.5 * WARMED**-0.5
        return rate, f"width^−½ · {WARMED:,}^−½, the peak of the first transformers", "Vaswani et al. (2017)"
    return 1e-3, "its authors' default", "Kingma and Ba (2015)"


def _code(kind: str, rate: float) -> str:
    more = {"sgd": ", momentum=0.9", "adam": "", "adamw": f", weight_decay={WEIGHT_DECAY}"}[kind]
    name = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}[kind]
    return f"torch.optim.{name}(model.parameters(), lr={rate:.2g}{more})"


def _learning_rate(question: Question, wired: Wiring, kind: str) -> Advice:
    rate, why, source = _rate(question, wired, kind)
    numbers = {"learning_rate": rate}
    reason = f"{why}; try a third and three times of it, too: the best one depends on the activation and the start."
    if kind != "sgd":
        # Adam's first step moves every weight by the learning rate, whatever its gradient.
        plain = wired.block == "plain" and question.architecture != "rnn"
        size = gain(activation_of(question)).forward if plain else TORCHS
        numbers["first_update_ratio"] = rate * math.sqrt(question.width) / size
        reason = (
            f"{reason} Its first steps change each weight by {rate:.2g}, that is by "
            f"{numbers['first_update_ratio']:.1%} of the weights' size at width {question.width}."
        )
    return Advice("learning-rate", f"{rate:.2g}", reason, source, "rule of thumb", _code(kind, rate), numbers)


def _warm_up(question: Question, kind: str) -> Advice:
    if kind == "sgd":
        return Advice(
            "warm-up", "none up to batches of 256; five epochs for larger ones with a larger rate",
            "in the first steps the network changes fast, and a rate in proportion to a large batch is too much.",
            "Goyal et al. (2017)", "rule of thumb", matters=False,
        )  # fmt: skip
    steps = 2 / (1 - BETA2)
    return Advice(
        "warm-up", f"linear over 2 / (1 − β₂) = {steps:,.0f} steps, fewer in a short training",
        f"Adam's estimate of the squared gradient averages over about {1 / (1 - BETA2):,.0f} steps; before that single "
        "gradients decide the step. With pre-norm or a small network it often works without.",
        "Ma and Yarats (2021); Xiong et al. (2020)", "rule of thumb",
        f"torch.optim.lr_scheduler.LinearLR(optimizer, 1e-3, total_iters={steps:.0f})", {"steps": steps},
    )  # fmt: skip
