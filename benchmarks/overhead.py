"""What does watching cost? Blocks of bare and watched steps in turn, in one process, on one thread.

Every pair of blocks gives a ratio of processor time; reported are the median and the first and last decile.
Three ways of watching: the default budget after its start, no step sampled (only the two
optimizer hooks), and every step sampled. All of them record into a file. Peak memory is compared between processes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from common import WORKLOADS, Times, peak_mb, save, timed, unhooked, watched

from gainstage.observe.schedule import START, Schedule


def compare(step: Callable[[], None], schedule: Schedule, pairs: int, steps: int) -> Times:
    """Alternate ``pairs`` times between a bare and a watched block of ``steps`` steps."""
    times = Times()
    for _ in range(pairs):
        with unhooked():
            step()
            times.bare.append(timed(step, steps))
        resume(step, schedule)
        times.watched.append(timed(step, steps))
        pause(step, schedule)
    return times


def pause(step: Callable[[], None], schedule: Schedule) -> None:
    """Let the sample under way end, so that nothing of it reaches into a bare block."""
    schedule.last_step = 0
    step()


def resume(step: Callable[[], None], schedule: Schedule) -> None:
    """Sampling goes on; the bare block in between does not count as one long step."""
    step()
    schedule.bare.pop()
    schedule.last_step = None
    step()


def steady(step: Callable[[], None], pairs: int, steps: int) -> dict[str, Any]:
    """The default budget, once the start is over and prices are known."""
    with TemporaryDirectory() as folder, watched(folder) as session:
        assert session.observer is not None
        schedule = session.observer.schedule
        for _ in range(40):
            step()
        schedule.samples = max(schedule.samples, START)
        timed(step, steps)
        pause(step, schedule)
        samples, spent = schedule.samples, schedule.spent
        times = compare(step, schedule, pairs, steps)
        # What the observer itself booked as its cost, where the noise of two timings does not reach.
        booked = 1 + (schedule.spent - spent) / (steps * sum(wall for _, wall in times.bare))
        return {**times.summary(), "booked": booked, "samples": schedule.samples - samples, "steps": pairs * steps}


def every(step: Callable[[], None], pairs: int, steps: int) -> dict[str, Any]:
    """Every step sampled."""
    with TemporaryDirectory() as folder, watched(folder, every=1) as session:
        assert session.observer is not None
        for _ in range(3):
            step()
        pause(step, session.observer.schedule)
        return compare(step, session.observer.schedule, pairs, steps).summary()


def unsampled(step: Callable[[], None], pairs: int, steps: int) -> dict[str, Any]:
    """Hooks installed, nothing sampled."""
    with TemporaryDirectory() as folder, watched(folder, every=1, steps=1):
        times = Times()
        for _ in range(pairs + 1):
            with unhooked():
                times.bare.append(timed(step, steps))
            times.watched.append(timed(step, steps))
        del times.bare[0], times.watched[0]  # with the one sampled step
        return times.summary()


def peak(name: str) -> dict[str, float]:
    """Peak resident memory in megabytes of a process that trains for ten steps, bare and with every step sampled."""
    found: dict[str, float] = {}
    for way in ("bare", "watched"):
        command = [sys.executable, __file__, "--peak-of", way, "--workloads", name]
        found[way] = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"bare_mb": found["bare"], "watched_mb": found["watched"], "ratio": found["watched"] / found["bare"]}


def train(name: str, way: str) -> None:
    """Ten steps; prints the process's own peak in megabytes."""
    step = WORKLOADS[name].start()
    with TemporaryDirectory() as folder:
        if way == "watched":
            with watched(folder, every=1):
                timed(step, 10)
        else:
            timed(step, 10)
    print(peak_mb())


def measure(name: str, pairs: int, seconds: float) -> dict[str, Any]:
    """Everything about one workload; a block lasts about ``seconds``."""
    step = WORKLOADS[name].start()
    timed(step, 2)
    steps = max(3, round(seconds / timed(step, 3)[0]))
    row: dict[str, Any] = {"name": WORKLOADS[name].name, "steps_per_block": steps}
    for key, way in (("every", every), ("budget", steady), ("unsampled", unsampled)):
        row[key] = way(step, pairs, steps)
        print(f"{name} {key}: {row[key]['ratio']:.3f}", file=sys.stderr)
    return {**row, "memory": peak(name)}


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=30, help="pairs of blocks per figure (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a block (default %(default)s)")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="default: all")
    parser.add_argument("--quick", action="store_true", help="a smoke run: two short pairs, nothing saved by default")
    parser.add_argument("--output", type=Path, help="JSON to write (default results/overhead.json)")
    parser.add_argument("--peak-of", choices=("bare", "watched"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.peak_of:
        train(options.workloads[0], options.peak_of)
        return
    pairs, seconds = (2, 0.2) if options.quick else (options.pairs, options.seconds)
    rows = [measure(name, pairs, seconds) for name in options.workloads]
    save("overhead", {"workloads": rows}, options.output or (Path("/dev/null") if options.quick else None))


if __name__ == "__main__":
    main()
