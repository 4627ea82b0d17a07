"""The last word on a run, from the process that waited for it: how it ended, which the run itself cannot know."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from gainstage.errors import RecordingFailed
from gainstage.record import tables
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
