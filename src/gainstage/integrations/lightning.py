"""A callback for Lightning, under either of its names: ``lightning.pytorch`` and ``pytorch_lightning``."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gainstage.errors import GainstageError
from gainstage.integrations.recording import Recording

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.integrations.recording import Settings

_NAMES = ("lightning.pytorch", "pytorch_lightning")


def _callback() -> Any:
    """The Callback class of the package that the program uses: the two are not interchangeable."""
    loaded = [name for name in _NAMES if name in sys.modules]
    for name in loaded or [name for name in _NAMES if find_spec(name.partition(".")[0]) is not None]:
        return import_module(name).Callback
    raise GainstageError("Lightning is not installed: pip install 'gainstage[lightning]'")


class GainstageCallback(_callback()):
    """Watches ``trainer.fit`` and prints the verdict at its end: ``Trainer(callbacks=[GainstageCallback()])``.

    Args:
        settings: ``path``, ``budget``, ``every``, ``select``, ``ignore``, ``stop_on``, ``quiet``, as
            :class:`~gainstage.integrations.recording.Recording` takes them.

    Raises:
        GainstageError: for a setting that does not fit.
    """

    def __init__(self, **settings: Unpack[Settings]) -> None:
        super().__init__()
        self._recording = Recording(**settings)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What was found in the last training; ``None`` before its end, and where ``gainstage run`` watches."""
        return self._recording.diagnosis

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin to watch; the sanity check of the validation is over."""
        self._recording.begin()

    def on_train_batch_end(self, trainer: Any, *rest: Any) -> None:
        """End the training where ``stop_on`` says so."""
        if self._recording.stopping is not None:
            trainer.should_stop = True

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """The verdict."""
        self._recording.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """The verdict on what was seen up to here."""
        self._recording.end(exception)
