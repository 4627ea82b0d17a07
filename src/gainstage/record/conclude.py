"""The last word on a run, from the process that waited for it: how it ended, which the run itself cannot know."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from gainstage.errors import RecordingFailed
from gainstage.record import tables
from gainstage.record.reader import load_ranks
from gainstage.record.schema import Outcome


def conclude(folder: Path, *, outcome: Outcome, exit_code: int | None, rank: int = 0) -> None:
    """Write down how the process ended; its end time too, where it was killed before it could.

    Raises:
        RecordingFailed: when the file is gone or cannot be written.
    """
    path = folder / tables.rank_file(rank)
    change = f'UPDATE "{tables.RANK.name}" SET outcome = ?, exit_code = ?, ended = coalesce(ended, ?)'
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
        try:
            with connection:
                connection.execute(change, (outcome, exit_code, time.time()))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RecordingFailed(f"cannot write how the run ended into {path}: {error}") from error


def launched(folder: Path, status: int) -> None:
    """Write down how a launcher ended whose ranks have all left on their own: what each left with, it alone knows.

    Raises:
        RecordingFailed: when a file cannot be written.
    """
    runs = list(load_ranks(folder))
    if status and all(run.info.outcome == "finished" for run in runs):
        for run in runs:
            conclude(folder, outcome="exited", exit_code=status, rank=run.info.rank)


def is_last(folder: Path) -> bool:
    """Whether all ranks that have a file in ``folder`` are over; true once, whoever asks first."""
    if any(run.info.outcome == "running" for run in load_ranks(folder)):
        return False
    try:
        (folder / tables.TOLD_FILE).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
