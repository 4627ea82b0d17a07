"""Writing the run file: SQLite, one transaction per sample, so that a killed process leaves every finished sample."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, final
from weakref import WeakSet

from gainstage.errors import RecordingFailed
from gainstage.record import tables
from gainstage.record.schema import SCHEMA_VERSION, Event, Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.record.sink import NO_UNITS, Units
from gainstage.record.tables import Saved, SilentUnits, Table

PATIENCE: Final = 5.0  # seconds to wait for another process that locks the file, before recording stops

# What writing can raise: the disk, the database, and values that are no plain numbers or text.
_FAULTS: Final = (OSError, sqlite3.Error, OverflowError, TypeError, ValueError, RecursionError)
_INSERTS: Final = {table.name: (table.insert, table.encoder()) for table in tables.TABLES}

_Batch = tuple[Table, Sequence[Any]]


@final
class Writer:
    """One rank's file in a run's folder. Safe to call from several threads; in a forked child it does nothing.

    Every method raises :class:`RecordingFailed` when the file cannot take the records; what was stored before
    stays readable.
    """

    def __init__(self, folder: Path, info: RunInfo, *, rank: int = 0) -> None:
        """Make ``folder`` (where missing) and this rank's file in it, which must not exist yet."""
        self.path: Final = folder / tables.rank_file(rank)
        self._owner = os.getpid()
        # Reentrant: a signal handler of the training may come back here in the middle of a sample.
        self._lock = threading.RLock()
        self._waiting: list[_Batch] = []
        with _explained(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            self.path.touch(exist_ok=False)
            self._connection: sqlite3.Connection | None = _open(self.path)
        _open_writers.add(self)
        self._identity = _identity(self.path)
        try:
            self.update_info(info)
        except RecordingFailed:
            self.close()
            raise

    @classmethod
    def create(cls, base: Path, info: RunInfo, *, rank: int = 0) -> Writer:
        """Start a run in a new folder: ``base.gs``, or the first free of ``base-2.gs``, ``base-3.gs``, ..."""
        folder = _claim(base)
        try:
            return cls(folder, info, rank=rank)
        except RecordingFailed:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    @classmethod
    def join(cls, base: Path, info: RunInfo, *, rank: int, job: str) -> Writer:
        """Start one rank's file in the folder of its ``job``, which the first rank to come makes.

        The name is chosen as by :meth:`create`; processes agree on it through the file system alone, whatever their
        order.
        """
        return cls(_claim(base, job, rank), info, rank=rank)

    def site(self, site: Site) -> None:
        """Make a site known, or replace it; it is stored with the next sample, event or close."""
        self._waiting.append((tables.SITE, [site]))

    def parameter(self, parameter: Parameter) -> None:
        """Make a parameter known, or replace it; it is stored with the next sample, event or close."""
        self._waiting.append((tables.PARAMETER, [parameter]))

    def sample(self, step: Step, signals: Sequence[Signal], updates: Sequence[Update], units: Units = NO_UNITS) -> None:
        """Store one sampled step in one transaction: once this returns, killing the process does not lose it."""
        silent = [SilentUnits(site, step.step, tuple(indices)) for site, indices in units.items()]
        batches = ((tables.STEP, [step]), (tables.SIGNAL, signals), (tables.UPDATE, updates), (tables.UNIT, silent))
        self._store(batches)

    def event(self, event: Event) -> None:
        """Store something that happened once."""
        self._store([(tables.EVENT, [event])])

    def update_info(self, info: RunInfo) -> None:
        """Replace what is known about the run, for example how it ended."""
        self._store([(tables.RUN, [info]), (tables.RANK, [info])], replace=True)

    def findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """Replace the stored findings (plain data)."""
        self._store([(tables.FINDING, [Saved(*pair) for pair in enumerate(map(dict, findings))])], replace=True)

    def close(self) -> None:
        """Store what waits and finish, which folds the log into the one file; closing twice does nothing."""
        if self._connection is None or os.getpid() != self._owner:
            return
        try:
            if self._waiting:
                self._store([])
        finally:
            with self._lock, _explained(self.path):
                connection, self._connection = self._connection, None
                connection.close()

    def _store(self, batches: Sequence[_Batch], *, replace: bool = False) -> None:
        if os.getpid() != self._owner:
            return
        with self._lock, _explained(self.path):
            if self._connection is None:
                raise ValueError("the recording was closed before")
            if _identity(self.path) != self._identity:
                raise FileNotFoundError("the file was replaced by another one")
            waiting = self._waiting.copy()
            with _transaction(self._connection) as connection:
                for table, _ in batches if replace else ():
                    connection.execute(f'DELETE FROM "{table.name}"')
                for table, records in (*waiting, *batches):
                    insert, encode = _INSERTS[table.name]
                    connection.executemany(insert, map(encode, records))
            del self._waiting[: len(waiting)]

    def _abandon(self) -> None:
        # SQLite forbids a child to touch an inherited connection, and freeing the object would close it: roll back
        # the parent's transaction, delete its log. One reference too many keeps it alive until the child is gone.
        if self._connection is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))


_open_writers: Final[WeakSet[Writer]] = WeakSet()


def _abandon_in_child() -> None:
    for writer in _open_writers:
        writer._abandon()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_abandon_in_child)


def _claim(base: Path, job: str = "", rank: int = 0) -> Path:
    """The first free folder, made; or the one of ``job``, where this rank has no file in it."""
    stem = base.name.removesuffix(tables.FOLDER_SUFFIX)
    with _explained(base):
        base.parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = base.with_name(f"{stem}{f'-{number}' if number > 1 else ''}{tables.FOLDER_SUFFIX}")
            if _make(folder, job) or (job and _is_of(folder, job) and not (folder / tables.rank_file(rank)).exists()):
                return folder
    raise AssertionError("counting does not end")


def _make(folder: Path, job: str) -> bool:
    """Make the folder, with the job's name in it if there is one; of several processes only one succeeds."""
    if not job:
        with suppress(FileExistsError):
            folder.mkdir()
            return True
        return False
    if folder.exists():
        return False
    # Renaming is one move: nobody ever sees a folder that does not say yet whose it is.
    prepared = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    prepared.mkdir()
    (prepared / tables.JOB_FILE).write_text(job, encoding="utf-8")
    try:
        prepared.rename(folder)
    except OSError:
        shutil.rmtree(prepared)
        return False
    return True


def _is_of(folder: Path, job: str) -> bool:
    try:
        return (folder / tables.JOB_FILE).read_text(encoding="utf-8") == job
    except OSError:
        return False


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        set_journal(connection)
        with _transaction(connection):
            connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            for table in tables.TABLES:
                connection.execute(table.create)
    except BaseException:
        connection.close()
        raise
    return connection


def set_journal(connection: sqlite3.Connection) -> str:
    """Choose the write-ahead log, or a rollback journal where the file system has no shared memory; return its name."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        (mode,) = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
    # NORMAL survives a killed process at any moment; FULL would add a disk flush per sample for power cuts only.
    connection.execute("PRAGMA synchronous = NORMAL")
    return mode


def _identity(path: Path) -> tuple[int, int]:
    # A deleted file swallows writes in silence, so its name is looked up before each of them.
    status = os.stat(path)
    return status.st_dev, status.st_ino


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        full = isinstance(error, sqlite3.Error) and "full" in str(error)
        remedy = "Free some space there" if full else "Make that place writable"
        raise RecordingFailed(
            f"cannot record into {path}: {error}. {remedy}, or name another one: --output."
        ) from error
