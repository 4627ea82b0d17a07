"""A callback for Keras 3 on torch, whose optimizers are not torch's: their steps have to be shown to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras  # pyright: ignore[reportMissingImports]

from gainstage.errors import GainstageError
from gainstage.integrations.recording import Recording
from gainstage.integrations.standin import stand_in

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.integrations.recording import Settings


class GainstageCallback(keras.callbacks.Callback):
    """Watches ``model.fit`` and prints the verdict at its end: ``model.fit(..., callbacks=[GainstageCallback()])``.

    Args:
        settings: ``path``, ``budget``, ``every``, ``select``, ``ignore``, ``stop_on``, ``quiet``, as
            :class:`~gainstage.integrations.recording.Recording` takes them.

    Raises:
        GainstageError: for a setting that does not fit, and when Keras does not run on torch.
    """

    def __init__(self, **settings: Unpack[Settings]) -> None:
        super().__init__()
        if keras.backend.backend() != "torch":
            raise GainstageError(
                f"Keras runs on {keras.backend.backend()}; Gainstage watches torch: set KERAS_BACKEND=torch before "
                "keras is imported"
            )
        self._recording = Recording(**settings)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What was found in the last training; ``None`` before its end, and where ``gainstage run`` watches."""
        return self._recording.diagnosis

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to watch, and let each update be a step that torch's hooks see."""
        self._recording.begin()
        optimizer = self.model.optimizer
        weights = [variable.value for variable in self.model.trainable_variables]
        shown = stand_in(type(optimizer).__name__, weights, {"lr": float(optimizer.learning_rate)})
        vars(optimizer).pop("apply", None)  # of a training that died
        apply = optimizer.apply

        def step(*args: Any, **kwargs: Any) -> Any:
            return shown.around(lambda: apply(*args, **kwargs), float(optimizer.learning_rate))

        optimizer.apply = step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """End the training where ``stop_on`` says so."""
        if self._recording.stopping is not None:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """The verdict."""
        vars(self.model.optimizer).pop("apply", None)
        self._recording.end()
