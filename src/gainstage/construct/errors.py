"""What cannot be approximated, and why."""

from __future__ import annotations

from gainstage.errors import GainstageError


class CannotApproximate(GainstageError, ValueError):
    """A request that no network can meet, or none of those that are built here; the message says why and what can."""
