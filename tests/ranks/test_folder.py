"""Which processes are ranks of one job, where they write, and who speaks for them in the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gainstage
from gainstage.diagnose.coverage import coverage
from gainstage.diagnose.view import View
from gainstage.errors import UnreadableRun
from gainstage.observe.ranks import Rank, current_rank
from gainstage.observe.script import BOOT, HANDOFF, Target
from gainstage.record.conclude import conclude, is_last
from gainstage.record.reader import load, ranks
from gainstage.record.schema import RunInfo
from gainstage.record.writer import Writer

TORCHRUN = {"TORCHELASTIC_RUN_ID": "none", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"}
RUN = "torch.distributed.run"
GONE = 2**22 + 1  # no process has this number


def info(rank: int, process: int = 0) -> RunInfo:
    return RunInfo(f"rank {rank}", ("train.py",), "train.py", 0.0, rank=rank, world_size=2, process=process)


def join(base: Path, rank: int, job: str, process: int = 0) -> Path:
    writer = Writer.join(base, info(rank, process), rank=rank, job=job)
    writer.close()
    return writer.path


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {**TORCHRUN, "RANK": "1", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_ranks_of_a_job_meet_in_one_folder_whoever_comes_first(tmp_path: Path) -> None:
    base = tmp_path / "train"
    places = [join(base, rank, "job a") for rank in (1, 0)]
    assert places == [tmp_path / "train.gs" / "rank1.sqlite", tmp_path / "train.gs" / "rank0.sqlite"]
    assert join(base, 0, "job b") == tmp_path / "train-2.gs" / "rank0.sqlite"
    # Yesterday's job at the same address has this rank's file already.
    assert join(base, 0, "job a") == tmp_path / "train-3.gs" / "rank0.sqlite"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["train-2.gs", "train-3.gs", "train.gs"]


def test_a_run_of_one_process_is_never_joined(tmp_path: Path) -> None:
    Writer.create(tmp_path / "train", RunInfo("alone", (), "train.py", 0.0)).close()
    assert join(tmp_path / "train", 0, "job").parent.name == "train-2.gs"


def test_jobs_are_told_apart(launched: pytest.MonkeyPatch) -> None:
    first = current_rank(launcher=17)
    assert (first.rank, first.world_size) == (1, 2)
    assert current_rank(launcher=17) == first
    assert current_rank(launcher=18).job != first.job
    assert current_rank() == current_rank(launcher=os.getppid())
    launched.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    assert current_rank(launcher=17).job != first.job


def test_of_many_machines_the_launchers_are_not_asked(launched: pytest.MonkeyPatch) -> None:
    launched.setenv("WORLD_SIZE", "4")
    assert current_rank(launcher=17) == current_rank(launcher=18)


@pytest.mark.parametrize(("rank", "size"), [("", "2"), ("x", "2"), ("2", "2"), ("-1", "2")])
def test_nonsense_is_no_rank(rank: str, size: str, launched: pytest.MonkeyPatch) -> None:
    launched.setenv("RANK", rank)
    launched.setenv("WORLD_SIZE", size)
    assert current_rank() == Rank()


def test_the_last_to_end_speaks_and_only_once(tmp_path: Path) -> None:
    folder = join(tmp_path / "train", 0, "job", os.getpid()).parent
    join(tmp_path / "train", 1, "job", os.getpid())
    conclude(folder, outcome="finished", exit_code=0, rank=0)
    assert not is_last(folder)
    conclude(folder, outcome="exception", exit_code=1, rank=1)
    assert is_last(folder)
    assert not is_last(folder)


def test_a_rank_whose_process_is_gone_is_waited_for_by_nobody(tmp_path: Path) -> None:
    folder = join(tmp_path / "train", 0, "job", os.getpid()).parent
    join(tmp_path / "train", 1, "job", GONE)
    conclude(folder, outcome="finished", exit_code=0, rank=0)
    assert is_last(folder)
    assert load(folder, rank=1).info.outcome == "killed"
    assert [run.info.outcome for run in load(folder).ranks] == ["finished", "killed"]


def test_a_process_of_another_machine_is_not_taken_for_dead(tmp_path: Path) -> None:
    elsewhere = RunInfo("far", (), "train.py", 0.0, rank=1, world_size=2, process=GONE, host="another machine")
    Writer.join(tmp_path / "train", elsewhere, rank=1, job="job").close()
    assert load(tmp_path / "train.gs", rank=1).info.outcome == "running"


def test_a_file_that_cannot_be_read_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    folder = join(tmp_path / "train", 0, "job").parent
    (folder / "rank1.sqlite").write_bytes(b"")
    assert ranks(folder) == (0, 1)
    assert coverage(View(load(folder))).unseen[-1] == "rank 0 of 2 alone; no readable file of rank 1"
    with pytest.raises(UnreadableRun, match=r"rank1\.sqlite"):
        load(folder, rank=1)
    (folder / "rank0.sqlite").write_bytes(b"")
    with pytest.raises(UnreadableRun, match=r"rank0\.sqlite"):
        load(folder)


@pytest.mark.parametrize(
    ("kind", "name", "arguments", "launches", "script", "stem"),
    [
        ("module", RUN, ("--nproc-per-node", "2", "code/train.py", "-m"), True, "code/train.py", "train"),
        ("module", RUN, ("--nnodes=1", "-m", "pkg.train", "--epochs", "3"), True, "pkg.train", "train"),
        ("module", RUN, ("--no-python", "./start"), True, RUN, "run"),
        ("file", "/usr/bin/torchrun", ("train.py",), True, "train.py", "train"),
        ("file", "train.py", ("other.py",), False, "train.py", "train"),
        ("text", "print(1)", (), False, "-c", "command"),
    ],
)
def test_a_launcher_is_known_and_what_it_launches(
    kind: str, name: str, arguments: tuple[str, ...], launches: bool, script: str, stem: str
) -> None:
    target = Target(kind, name, arguments)  # type: ignore[arg-type]
    assert (target.launches, target.script, target.stem) == (launches, script, stem)


PASSED_ON = """
import os, subprocess, sys
watched = "gainstage.observe.child" in sys.modules
print(os.environ.get("RANK", "launcher"), watched, "_GAINSTAGE_HANDOFF" in os.environ, flush=True)
if len(sys.argv) > 1:
    for rank in sys.argv[1]:
        subprocess.run([sys.executable, sys.argv[0]], env={**os.environ, "RANK": rank}, check=True)
elif os.environ["RANK"] == "1":
    subprocess.run([sys.executable, sys.argv[0]], env={**os.environ, "RANK": "child of 1"}, check=True)
"""


def test_a_launcher_hands_the_watch_on_and_a_rank_does_not(tmp_path: Path) -> None:
    """What a rank starts (DataLoader workers that are spawned, say) inherits RANK, and must not be watched."""
    (tmp_path / "start.py").write_text(PASSED_ON)
    handoff = {
        "launches": True, "launcher": 0, "pythonpath": None, "notes": str(tmp_path / "notes"), "argv": ["start.py"],
        "package": str(Path(gainstage.__file__).parents[1]), "script": "start.py", "config": {},
    }  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if key not in ("RANK", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "start.py", "01"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
        env={**environment, "PYTHONPATH": str(BOOT), HANDOFF: json.dumps(handoff)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["launcher False True", "0 True False", "1 True False", "child of 1 False False"]
    assert done.stderr == ""
