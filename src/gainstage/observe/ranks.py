"""Which of several processes of one training this is, as launchers say it in the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rank:
    """Place of a process in its job; one of one where nothing is said.

    ``job`` is the same text in all processes of one job, and another one in the next job, as far as launchers tell.
    """

    rank: int = 0
    world_size: int = 1
    job: str = ""


# torchrun's; a job that is launched by hand has the address alone. A restart is a new training.
_JOB = ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE")


def current_rank(launcher: int = 0) -> Rank:
    """From ``RANK`` and ``WORLD_SIZE`` (torchrun); no collective is called, and a malformed value counts as none.

    ``launcher`` is the process number of what has started all ranks of this machine; by default this one's parent.
    """
    try:
        rank, world_size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except (KeyError, ValueError):
        return Rank()
    if not 0 <= rank < world_size:
        return Rank()
    told = [os.environ.get(name, "") for name in _JOB]
    # Where all ranks are on this machine, the launcher tells today's job from yesterday's at the same address.
    if os.environ.get("LOCAL_WORLD_SIZE") == str(world_size):
        told.append(str(launcher or os.getppid()))
    return Rank(rank, world_size, " ".join(told))
