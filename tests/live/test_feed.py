"""What the live page's server sees of run files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import runfiles

from gainstage.live.feed import Feed, Source, begun
from gainstage.record.writer import Writer


def test_it_looks_again_only_when_something_was_written(tmp_path: Path) -> None:
    writer = Writer.create(tmp_path / "train", runfiles.info())
    runfiles.describe(writer)
    feed = Feed([Source(folder=writer.path)])
    assert feed.look()
    assert feed.beat()
    assert "no sample yet" in feed.pulse
    assert not feed.look()
    assert not feed.beat()
    runfiles.add(writer, 7)
    assert feed.beat()
    assert "step 7 · loss 0.125 · 1 samples" in feed.pulse
    assert feed.look()
    assert "run1-loss" in feed.sections
    writer.close()


def test_it_waits_for_a_run_that_is_yet_to_begin(tmp_path: Path) -> None:
    since = time.time()
    feed = Feed([Source(base=tmp_path / "train", since=since)])
    assert feed.look()
    assert set(feed.sections) == {"waiting"}
    assert not feed.look()
    runfiles.record(tmp_path)
    assert feed.look()
    assert "run1-verdict" in feed.sections


def test_of_several_runs_of_the_name_it_takes_the_newest_that_is_not_too_old(tmp_path: Path) -> None:
    first, second = runfiles.record(tmp_path), runfiles.record(tmp_path)
    assert (first.name, second.name) == ("train.gs", "train-2.gs")
    os.utime(first, (100, 100))
    assert begun(tmp_path / "train", 1000.0) == second
    os.utime(second, (200, 200))
    assert begun(tmp_path / "train", 1000.0) is None
    assert begun(tmp_path / "train", 50.0) == second


def test_names_that_only_begin_alike_are_other_runs(tmp_path: Path) -> None:
    other = runfiles.record(tmp_path)
    other.rename(tmp_path / "train-large.gs")
    assert begun(tmp_path / "train", 0.0) is None


def test_a_damaged_file_keeps_the_last_good_page(tmp_path: Path) -> None:
    run = runfiles.record(tmp_path)
    feed = Feed([Source(folder=run)])
    feed.look()
    before = feed.sections
    (run / "rank0.sqlite").write_bytes(b"not a database at all, really not" * 100)
    feed.beat()
    feed.look()
    assert feed.sections == before
    assert feed.pulse


def test_several_runs_stand_side_by_side(tmp_path: Path) -> None:
    runs = [runfiles.record(tmp_path), runfiles.record(tmp_path)]
    feed = Feed([Source(folder=run) for run in runs])
    feed.look()
    assert {"compare", "run1-verdict", "run2-verdict"} <= set(feed.sections)


def test_the_end_of_a_killed_run_is_seen_though_nothing_is_written(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    writer = Writer.create(tmp_path / "train", runfiles.info(process=pid))
    runfiles.describe(writer)
    runfiles.add(writer, 0)
    feed = Feed([Source(folder=writer.path)])
    feed.look()
    assert "still running" in feed.sections["run1-verdict"]
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    assert feed.look()
    assert "was killed" in feed.sections["run1-verdict"]
    writer.close()
