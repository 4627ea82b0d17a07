"""A callback for skorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skorch.callbacks import Callback  # pyright: ignore[reportMissingImports]

from gainstage.diagnose.engine import Diagnosis
from gainstage.integrations.recording import Recording


class GainstageCallback(Callback):
    """Watches ``net.fit`` and prints the verdict at its end: ``NeuralNet(..., callbacks=[GainstageCallback()])``.

    ``diagnosis_`` is what was found in the last training; ``None`` before its end, and where ``gainstage run`` watches.
    The arguments are those of :class:`~gainstage.integrations.recording.Recording`, spelt out since scikit-learn copies
    estimators by them.

    Raises:
        GainstageError: when the training begins, for a setting that does not fit.
    """

    diagnosis_: Diagnosis | None

    def __init__(
        self,
        path: str | Path | None = None,
        budget: float | str | None = None,
        every: int | None = None,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        stop_on: str = "never",
        quiet: bool = False,
    ) -> None:
        self.path = path
        self.budget = budget
        self.every = every
        self.select = select
        self.ignore = ignore
        self.stop_on = stop_on
        self.quiet = quiet

    def initialize(self) -> GainstageCallback:
        """No training yet."""
        self.diagnosis_ = None
        return self

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Begin to watch."""
        if hasattr(self, "_recording"):  # the last training ended by an exception, of which skorch tells nobody
            self._recording.end()
        self._recording = Recording(**self.get_params())
        self._recording.begin()

    def on_batch_end(self, net: Any, batch: Any = None, training: bool | None = None, **kwargs: Any) -> None:
        """End the training where ``stop_on`` says so, in the way that skorch takes for a stop."""
        if training and self._recording.stopping is not None:
            raise KeyboardInterrupt

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """The verdict. What is left can be pickled."""
        self._recording.end()
        self.diagnosis_ = self._recording.diagnosis
        del self._recording
