"""The callback without a line of code: Lightning asks this entry point for callbacks whenever a ``Trainer`` is made.

It runs in every Lightning program of an environment that Gainstage is installed in, so it imports nothing and gives
nothing unless the environment says ``GAINSTAGE=1``.
"""

from __future__ import annotations

import os
from typing import Any

SWITCH = "GAINSTAGE"


def lightning_callbacks() -> list[Any]:
    """The callback, where ``GAINSTAGE=1`` asks for it; its settings are the variables ``GAINSTAGE_BUDGET``, ..."""
    if os.environ.get(SWITCH, "") in ("", "0"):
        return []
    from gainstage.config import read
    from gainstage.integrations.lightning import GainstageCallback

    return [GainstageCallback(path=read({}).output or None)]
