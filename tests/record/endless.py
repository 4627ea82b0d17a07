"""A process that records without end and says each step only once it is stored; the tests kill it.

Usage: endless.py BASE JOURNAL [LIMIT]: JOURNAL is wal or truncate, LIMIT the largest file in bytes it may write.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
from itertools import count
from pathlib import Path

from runfiles import add, describe, info

from gainstage.errors import RecordingFailed
from gainstage.record import writer as module

SITES = 200


def rollback_journal(connection: sqlite3.Connection) -> str:
    """Stands in for a file system without shared memory; so few cached pages that half samples reach the disk."""
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = 5")
    return "truncate"


def main(base: str, journal: str, limit: str = "") -> None:
    """Record until killed, or until recording fails: then say so and go on to the end, as a training would."""
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    if journal == "truncate":
        module.set_journal = rollback_journal
    writer = module.Writer.create(Path(base), info())
    describe(writer, SITES)
    try:
        for step in count():
            add(writer, step, sites=SITES)
            os.write(1, f"{step}\n".encode())
    except RecordingFailed as error:
        os.write(1, f"failed: {error}\n".encode())
        writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
