"""A tracker for Accelerate, whose loop is the user's own: it has no callbacks, but trackers begin and finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accelerate.tracking import GeneralTracker  # pyright: ignore[reportMissingImports]

from gainstage.integrations.recording import Recording

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.diagnose.finding import Finding
    from gainstage.integrations.recording import Settings


class GainstageTracker(GeneralTracker):
    """Watches from ``accelerator.init_trackers`` to ``accelerator.end_training``: ``Accelerator(log_with=tracker)``.

    Args:
        settings: ``path``, ``budget``, ``every``, ``select``, ``ignore``, ``stop_on``, ``quiet``, as
            :class:`~gainstage.integrations.recording.Recording` takes them.

    Raises:
        GainstageError: for a setting that does not fit.
    """

    name = "gainstage"
    requires_logging_directory = False
    main_process_only = False  # every rank writes its own part

    def __init__(self, **settings: Unpack[Settings]) -> None:
        super().__init__()
        self._recording = Recording(**settings)

    @property
    def tracker(self) -> Recording:
        """What Accelerate calls the tracking object."""
        return self._recording

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What was found; ``None`` before ``end_training``, and where ``gainstage run`` watches."""
        return self._recording.diagnosis

    @property
    def stopping(self) -> Finding | None:
        """The finding for which ``stop_on`` asks the loop to end, or ``None``: ``if tracker.stopping: break``."""
        return self._recording.stopping

    def start(self) -> None:
        """Begin to watch."""
        self._recording.begin()

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        """The run file holds measurements only."""

    def log(self, values: dict[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """The loop's own numbers belong to another tracker."""

    def finish(self) -> None:
        """The verdict."""
        self._recording.end()
