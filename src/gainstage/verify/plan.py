"""How far the trials go and how many run at a time: chosen from the script's own pace, length and size."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

WATCHED = 90.0  # seconds after which a script that is still training has been watched for long enough
BEFORE = 600.0  # seconds that a script may take until its first step, on top of that
FEWEST = 20  # steps of a trial, where the script has as many: fewer show the start alone
PARTS = (0.05, 0.15, 0.4, 1.0)  # of what was watched: where the rounds of a race end
SOON = 0.1  # of what was watched: earlier than that nobody is declared ahead of the untouched training's end
DEAREST = 8.0  # multiples of the watched part: once as much is spent, nothing further is begun
SLACK = 20.0  # times the pace of the watched run: a trial that is slower than that hangs
SHORTEST = 60.0
SPARE = 0.8  # of the free memory


@dataclass(frozen=True, slots=True)
class Options:
    """What ``gainstage fix`` was asked for.

    Attributes:
        steps: of each trial, and of the watched run; 0 chooses.
        seeds: trials per arm; 3 is the fewest that give a usable interval.
        jobs: trials at work at a time; 0 chooses.
        candidates: how many are tried at most.
        unsafe: try remedies that change architecture, loss, data or optimizer, too.
        metric: pattern or name of the measure; "" takes the best there is.
        time_limit: seconds for each trial; 0 chooses.
    """

    steps: int = 0
    seeds: int = 3
    jobs: int = 0
    candidates: int = 4
    unsafe: bool = False
    metric: str = ""
    time_limit: float = 0.0

    @property
    def workers(self) -> int:
        """Trials at work at a time."""
        return self.jobs or max(1, cores() // self.threads)

    @property
    def threads(self) -> int:
        """Of torch in each trial: as the environment says, else one, since trials run side by side."""
        asked = os.environ.get("OMP_NUM_THREADS", "")
        return int(asked) if asked.isdecimal() and int(asked) else 1


def horizons(options: Options, length: int, first: int = 0) -> Iterator[int]:
    """The steps at which the rounds end, ascending, for a run of ``length`` steps; at least ``first`` of them."""
    if options.steps:
        yield min(options.steps, length)
        return
    before = 0
    for part in PARTS:
        steps = min(length, max(FEWEST, first, math.ceil(length * part)))
        if steps > before:
            yield steps
            before = steps


def limit(options: Options, seconds: float, steps: int, length: int) -> float:
    """Seconds that a trial of ``steps`` may take where the watched run took ``seconds`` for ``length``."""
    if options.time_limit:
        return options.time_limit
    return SHORTEST + SLACK * seconds * steps / max(length, 1) * max(1, options.workers // max(cores(), 1))


def room(memory: int) -> int:
    """How many processes of ``memory`` bytes each may be alive at a time."""
    return max(2, int(SPARE * free_memory() / memory)) if memory > 0 else 64


def cores() -> int:
    """Of the processors, those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> int:
    """Bytes that may be taken without swapping; a careful guess where the system does not tell."""
    if sys.platform == "linux":
        with open("/proc/meminfo", encoding="ascii") as file:
            facts = dict(line.split(":", 1) for line in file)
        return int(facts.get("MemAvailable", "4194304 kB").split()[0]) * 1024
    return 4 << 30
