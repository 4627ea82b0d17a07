"""Writing: names, atomic samples, and every way in which a disk refuses."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from runfiles import SITES, add, describe, info, mark, record

from gainstage.errors import RecordingFailed
from gainstage.record import writer as module
from gainstage.record.reader import load, ranks
from gainstage.record.schema import Event, Signal, Step
from gainstage.record.sink import Memory
from gainstage.record.writer import Writer, set_journal


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a file system is not permitted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_each_run_gets_a_name_of_its_own(tmp_path: Path) -> None:
    assert [record(tmp_path).name for _ in range(3)] == ["train.gs", "train-2.gs", "train-3.gs"]
    with closing(Writer.create(tmp_path / "new" / "model.v1.gs", info())) as writer:
        assert writer.path == tmp_path / "new" / "model.v1.gs" / "rank0.sqlite"


def test_a_finished_run_is_one_file(tmp_path: Path) -> None:
    assert os.listdir(record(tmp_path)) == ["rank0.sqlite"]


def test_ranks_share_a_folder_and_none_overwrites_another(tmp_path: Path) -> None:
    folder = tmp_path / "train.gs"
    for rank in (0, 1):
        with closing(Writer(folder, info(rank=rank, world_size=2), rank=rank)) as writer:
            add(writer, rank)
    assert ranks(folder) == (0, 1)
    assert [load(folder, rank=rank).info.rank for rank in (0, 1)] == [0, 1]
    with pytest.raises(RecordingFailed, match="File exists"):
        Writer(folder, info(rank=1), rank=1)


def test_memory_and_file_hold_the_same_run(tmp_path: Path) -> None:
    memory, file = Memory(info()), Writer.create(tmp_path / "train", info())
    for sink in (memory, file):
        describe(sink)
        for step in range(4):
            add(sink, step)
        sink.event(Event(1.0, 2, "note", "hello", {"a": 1}))
        sink.update_info(info(outcome="finished", exit_code=0, ended=101.0))
        sink.findings([{"code": "GS101"}])
        sink.close()
    one, other = memory.run(), load(tmp_path / "train.gs")
    for name in ("info", "sites", "parameters", "events", "sampled", "saved_findings"):
        assert getattr(one, name) == getattr(other, name)
    for site in range(SITES):
        np.testing.assert_array_equal(one.signal(site, "signal"), other.signal(site, "signal"))
        np.testing.assert_array_equal(one.update(site, "ratio"), other.update(site, "ratio"))
        assert one.signal_extra(site, "step") == other.signal_extra(site, "step") == [0, 1, 2, 3]
        assert one.silent_units(site) == other.silent_units(site)


def test_findings_and_info_replace_what_was_there(tmp_path: Path) -> None:
    with closing(Writer.create(tmp_path / "train", info())) as writer:
        writer.findings([{"code": "GS101"}, {"code": "GS102"}])
        writer.findings([{"code": "GS201", "evidence": {"share": 0.5}}])
        writer.update_info(info(outcome="exception", exit_code=1))
    run = load(tmp_path / "train.gs")
    assert run.saved_findings == ({"code": "GS201", "evidence": {"share": 0.5}},)
    assert (run.info.outcome, run.info.exit_code) == ("exception", 1)


def test_a_full_disk_says_so_and_keeps_the_samples_before(tiny_disk: Path) -> None:
    writer = Writer.create(tiny_disk / "train", info())
    describe(writer)
    stored = 0
    with pytest.raises(RecordingFailed, match=r"rank0\.sqlite: database or disk is full\. Free some space"):
        for stored in range(10_000):
            add(writer, stored)
    writer.close()
    run = load(tiny_disk / "train.gs")
    assert run.sampled == stored > 10
    assert run.signal(SITES - 1, "signal")[-1] == mark(stored - 1, SITES - 1)


def test_a_disk_that_is_full_from_the_start_leaves_nothing_behind(tiny_disk: Path) -> None:
    (tiny_disk / "ballast").write_bytes(bytes(480 * 1024))
    with pytest.raises(RecordingFailed, match="full"):
        Writer.create(tiny_disk / "train", info())
    assert os.listdir(tiny_disk) == ["ballast"]


@pytest.mark.parametrize("place", ["/proc/nowhere/train", "a-file/train"])
def test_a_place_where_nothing_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a-file").touch()
    with pytest.raises(RecordingFailed, match=rf"cannot record into {place}: .*--output"):
        Writer.create(Path(place), info())


def test_a_deleted_folder_is_noticed(tmp_path: Path) -> None:
    writer = Writer.create(tmp_path / "train", info())
    add(writer, 0)
    shutil.rmtree(tmp_path / "train.gs")
    with pytest.raises(RecordingFailed, match="No such file"):
        add(writer, 1)
    writer.close()


def test_a_replaced_file_is_left_alone(tmp_path: Path) -> None:
    writer = Writer.create(tmp_path / "train", info())
    os.replace(writer.path, tmp_path / "kept")
    writer.path.write_text("somebody's notes")
    with pytest.raises(RecordingFailed, match="replaced"):
        add(writer, 1)
    writer.close()
    assert writer.path.read_text() == "somebody's notes"


def test_what_waits_survives_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with closing(Writer.create(tmp_path / "train", info())) as writer:
        describe(writer)
        with closing(sqlite3.connect(writer.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RecordingFailed, match="locked"):
                add(writer, 0)
        add(writer, 1)
    run = load(tmp_path / "train.gs")
    assert [step.step for step in run.steps] == [1]
    assert len(run.sites) == SITES


def test_a_sample_with_a_value_that_is_no_number_leaves_no_half_behind(tmp_path: Path) -> None:
    with closing(Writer.create(tmp_path / "train", info())) as writer:
        add(writer, 0)
        broken = Signal(1, 1, signal=object())  # type: ignore[arg-type]
        with pytest.raises(RecordingFailed):
            writer.sample(Step(1, 0.1), [Signal(1, 0), broken], [])
        add(writer, 2)
    assert [step.step for step in load(tmp_path / "train.gs").steps] == [0, 2]


def test_a_closed_recording_takes_nothing_more(tmp_path: Path) -> None:
    writer = Writer.create(tmp_path / "train", info())
    describe(writer)
    writer.close()
    writer.close()
    assert len(load(tmp_path / "train.gs").sites) == SITES, "what waited was stored on closing"
    with pytest.raises(RecordingFailed, match="closed"):
        add(writer, 0)


def test_without_shared_memory_a_rollback_journal_is_used(tmp_path: Path) -> None:
    # This lock method of SQLite has no shared memory, like the network file systems that it is made for.
    with closing(sqlite3.connect(f"{(tmp_path / 'x').as_uri()}?vfs=unix-dotfile", uri=True)) as connection:
        assert set_journal(connection) == "truncate"
    with closing(sqlite3.connect(tmp_path / "y")) as connection:
        assert set_journal(connection) == "wal"
