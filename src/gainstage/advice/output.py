"""The network's end: output activation, loss, and what the targets should look like."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.advice.answer import Advice
from gainstage.advice.question import Question

WRONG = 10.0  # a logit far on the wrong side: a confident mistake
DECADES = 100.0  # positive targets that span more than this factor may be products rather than sums
UNIT = 3.0  # a standardised target lies within this many standard deviations


def advise(question: Question) -> Iterator[Advice]:
    """Output activation and loss together, since neither is right by itself; then the targets."""
    if question.task == "regression":
        yield from _regression(question)
    else:
        yield from _classes(question)


def _classes(question: Question) -> Iterator[Advice]:
    binary = question.task in ("binary", "multilabel")
    units = {"binary": 1}.get(question.task, question.classes)
    across = f"{units} linear unit{'s' if units != 1 else ''}" if units else "one linear unit per class"
    squash, loss = ("sigmoid", "binary_cross_entropy_with_logits") if binary else ("softmax", "cross_entropy")
    yield Advice(
        "output",
        f"no activation: {across} (logits)",
        f"the loss contains the {squash}; a second one in front of it keeps the logits between 0 and 1, and the loss "
        f"above {_floor(question):.3f}.",
        "Bridle (1990)",
        "proved",
        code=f"nn.Linear({question.width}, {units or 'CLASSES'})",
        numbers={"least_loss_of_two": _floor(question)},
    )
    # With a squared error the gradient at the logit carries the factor s(1 - s), which a confident mistake makes tiny.
    lost = 20 * math.log10(_sigmoid(WRONG) * (1 - _sigmoid(WRONG)) * 2)
    yield Advice(
        "loss",
        loss,
        "its gradient at the logits is prediction − target: the worse the mistake, the larger. A squared error behind "
        f"a {squash} loses {-lost:.0f} dB of it at a logit of {WRONG:g} on the wrong side, and hardly learns there.",
        "Bridle (1990); Solla, Levin and Fleisher (1988)",
        "proved",
        code=f"F.{loss}(logits, target{'.float()' if binary else ''})",
        numbers={"squared_error_gradient_db": lost},
    )
    start = math.log(question.classes) if question.task == "multiclass" and question.classes else math.log(2)
    if question.task != "multiclass" or question.classes:
        yield Advice(
            "targets",
            "as they are" + (", the rare class weighted if it is rarer than 1 in 10" if binary else ": class numbers"),
            f"a network that knows nothing has a loss of {start:.3f}; a first loss far above says that the last layer "
            "starts too large. With rare classes, start its bias at log(share / (1 − share)).",
            "Lin et al. (2017) for the bias",
            "computed",
            numbers={"first_loss": start},
        )


def _regression(question: Question) -> Iterator[Advice]:
    yield Advice(
        "output",
        "no activation: linear units",
        "a squashing function cannot reach targets beyond its range, and learns those at its edge only with infinite "
        "weights; a ReLU that is once negative gets no gradient.",
        "LeCun et al. (1998), Efficient BackProp",
        "proved",
        code=f"nn.Linear({question.width}, OUTPUTS)",
    )
    yield Advice(
        "loss",
        "mse_loss; huber_loss where single targets are far off",
        "the squared error is right for normal noise and gives an outlier a gradient without bound, Huber's a bounded "
        "one.",
        "Huber (1964)",
        "proved",
        code="F.mse_loss(output, target)",
    )
    if question.targets is not None:
        yield _scaling(*question.targets)


def _scaling(low: float, high: float) -> Advice:
    """Targets are taken as evenly spread between their ends: nothing else is known."""
    mean, deviation = (low + high) / 2, (high - low) / math.sqrt(12)
    excess = (mean**2 + deviation**2 + 1) / deviation**2  # the fresh network's outputs have a variance of about 1
    numbers = {"mean": mean, "deviation": deviation, "first_loss_over_constant": excess}
    if low > 0 and high / low >= DECADES:
        return Advice(
            "targets",
            "standardised; where most are far smaller than the largest, their logarithm first",
            f"they are positive and span a factor of {high / low:,.0f}: if they are rather products than sums, a "
            "squared error cares for the largest alone.",
            "Box and Cox (1964)",
            "rule of thumb",
            code="y = (y - y.mean()) / y.std()  # perhaps y = y.log() before",
            numbers=numbers,
        )
    code = f"y = (y - {mean:.4g}) / {deviation:.4g}  # better: the training set's own mean and standard deviation"
    if max(abs(low), abs(high)) <= UNIT and excess < 3 and deviation > 1 / UNIT:
        reason = f"of the size of a fresh network's outputs: the first loss is about {excess:.1f} times a constant's."
        return Advice(
            "targets", "as they are", reason, "LeCun et al. (1998)", "computed", numbers=numbers, matters=False
        )
    reason = (
        f"evenly spread, they have mean {mean:.3g} and deviation {deviation:.3g}; a fresh network's outputs are around "
        f"0 with deviation 1. The first loss is {excess:.3g} times that of the best constant, and learning rates "
        "that others recommend are for targets of size 1."
    )
    return Advice("targets", "standardised", reason, "LeCun et al. (1998)", "computed", code=code, numbers=numbers)


def _floor(question: Question) -> float:
    """The least loss where the logits are confined to 0...1: 1 for the right class, 0 for all others."""
    if question.task == "multiclass":
        return math.log(1 + (max(question.classes, 2) - 1) / math.e)
    # Of a sigmoid's output a positive example wants 1, a negative one 0: the mean over as many of both.
    return (math.log(1 + 1 / math.e) + math.log(2)) / 2


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
