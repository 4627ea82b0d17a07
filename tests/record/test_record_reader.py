"""Reading: which run, how much of it, how it ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from runfiles import SITES, add, info, mark, record

from gainstage.errors import GainstageError, UnreadableRun
from gainstage.record.reader import load, newest, ranks
from gainstage.record.run import Run
from gainstage.record.schema import Step
from gainstage.record.writer import Writer


def stepped(folder: Path, optimizers: list[str]) -> Run:
    """A run with one sample per entry, each by that optimizer, and nothing else in it."""
    with closing(Writer.create(folder / "train", info())) as writer:
        for step, optimizer in enumerate(optimizers):
            writer.sample(Step(step, 0.0, optimizer), [], [])
    return load(writer.path.parent)


@pytest.mark.parametrize("samples", [0, 1, 129, 256])
def test_a_short_run_is_loaded_whole(tmp_path: Path, samples: int) -> None:
    run = stepped(tmp_path, ["SGD"] * samples)
    assert [step.step for step in run.steps] == list(range(samples))
    assert run.sampled == samples


@pytest.mark.parametrize("samples", [257, 1000, 1023])
def test_a_long_run_keeps_its_ends_and_an_even_middle(tmp_path: Path, samples: int) -> None:
    run = stepped(tmp_path, ["SGD"] * samples)
    steps = [step.step for step in run.steps]
    assert (len(steps), run.sampled) == (256, samples)
    assert steps[:64] == list(range(64))
    assert steps[-64:] == list(range(samples - 64, samples))
    gaps = Counter(b - a for a, b in pairwise(steps[64:-64]))
    assert max(gaps) - min(gaps) <= 1, "evenly spaced between"


@pytest.mark.parametrize("turn", [["D", "G"], ["D"] * 5 + ["G"], [f"SGD#{k}" for k in range(40)], ["D"] * 99 + ["G"]])
def test_optimizers_taking_turns_all_stay_represented(tmp_path: Path, turn: list[str]) -> None:
    run = stepped(tmp_path, turn * (1200 // len(turn)))
    assert len(run.steps) <= 256
    middle = Counter(step.optimizer for step in run.steps[64:-64])
    share = 128 // len(set(turn))
    available = Counter(turn * ((1200 - 128) // len(turn)))
    assert set(middle) == set(turn)
    assert all(middle[name] >= min(share, available[name]) for name in turn)


def test_a_pair_of_optimizers_is_loaded_as_pairs(tmp_path: Path) -> None:
    middle = [step.step for step in stepped(tmp_path, ["D", "G"] * 600).steps[64:-64]]
    assert all(b == a + 1 for a, b in zip(middle[::2], middle[1::2], strict=True))


def test_more_optimizers_than_places_do_not_break_the_bound(tmp_path: Path) -> None:
    assert len(stepped(tmp_path, [f"SGD#{k}" for k in range(600)]).steps) == 128


def test_thinned_signals_belong_to_their_steps(tmp_path: Path) -> None:
    run = load(record(tmp_path, range(0, 1200, 3)))
    for site in range(SITES):
        assert run.signal(site, "signal").tolist() == [mark(step.step, site) for step in run.steps]
        assert run.signal_extra(site, "step") == [step.step for step in run.steps]


@pytest.mark.parametrize("given", ["train.gs", "train.gs/rank0.sqlite", "train", "tra"])
def test_a_run_is_found_by_folder_file_or_beginning(tmp_path: Path, given: str) -> None:
    record(tmp_path)
    run = load(tmp_path / given)
    assert run.path == str(tmp_path / "train.gs" / "rank0.sqlite")


def test_the_exact_name_wins_and_an_ambiguous_one_is_refused(tmp_path: Path) -> None:
    record(tmp_path, range(1))
    record(tmp_path, range(2))
    assert load(tmp_path / "train").sampled == 1
    with pytest.raises(UnreadableRun, match=r"tra could be train-2\.gs, train\.gs"):
        load(tmp_path / "tra")


def test_a_missing_rank_names_those_that_are_there(tmp_path: Path) -> None:
    folder = record(tmp_path)
    assert ranks(folder) == (0,)
    with pytest.raises(UnreadableRun, match=r"no rank3\.sqlite in it \(ranks there: 0\)"):
        load(folder, rank=3)


def test_the_newest_run_is_the_one_that_started_last(tmp_path: Path) -> None:
    folders = [record(tmp_path, started=started) for started in (200.0, 300.0, 100.0)]
    (tmp_path / "notes.gs").write_text("not a folder")
    assert newest(tmp_path) == folders[1]


def test_a_damaged_newest_run_is_not_passed_over_for_an_older_one(tmp_path: Path) -> None:
    record(tmp_path, started=200.0)
    (tmp_path / "broken.gs").mkdir()
    assert newest(tmp_path) == tmp_path / "broken.gs"


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_no_run_at_all_says_how_to_make_one(tmp_path: Path, folder: str) -> None:
    with pytest.raises(UnreadableRun, match=r"no run in .*gainstage run train.py"):
        newest(tmp_path / folder)


def dead_process() -> int:
    """The number of a process that has just ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@pytest.mark.parametrize(
    ("outcome", "process", "seen"),
    [
        ("running", os.getpid, "running"),
        ("running", dead_process, "killed"),
        ("running", lambda: 2**40, "killed"),
        ("running", lambda: 0, "running"),
        ("finished", dead_process, "finished"),
    ],
)
def test_a_run_whose_process_is_gone_was_killed(
    tmp_path: Path, outcome: str, process: Callable[[], int], seen: str
) -> None:
    assert load(record(tmp_path, outcome=outcome, process=process())).info.outcome == seen


def test_unknown_columns_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    run = load(record(tmp_path))
    with pytest.raises(GainstageError, match="no column 'sginal' in this run; it has step, site, rows"):
        run.signal(0, "sginal")
    with pytest.raises(GainstageError, match="no step column 'los'; there are step, time"):
        run.step("los")


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that any user may enter (pytest's own may not be)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs another user's process")
@pytest.mark.parametrize("finished", [True, False])
def test_a_run_in_a_folder_that_cannot_be_written(shelf: Path, finished: bool) -> None:
    writer = Writer.create(shelf / "train", info())
    add(writer, 0)
    add(writer, 1)
    if finished:
        writer.close()
    else:  # as a killed process leaves it: the samples are still in the log
        shutil.copytree(writer.path.parent, shelf / "copy", ignore=shutil.ignore_patterns("*-shm"))
        writer.close()
        shutil.rmtree(writer.path.parent)
        (shelf / "copy").rename(writer.path.parent)
    writer.path.parent.chmod(0o555)
    child = os.fork()
    if child == 0:  # root may write anywhere, so the reader becomes nobody
        if os.getuid() == 0:
            os.setuid(65534)
        code = 99
        try:
            assert not os.access(writer.path.parent, os.W_OK)
            code = load(writer.path.parent).sampled
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
