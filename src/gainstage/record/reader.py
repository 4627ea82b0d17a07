"""Reading run files, whoever wrote them: numbers and text only, every cell checked, every fault an UnreadableRun."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gainstage.errors import UnreadableRun
from gainstage.record import tables
from gainstage.record.database import Database
from gainstage.record.merge import merge
from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.record.series import Series, numeric_columns
from gainstage.record.tables import Table

SAMPLES = 256  # loaded at most: a quarter each from the start and the end, half from between

# The fewest steps that still show a start, a course and an end. Between the ends each optimizer gets an equal share,
# evenly spaced among its own steps, so that optimizers taking turns are not beaten by the spacing.
_CHOICE = """
WITH placed AS (
  SELECT "step", {optimizer} AS optimizer, row_number() OVER (ORDER BY "step") AS place, count(*) OVER () AS total
  FROM "step"
), middle AS (
  SELECT "step", row_number() OVER turns - 1 AS place, count(*) OVER (PARTITION BY optimizer) AS size
  FROM placed WHERE place > :end AND place <= total - :end
  WINDOW turns AS (PARTITION BY optimizer ORDER BY "step")
)
SELECT "step" FROM placed WHERE total <= 4 * :end OR place <= :end OR place > total - :end
UNION
SELECT "step" FROM middle, (SELECT 2 * :end / max(1, count(DISTINCT optimizer)) AS share FROM placed)
WHERE (place * share) / size < ((place + 1) * share) / size
ORDER BY 1
"""


def load(path: str | os.PathLike[str], *, rank: int | None = None) -> Run:
    """Read a run: its folder ``train.gs``, a file in it, or the beginning of the folder's name.

    The ranks of a distributed run are merged, unless one of them is asked for by its number, or by its file; a rank
    whose file cannot be read is left out, while there is another.

    At most 256 samples are loaded (the first and the last 64 and 128 between); ``Run.sampled`` is the number in the
    file. A run that still says "running" though its process is gone is reported as "killed". Reading never disturbs
    a training that is still writing. Raises :class:`UnreadableRun` for anything that is not a whole run file.
    """
    file = locate(Path(path), rank)
    runs = [] if rank is not None or Path(path).is_file() else list(load_ranks(file.parent))
    return merge(runs, SAMPLES) if len(runs) > 1 else runs[0] if runs else _load(file)


def load_ranks(folder: Path) -> Iterator[Run]:
    """The ranks in a run's folder, each by itself; a file that a killed process has not even begun is left out."""
    for number in ranks(folder):
        with suppress(UnreadableRun):
            yield _load(folder / tables.rank_file(number))


def _load(file: Path) -> Run:
    with Database.open(file) as database:
        return _read(database, file)


def newest(folder: str | os.PathLike[str] = ".") -> Path:
    """The run in ``folder`` that started last. Raises :class:`UnreadableRun` when there is none."""
    place = Path(folder)
    runs = _runs(place)
    if not runs:
        raise UnreadableRun(
            f"no run in {place.absolute()}: expected a folder NAME{tables.FOLDER_SUFFIX}. "
            "Record one with: gainstage run train.py"
        )
    return max(runs, key=_started)


def ranks(path: str | os.PathLike[str]) -> tuple[int, ...]:
    """The ranks that have a file in a run's folder, in order."""
    numbers = (file.stem.removeprefix("rank") for file in Path(path).glob("rank*.sqlite"))
    return tuple(sorted(int(number) for number in numbers if number.isdecimal()))


def _runs(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.suffix == tables.FOLDER_SUFFIX and entry.is_dir())
    except OSError:
        return []


def _started(folder: Path) -> float:
    # A damaged newest run must be found too, and then complained about, not passed over for an older one.
    try:
        with Database.open(locate(folder)) as database:
            return next(database.records(tables.RUN))["started"]
    except (UnreadableRun, StopIteration):
        return folder.stat().st_mtime


def locate(path: Path, rank: int | None = None) -> Path:
    """The run file that ``path`` names, as :func:`load` understands it; by default the first rank's.

    Raises :class:`UnreadableRun` where there is none.
    """
    if path.is_file():
        return path
    folder = path
    if not folder.is_dir():
        matches = [run for run in _runs(path.parent) if run.name.startswith(path.name)]
        exact = [run for run in matches if run.stem == path.name]
        if len(exact or matches) != 1:
            choice = f"{path.name} could be {', '.join(run.name for run in matches)}" if matches else "there is none"
            raise UnreadableRun(
                f"cannot read the run {path}: expected a folder NAME{tables.FOLDER_SUFFIX}, {choice}. "
                "Give the full path, or record one with: gainstage run train.py"
            )
        (folder,) = exact or matches
    file = folder / tables.rank_file(min(ranks(folder), default=0) if rank is None else rank)
    if not file.is_file():
        there = ", ".join(map(str, ranks(folder))) or "none"
        raise UnreadableRun(
            f"cannot read the run {folder}: no {file.name} in it (ranks there: {there}). "
            "Give a rank that is there, or record again: gainstage run train.py"
        )
    return file


def _read(database: Database, file: Path) -> Run:
    optimizer = '"optimizer"' if "optimizer" in database.columns(tables.STEP) else "''"
    chosen = database.integers(_CHOICE.format(optimizer=optimizer), {"end": SAMPLES // 4})
    return Run(
        _info(database),
        tuple(Site(**row) for row in database.records(tables.SITE)),
        tuple(Parameter(**row) for row in database.records(tables.PARAMETER)),
        tuple(Step(**row) for row in database.records(tables.STEP, chosen)),
        _series(database, tables.SIGNAL, Signal, chosen),
        _series(database, tables.UPDATE, Update, chosen),
        tuple(Event(**row) for row in database.records(tables.EVENT)),
        path=str(file),
        sampled=database.integers('SELECT count(*) FROM "step"')[0],
        units={row["site"]: row["silent"] for row in database.records(tables.UNIT)},
        saved_findings=tuple(row["data"] for row in database.records(tables.FINDING)),
    )


def _info(database: Database) -> RunInfo:
    rows = [*database.records(tables.RUN), *database.records(tables.RANK)]
    if len(rows) != 2:
        raise ValueError("the recording ended before it began")
    info = RunInfo(**rows[0], **rows[1])
    here = info.host in ("", platform.node())  # of a process on another machine nothing is known
    gone = info.outcome == "running" and here and not alive(info.process)
    return replace(info, outcome="killed") if gone else info


def alive(process: int) -> bool:
    """Whether a process of this number runs here, as far as one can know."""
    # Not written down, or on a system where signal 0 would end the process: nothing can be said.
    if process <= 0 or sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _series(database: Database, table: Table, record: type, steps: list[int]) -> Series:
    rows = database.numbers(table, numeric_columns(record), steps)
    return Series(record, steps, rows, database.extras(table, steps))
