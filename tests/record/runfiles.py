"""Run files for the tests of record: made of numbers that say where they belong, so that a mix-up shows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gainstage.record.schema import Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.record.sink import Sink
from gainstage.record.writer import Writer

SITES = 5


def info(**changes: Any) -> RunInfo:
    """A run of this process."""
    plain = RunInfo("run-1", ("train.py", "--epochs", "3"), "train.py", 100.0, versions={"torch": "2.13.0"})
    return replace(plain, **{"process": os.getpid(), **changes})


def mark(step: int, site: int) -> float:
    """The signal that belongs to one step and site."""
    return step + site / 1000


def describe(sink: Sink, sites: int = SITES) -> None:
    """Make sites and parameters known."""
    for index in range(sites):
        sink.site(Site(index, f"layers.{index}", "linear", 0, "affine", sources=(index - 1,) if index else ()))
        sink.parameter(Parameter(index, f"layers.{index}.weight", (4, 4)))


def add(sink: Sink, step: int, *, sites: int = SITES, optimizer: str = "SGD") -> None:
    """Store one sampled step."""
    sink.sample(
        Step(step, step * 0.1, optimizer, 0.1, {"momentum": 0.9}, loss=1 / (1 + step)),
        [Signal(step, site, 32, signal=mark(step, site), extra={"step": step}) for site in range(sites)],
        [Update(step, site, ratio=mark(step, site)) for site in range(sites)],
        {0: range(step % 3)},
    )


def record(folder: Path, steps: Iterable[int] = range(3), **changes: Any) -> Path:
    """A finished run file; returns the run's folder."""
    writer = Writer.create(folder / "train", info(**changes))
    describe(writer)
    for step in steps:
        add(writer, step)
    writer.close()
    return writer.path.parent
