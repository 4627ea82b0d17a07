"""A callback for the ``Trainer`` of Hugging Face's transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback  # pyright: ignore[reportMissingImports]

from gainstage.integrations.recording import Recording

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.integrations.recording import Settings


class GainstageCallback(TrainerCallback):
    """Watches ``trainer.train()`` and prints the verdict at its end: ``Trainer(..., callbacks=[GainstageCallback()])``.

    Args:
        settings: ``path``, ``budget``, ``every``, ``select``, ``ignore``, ``stop_on``, ``quiet``, as
            :class:`~gainstage.integrations.recording.Recording` takes them.

    Raises:
        GainstageError: for a setting that does not fit.
    """

    def __init__(self, **settings: Unpack[Settings]) -> None:
        self._recording = Recording(**settings)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What was found in the last training; ``None`` before its end, and where ``gainstage run`` watches."""
        return self._recording.diagnosis

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin to watch."""
        self._recording.begin()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """End the training where ``stop_on`` says so."""
        if self._recording.stopping is not None:
            control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The verdict. Of an exception the Trainer tells nobody: then it follows at the process's end."""
        self._recording.end()
