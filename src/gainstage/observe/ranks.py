"""Which of several processes of one training this is, as launchers say it in the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rank:
    """Place of a process in its job; one of one where nothing is said."""

    rank: int = 0
    world_size: int = 1


def current_rank() -> Rank:
    """From ``RANK`` and ``WORLD_SIZE`` (torchrun); no collective is called, and a malformed value counts as none."""
    try:
        rank, world_size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except (KeyError, ValueError):
        return Rank()
    return Rank(rank, world_size) if 0 <= rank < world_size else Rank()
