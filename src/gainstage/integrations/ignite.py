"""A handler for the engines of PyTorch-Ignite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ignite.engine import Engine, Events  # pyright: ignore[reportMissingImports]

from gainstage.integrations.recording import Recording

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.integrations.recording import Settings


class GainstageHandler:
    """Watches a trainer's ``run`` and prints the verdict at its end: ``GainstageHandler().attach(trainer)``.

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

    def attach(self, trainer: Engine) -> None:
        """Watch whenever ``trainer`` runs."""
        trainer.add_event_handler(Events.STARTED, self._begin)
        trainer.add_event_handler(Events.ITERATION_COMPLETED, self._stop)
        for event in (Events.COMPLETED, Events.TERMINATE, Events.INTERRUPT):
            trainer.add_event_handler(event, self._end)
        trainer.add_event_handler(Events.EXCEPTION_RAISED, self._died)

    def _begin(self, trainer: Engine) -> None:
        self._recording.begin()

    def _stop(self, trainer: Engine) -> None:
        if self._recording.stopping is not None:
            trainer.terminate()

    def _end(self, trainer: Engine) -> None:
        self._recording.end()

    def _died(self, trainer: Engine, error: BaseException) -> None:
        self._recording.end(error)
        raise error  # an engine with a handler for exceptions raises none by itself
