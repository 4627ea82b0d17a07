"""Files that are damaged, foreign, newer or hostile: an UnreadableRun that says what to do, never anything else."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runfiles import SITES, add, describe, info, record

from gainstage.errors import UnreadableRun
from gainstage.record import tables
from gainstage.record.database import Database
from gainstage.record.reader import load
from gainstage.record.schema import Event
from gainstage.record.writer import Writer


def changed(folder: Path, *statements: str) -> Path:
    """A good run after somebody's SQL."""
    run = record(folder, range(3))
    with closing(sqlite3.connect(run / "rank0.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return run


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """The files of a run as a killed process leaves them: half in the database, half in its log."""
    folder = tmp_path_factory.mktemp("good")
    writer = Writer.create(folder / "train", info())
    describe(writer)
    writer.event(Event(1.0, 2, "note", "text", {"a": 1}))
    writer.findings([{"code": "GS101"}])
    add(writer, 0)
    with closing(sqlite3.connect(writer.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint")
    add(writer, 1)
    yield {file.name: file.read_bytes() for file in writer.path.parent.iterdir() if not file.name.endswith("-shm")}
    writer.close()


@pytest.mark.parametrize("name", ["nothing", "no/such/folder", "train.gs/rank7.sqlite"])
def test_a_missing_run(tmp_path: Path, name: str) -> None:
    record(tmp_path)
    with pytest.raises(UnreadableRun, match=r"cannot read the run .*: expected a folder NAME\.gs.*gainstage run"):
        load(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 an archive", b"SQLite format 3\x00", b"\x00" * 4096])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rank0.sqlite"
    file.write_bytes(content)
    with pytest.raises(UnreadableRun, match=r"cannot read the run file .*Expected what `gainstage run` writes"):
        load(file)


def test_another_programs_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE run (a)")
    with pytest.raises(UnreadableRun, match="another program's database"):
        load(tmp_path / "other.sqlite")


def test_a_recording_that_ended_before_it_began(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRun, match="the recording ended before it began"):
        load(changed(tmp_path, "DELETE FROM run"))


def test_a_newer_version_says_which_and_how_to_update(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRun, match=r"format version 99, .* reads versions up to 1\. Update it: pip install"):
        load(changed(tmp_path, "PRAGMA user_version = 99"))


def test_an_older_version_reads_with_defaults_for_what_it_lacks(tmp_path: Path) -> None:
    lacking = {"site": "gate", "step": "optimizer", "signal": "extra", "parameter_update": "distinct", "rank": "device"}
    drops = [f'ALTER TABLE "{table}" DROP COLUMN "{column}"' for table, column in lacking.items()]
    run = load(changed(tmp_path, *drops, "DROP TABLE unit", "PRAGMA user_version = 0"))
    assert run.sampled == 3
    assert run.info.device == "cpu"
    assert not run.sites[1].gate
    assert run.steps[0].optimizer == ""
    assert run.signal(1, "signal").tolist() == [0.001, 1.001, 2.001]
    assert run.signal_extra(1, "step") == [None] * 3
    assert run.silent_units(0) == ()


def test_a_column_without_a_default_is_missed_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRun, match="table site lacks its column operation"):
        load(changed(tmp_path, 'ALTER TABLE site DROP COLUMN "operation"'))


CELLS = [
    f'UPDATE "{table.name}" SET "{column.name}" = {value}'
    for table in tables.TABLES
    for column in table.columns
    if column.name not in table.keys
    for value in ("x'80ff'", "'text'", "9223372036854775807", "'[1, {}]'", "'{\"a\": [[]]}'", "NULL")
]


def test_cells_of_any_type_crash_nothing(tmp_path: Path) -> None:
    run = record(tmp_path)
    file = run / "rank0.sqlite"
    original = file.read_bytes()
    refused = 0
    for statement in CELLS:
        file.write_bytes(original)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(statement)
            connection.commit()
        try:
            load(run)
        except UnreadableRun:
            refused += 1
    assert refused > len(CELLS) / 3, "wrong types are noticed, not passed on"


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE site SET parameters = replace(hex(zeroblob(5000)), '0', '[')""",
        """UPDATE site SET sources = '["text"]'""",
        """UPDATE site SET kind = 'sorcery'""",
        """UPDATE run SET versions = '{"torch": 2}'""",
        """UPDATE step SET extra = '{"x": "text"}'""",
        """UPDATE signal SET signal = 'text'""",
        """UPDATE rank SET outcome = 'won'""",
        """INSERT INTO rank SELECT * FROM rank""",
        """UPDATE run SET script = CAST(x'ff' AS TEXT)""",
    ],
)
def test_hostile_values_are_refused(tmp_path: Path, statement: str) -> None:
    with pytest.raises(UnreadableRun, match="cannot read the run file"):
        load(changed(tmp_path, statement))


def test_a_view_in_place_of_a_table_is_not_computed(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT i AS step FROM n"
    run = load(changed(tmp_path, "DROP TABLE event", f"CREATE VIEW event AS {endless}"))
    assert run.events == ()


def test_a_file_that_keeps_a_query_busy_without_end_is_given_up(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    start = time.monotonic()
    with (
        pytest.raises(UnreadableRun, match="interrupted"),
        Database.open(record(tmp_path) / "rank0.sqlite") as database,
    ):
        database.integers(endless)
    assert time.monotonic() - start < 5


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_damaged_bytes_crash_nothing(good: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(good)))
    content = bytearray(good[name])
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=20)):
        content[place] = value
    kept = data.draw(st.just(len(content)) | places)
    with TemporaryDirectory() as folder:
        for other in good:
            (Path(folder) / other).write_bytes(good[other] if other != name else bytes(content[:kept]))
        with suppress(UnreadableRun):
            assert len(load(Path(folder)).signal(SITES - 1, "signal")) <= 256
