"""A run file opened for reading: which tables and columns it has, its rows, checked, in one unchanging view."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from gainstage.errors import UnreadableRun
from gainstage.record.schema import SCHEMA_VERSION
from gainstage.record.tables import APPLICATION_ID, FOLDER_SUFFIX, REQUIRED, Table

_CHUNK = 8192  # rows turned into numbers at a time: as Python objects they take ten times the memory

# What reading can raise when the bytes are not what a writer of ours left.
_FAULTS = (OSError, sqlite3.Error, ArithmeticError, TypeError, ValueError, RecursionError)


@final
class Database:
    """Rows of a run file by table. A column that an older version did not write reads as the record's default."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # Views and virtual tables, which would compute something of a stranger's, have no page of their own.
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        self._tables = {name for (name,) in names}

    @classmethod
    @contextmanager
    def open(cls, file: Path) -> Iterator[Database]:
        """Open ``file`` for the time of a ``with`` block; any fault of the file in it becomes an UnreadableRun."""
        try:
            with _connected(file) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                _check_version(connection, file)
                yield cls(connection)
        except _FAULTS as error:
            # SQLite's messages quote names from the file, which may hold a terminal's control characters.
            cause = "".join(letter if letter.isprintable() else "?" for letter in str(error))
            raise UnreadableRun(
                f"cannot read the run file {file}: {cause}. Expected what `gainstage run` writes into a folder "
                f"NAME{FOLDER_SUFFIX}: it is damaged or something else. Copy it again or record again."
            ) from error

    def columns(self, table: Table) -> frozenset[str]:
        """Names of the columns that this file has of a table."""
        if table.name not in self._tables:
            return frozenset()
        # table_info leaves out generated columns, whose formulas would be a stranger's.
        return frozenset(row[1] for row in self._connection.execute(f'PRAGMA table_info("{table.name}")'))

    def integers(self, query: str, values: Mapping[str, int] | None = None) -> list[int]:
        """The first column of a query of ours, which must be whole numbers."""
        found = [row[0] for row in self._connection.execute(query, values or {})]
        if not all(type(number) is int for number in found):
            raise TypeError("a step number is no whole number")
        return found

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query of ours, as SQLite gives them: whoever asks converts each cell."""
        yield from self._connection.execute(query)

    def records(self, table: Table, steps: Sequence[int] | None = None) -> Iterator[dict[str, Any]]:
        """Decoded rows as keyword arguments of their record, in the order of their keys; only of ``steps`` if given."""
        decoders = [(column.name, column.codec.decode) for column in table.columns]
        for row in self._select(table, [name for name, _ in decoders], steps):
            yield {name: decode(cell) for (name, decode), cell in zip(decoders, row, strict=True)}

    def numbers(self, table: Table, names: Sequence[str], steps: Sequence[int]) -> NDArray[np.float64]:
        """Columns of numbers, shape (rows, len(names)), NULL as nan; only of ``steps``."""
        rows = self._select(table, names, steps)
        chunks = [np.empty((0, len(names)))]
        while chunk := rows.fetchmany(_CHUNK):
            chunks.append(np.array(chunk, dtype=np.float64))
        return np.concatenate(chunks)

    def extras(self, table: Table, steps: Sequence[int]) -> dict[tuple[int, int], dict[str, Any]]:
        """What the rows of ``steps`` hold in ``extra``, by their keys; rows with nothing in it are left out."""
        decode = {column.name: column.codec.decode for column in table.columns}.get("extra")
        if decode is None:
            return {}
        rows = self._select(table, [*table.keys, "extra"], steps)
        return {(step, index): decode(text) for step, index, text in rows if text is not None}

    def _select(self, table: Table, names: Sequence[str], steps: Sequence[int] | None) -> sqlite3.Cursor:
        present = self.columns(table)
        if not present:
            return self._connection.execute("SELECT 1 LIMIT 0")
        defaults = [_default(table, name) for name in names if name not in present]
        cells = ", ".join(f'"{name}"' if name in present else "?" for name in names)
        order = ", ".join(f'"{key}"' for key in table.keys) or "rowid"
        where = "" if steps is None else f'WHERE "step" IN ({", ".join("?" * len(steps))})'
        query = f'SELECT {cells} FROM "{table.name}" {where} ORDER BY {order}'
        return self._connection.execute(query, [*defaults, *(steps or ())])


def _default(table: Table, name: str) -> Any:
    (column,) = (column for column in table.columns if column.name == name)
    if column.default is REQUIRED:
        raise ValueError(f"table {table.name} lacks its column {name}")
    encode = column.codec.encode
    return encode(column.default) if encode else column.default


@contextmanager
def _connected(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = _connect(file, "ro")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise
    else:
        with closing(connection):
            yield connection
        return
    # Where nothing may be written next to the file, or an unfinished journal has to be rolled back first, SQLite
    # cannot open it for reading only; a private copy with its log it can.
    with TemporaryDirectory() as folder:
        for part in (file, *(Path(f"{file}{suffix}") for suffix in ("-wal", "-journal"))):
            if part == file or part.exists():
                shutil.copyfile(part, Path(folder) / part.name)
        with closing(_connect(Path(folder) / file.name, "rw")) as connection:
            yield connection


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    try:
        # A damaged file may send a query round in circles: no honest one needs this much work for its size.
        millions = count()
        allowed = 10 + file.stat().st_size // 20_000
        connection.set_progress_handler(lambda: next(millions) > allowed, 1_000_000)
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection, file: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise ValueError("it is empty or another program's database")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise UnreadableRun(
            f"cannot read the run file {file}: it has format version {version}, this Gainstage reads versions up to "
            f"{SCHEMA_VERSION}. Update it: pip install --upgrade gainstage"
        )
