"""Every error that Gainstage raises on purpose; one class per exit code, message printed alone."""

from __future__ import annotations


class GainstageError(Exception):
    """A fault of the call, the file or the configuration: what was given, what was expected, what to do."""

    exit_code = 2


class UnreadableRun(GainstageError):
    """A run file that is missing, corrupt, or newer than this version can read."""


class RecordingFailed(GainstageError):
    """The run file cannot be written (any more): disk full, read-only, locked or deleted."""


class NothingObserved(GainstageError):
    """The script ended before one training step could be sampled."""

    exit_code = 5
