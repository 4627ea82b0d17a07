"""Numbers in what a script prints: those that a pattern of the user's catches, and held-out measures by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gainstage.errors import GainstageError
from gainstage.verify.order import Source

NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|nan|inf)"
# "test accuracy 0.93", "val_loss=0.2", "Validation F1: 71.3": a word for held-out data, a measure, a number.
_HELD_OUT = r"(?:held[-_ ]?out|val(?:id(?:ation)?)?|test(?:ing)?|dev|eval(?:uation)?)"
_MEASURE = (
    r"(?:acc(?:uracy)?|loss|err(?:or)?|f1|auc|auroc|r2|mse|mae|rmse|ppl|perplexity|bleu|score|recall|precision|dice|iou"
    r"|psnr|nll|reward|return|(?:un)?explained variance)"
)
_OF = r"(?: (?:of|on|in|at|for)(?: the)? [a-z]+)?"  # "recall of nines 0.8", "loss on the rest 0.3"
_BEHIND = rf"\s*[:=]?\s*({NUMBER})(?![\w.])"
HELD_OUT = re.compile(rf"(?<![a-z])({_HELD_OUT}[-_ ]*(?:set )?{_MEASURE}){_BEHIND}", re.IGNORECASE)
ANY = re.compile(rf"(?<![a-z])({_MEASURE}{_OF}){_BEHIND}", re.IGNORECASE)
LOWER = re.compile(
    r"loss|err|mse|mae|rmse|ppl|perplexity|nll|distance|unexplained|(?<!explained )variance", re.IGNORECASE
)
MOST = 400  # cells of a line that are looked at: a progress bar that never ends its line must not cost time


def readings(line: str, metric: re.Pattern[str] | None = None) -> Iterator[tuple[str, float, Source]]:
    """(name, value, source) for every number of ``line`` that ``metric``, or without one its words, single out.

    >>> list(readings("epoch 3  loss 0.41  test accuracy 0.93"))
    [('test accuracy', 0.93, 'held-out'), ('loss', 0.41, 'printed')]
    """
    line = line[-MOST:]
    if metric is None:
        for name, value in HELD_OUT.findall(line):
            yield name.lower(), float(value), "held-out"
        for name, value in ANY.findall(HELD_OUT.sub(" ", line)):
            yield name.lower(), float(value), "printed"
        return
    for found in metric.finditer(line):
        try:
            yield name_of(metric), float(found.group(1)), "asked"
        except ValueError:
            continue


def compiled(metric: str) -> re.Pattern[str] | None:
    """The pattern that ``--metric`` gives; None for an empty one. A bare name stands for the number behind it.

    Raises:
        GainstageError: when it is no regular expression.

    >>> list(readings("val_acc: 0.5", compiled("val_acc")))
    [('val_acc', 0.5, 'asked')]
    """
    if not metric:
        return None
    text = metric if "(" in metric else rf"{metric}\s*[:=]?\s*({NUMBER})"
    try:
        return re.compile(text)
    except re.error as error:
        raise GainstageError(
            f"--metric {metric!r} is no regular expression: {error}. Try: --metric 'val_acc=([0-9.]+)'"
        ) from error


def name_of(metric: re.Pattern[str]) -> str:
    """What to call a pattern's number: the words before its group, ``val_acc`` for ``val_acc=([0-9.]+)``."""
    words = re.sub(r"\\[a-zA-Z]|[^\w ]", " ", metric.pattern.partition("(")[0])
    return " ".join(words.split()) or "metric"


def lower_is_better(name: str) -> bool:
    """Whether a measure of this name is good when it is small.

    >>> lower_is_better("val_loss"), lower_is_better("test accuracy")
    (True, False)
    """
    return bool(LOWER.search(name))
