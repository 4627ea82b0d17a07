"""What is known before any trial: the task, and the network as far as it is settled."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from gainstage.config import suggestion
from gainstage.errors import GainstageError
from gainstage.theory.resolve import resolve

Task = Literal["binary", "multiclass", "multilabel", "regression"]
Architecture = Literal["mlp", "cnn", "resnet", "rnn", "transformer"]
Normalisation = Literal["", "none", "batch", "layer", "rms"]
Optimizer = Literal["", "sgd", "adam", "adamw"]
DEPTHS: Final = {"mlp": 4, "cnn": 8, "resnet": 18, "rnn": 2, "transformer": 12}
WIDTHS: Final = {"mlp": 256, "cnn": 64, "resnet": 64, "rnn": 256, "transformer": 512}
DEEPEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What is known; "", None and 0 leave a thing open, and the advice settles it.

    Attributes:
        task: what is to be learnt.
        architecture: what kind of network.
        depth: stages in series, layers with weights and an activation; of a residual network its blocks.
        width: units (channels) of a layer.
        targets: of a regression, the smallest and the largest target.
        classes: classes or labels.
        normalisation: "none" is settled, "" is open.
        residual: whether paths lead around the blocks.
        optimizer: which one is used.
        activation: of hidden layers, a name of the catalogue.
        script: what trains, for the trial's command line.
    """

    task: Task
    architecture: Architecture = "mlp"
    depth: int = 0
    width: int = 0
    targets: tuple[float, float] | None = None
    classes: int = 0
    normalisation: Normalisation = ""
    residual: bool | None = None
    optimizer: Optimizer = ""
    activation: str = ""
    script: tuple[str, ...] = ("train.py",)


def checked(question: Question) -> Question:
    """The question with a depth and a width, and with whatever makes no sense refused.

    Raises:
        GainstageError: for a name that nobody knows, a size out of range, targets that do not fit the task.
    """
    for name, given, known in (
        ("--task", question.task, get_args(Task)),
        ("--architecture", question.architecture, get_args(Architecture)),
        ("--normalisation", question.normalisation, get_args(Normalisation)),
        ("--optimizer", question.optimizer, get_args(Optimizer)),
    ):
        if given not in known:
            names = [one for one in known if one]
            raise GainstageError(f"{name} {given}: expected one of {', '.join(names)}{suggestion(given, names)}")
    _check_targets(question)
    if not 0 <= question.depth <= DEEPEST or question.width < 0:
        given = f"--depth {question.depth} --width {question.width}"
        raise GainstageError(f"{given}: expected 1 to {DEEPEST} stages, and 1 or more units")
    if question.activation:
        resolve(question.activation)
    return replace(
        question,
        depth=question.depth or DEPTHS[question.architecture],
        width=question.width or WIDTHS[question.architecture],
    )


def _check_targets(question: Question) -> None:
    if question.targets is not None:
        low, high = question.targets
        given = f"--targets {low:g},{high:g}"
        if question.task != "regression":
            raise GainstageError(f"{given}: goes with --task regression; a {question.task} task has classes")
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise GainstageError(f"{given}: expected two numbers, the smaller one first, as in 0,100")
    fewest = {"binary": 0, "multiclass": 2, "multilabel": 1, "regression": 0}[question.task]
    if question.classes and (question.classes < fewest or question.task == "regression"):
        raise GainstageError(f"--classes {question.classes}: does not fit --task {question.task}")
    if question.task == "binary" and question.classes not in (0, 2):
        raise GainstageError(f"--classes {question.classes}: more than two classes are --task multiclass or multilabel")
