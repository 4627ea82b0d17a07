"""The tables of the run file, generated from the records: a field added to a record is a column added here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, get_type_hints

from gainstage.record.codecs import Codec, codec_for
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update, columns

APPLICATION_ID: Final = 0x6761696E  # "gain" in ASCII: lets `file` and us tell a run from any other database
FOLDER_SUFFIX: Final = ".gs"
JOB_FILE: Final = "job"  # in the folder of several ranks: which job's they are
TOLD_FILE: Final = "told"  # there once one of them has spoken for all
REQUIRED: Final = object()


def rank_file(rank: int) -> str:
    """Name of one rank's file inside the run's folder."""
    return f"rank{rank}.sqlite"


@dataclass(frozen=True, slots=True)
class SilentUnits:
    """Which units of a site were silent on the last step on which they were written down."""

    site: int
    step: int
    silent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A finding or a trial, as plain data: reading the file needs none of the classes that made it."""

    number: int
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``default`` stands in where a file of an older version does not have it."""

    name: str
    codec: Codec
    default: Any = REQUIRED


@dataclass(frozen=True, slots=True)
class Table:
    """One table. With keys a row replaces an earlier one of the same keys, without it is appended."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()

    @property
    def create(self) -> str:
        """The statement that makes the table."""
        cells = [f'"{c.name}" {c.codec.sql}' for c in self.columns]
        if self.keys:
            cells.append(f"PRIMARY KEY ({', '.join(_quoted(self.keys))})")
        # A compound key as the tree's own order keeps all rows of a step side by side: thinned loads read few pages.
        return f'CREATE TABLE "{self.name}" ({", ".join(cells)}){" WITHOUT ROWID" if len(self.keys) > 1 else ""}'

    @property
    def insert(self) -> str:
        """The statement that writes one row."""
        names = _quoted(c.name for c in self.columns)
        marks = ", ".join("?" * len(self.columns))
        return f'INSERT OR REPLACE INTO "{self.name}" ({", ".join(names)}) VALUES ({marks})'

    def encoder(self) -> Callable[[Any], list[Any]]:
        """A function from a record to its row."""
        values = attrgetter(*(c.name for c in self.columns))
        converted = [(place, c.codec.encode) for place, c in enumerate(self.columns) if c.codec.encode is not None]

        def encode(record: Any) -> list[Any]:
            row = list(values(record))
            for place, convert in converted:
                row[place] = convert(row[place])
            return row

        return encode


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _table(name: str, record: type, *keys: str, only: tuple[str, ...] = ()) -> Table:
    hints = get_type_hints(record)
    made: list[Column] = []
    for f in fields(record):
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if not only or f.name in only:
            made.append(Column(f.name, codec_for(hints[f.name]), REQUIRED if default is MISSING else default))
    return Table(name, tuple(made), keys)


# What is the same on every rank of a run; the rest of RunInfo differs from process to process.
_SHARED: Final = ("identifier", "argv", "script", "started", "budget", "versions")
_OWN: Final = tuple(name for name in columns(RunInfo) if name not in _SHARED)

RUN: Final = _table("run", RunInfo, only=_SHARED)
RANK: Final = _table("rank", RunInfo, only=_OWN)
SITE: Final = _table("site", Site, "index")
PARAMETER: Final = _table("parameter", Parameter, "index")
STEP: Final = _table("step", Step, "step")
SIGNAL: Final = _table("signal", Signal, "step", "site")
UPDATE: Final = _table("parameter_update", Update, "step", "parameter")
EVENT: Final = _table("event", Event)
UNIT: Final = _table("unit", SilentUnits, "site")
FINDING: Final = _table("finding", Saved, "number")
TRIAL: Final = _table("trial", Saved, "number")

TABLES: Final = (RUN, RANK, SITE, PARAMETER, STEP, SIGNAL, UPDATE, EVENT, UNIT, FINDING, TRIAL)
