"""``gainstage.log``: a script's own measure, for trials to compare; outside of a trial it does nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_listeners: list[Callable[[str, float], None]] = []


def log(**values: Any) -> None:
    """Tell a running trial how good the training is, by a measure of your own.

    Args:
        values: numbers (or tensors of one element) by name. The last one of a name counts; a name that contains
            loss, error, perplexity or the like is better low, every other one better high.

    Example:
        >>> import gainstage
        >>> gainstage.log(val_accuracy=0.93)
    """
    for listener in _listeners:
        for name, value in values.items():
            listener(name, float(value))


def listen(listener: Callable[[str, float], None]) -> None:
    """Call ``listener(name, value)`` for everything that is logged from now on."""
    _listeners.append(listener)
