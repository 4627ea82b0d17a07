"""A killed recording: everything whose storing was confirmed is there, whole, and the file is sound."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from endless import SITES
from runfiles import mark

from gainstage.record.reader import load
from gainstage.record.run import Run

ENDLESS = Path(__file__).with_name("endless.py")


@contextmanager
def endless(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The endless recorder, running; killed at the end of the block at the latest."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    command = [sys.executable, str(ENDLESS), *arguments]
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        try:
            yield child
        finally:
            child.kill()


def whole(run: Run) -> bool:
    """Every loaded sample has all its rows, and each its own number."""
    steps = [step.step for step in run.steps]
    return all(
        np.array_equal(run.signal(site, "signal"), [mark(step, site) for step in steps])
        and np.array_equal(run.update(site, "ratio"), [mark(step, site) for step in steps])
        for site in range(SITES)
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_killed_run_keeps_every_confirmed_sample(tmp_path: Path, journal: str, seed: int) -> None:
    with endless(str(tmp_path / "train"), journal) as child:
        assert child.stdout is not None
        confirmed = [child.stdout.readline()]
        time.sleep(random.Random(seed).uniform(0.0, 0.12))
        os.kill(child.pid, signal.SIGKILL)
        confirmed += child.stdout.readlines()
        child.wait()
    last = int(confirmed[-1])
    run = load(tmp_path / "train.gs")
    assert last + 1 <= run.sampled <= last + 2, "only the sample being written may be lost"
    assert len(run.sites) == len(run.parameters) == SITES
    assert whole(run)
    assert run.info.outcome == "killed"
    with closing(sqlite3.connect(tmp_path / "train.gs" / "rank0.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_reading_while_another_process_writes_sees_whole_samples_only(tmp_path: Path) -> None:
    with endless(str(tmp_path / "train"), "wal") as child:
        assert child.stdout is not None
        sampled = 0
        for _ in range(5):
            confirmed = int(child.stdout.readline())
            run = load(tmp_path / "train.gs")
            assert whole(run)
            assert run.info.outcome == "running"
            assert run.sampled > confirmed, "what was confirmed is seen at once"
            assert run.sampled >= sampled
            sampled = run.sampled
        assert child.poll() is None, "the readers must not have disturbed the writer"


def test_a_file_size_limit_stops_the_recording_and_not_the_process(tmp_path: Path) -> None:
    with endless(str(tmp_path / "train"), "wal", "1000000") as child:
        assert child.stdout is not None
        *confirmed, failure = child.stdout.read().splitlines()
        assert child.wait() == 0
    assert failure.startswith(f"failed: cannot record into {tmp_path / 'train.gs' / 'rank0.sqlite'}")
    assert load(tmp_path / "train.gs").sampled == len(confirmed) > 1
