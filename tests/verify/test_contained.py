"""Nothing that a trial does changes a file of the user's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gainstage.verify.overlay import Overlay
from trials import Run

WRITES = """
import os, pathlib, shutil, sqlite3, subprocess, torch
import numpy as np
torch.save({"a": torch.ones(2)}, "model.pt")
assert torch.load("model.pt")["a"].sum() == 2
with open("log.csv", "a") as file: file.write("new\\n")
assert open("log.csv").read() == "old\\nnew\\n"
os.makedirs("runs/one", exist_ok=True)
np.save("runs/one/array.npy", np.ones(3))
assert os.listdir("runs/one") == ["array.npy"] and np.load("runs/one/array.npy").sum() == 3
os.remove("keep.txt")
assert not os.path.exists("keep.txt") and "keep.txt" not in os.listdir(".")
shutil.rmtree("folder")
os.makedirs("folder")
assert os.listdir("folder") == []
pathlib.Path("folder/new").write_text("new")
assert [entry.name for entry in os.scandir("folder")] == ["new"]
os.replace("model.pt", "best.pt")
assert not os.path.exists("model.pt") and torch.load("best.pt")["a"].sum() == 2
(pathlib.Path(__file__).parent / "absolute.txt").write_text("x")
sqlite3.connect("data.db").execute("create table t(x)")
try:
    open("nowhere/file", "w")
except FileNotFoundError:
    print("as it would fail")
"""


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() if path.is_file() else "" for path in folder.rglob("*")}


@pytest.fixture
def belongings(tmp_path: Path) -> Path:
    (tmp_path / "model.pt").write_text("trained for weeks")
    (tmp_path / "log.csv").write_text("old\n")
    (tmp_path / "keep.txt").write_text("keep")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("file")
    return tmp_path


def test_a_script_sees_what_it_writes_and_the_user_does_not(run: Run, belongings: Path) -> None:
    (belongings / "train.py").write_text(WRITES)
    before = tree(belongings)
    course = run(WRITES, whole=True).course
    assert (course.state, course.output) == ("finished", "as it would fail\n"), course.text
    assert tree(belongings) == before


def test_other_programs_are_held_back_by_the_kernel(run: Run, belongings: Path) -> None:
    text = "import subprocess\nprint(subprocess.run(['rm', 'model.pt'], stderr=subprocess.DEVNULL).returncode)\n"
    confined = "from gainstage.verify.confine import confine; raise SystemExit(not confine(['/dev']))"
    if subprocess.run([sys.executable, "-c", confined]).returncode:
        pytest.skip("this kernel has no Landlock")
    (belongings / "train.py").write_text(text)
    before = tree(belongings)
    assert run(text, whole=True).course.output == "1\n"
    assert tree(belongings) == before


def test_two_trees_are_shown_as_one(tmp_path: Path) -> None:
    lower, upper = tmp_path / "lower", tmp_path / "upper"
    lower.mkdir()
    upper.mkdir()
    (lower / "a").write_text("a")
    (lower / "b").write_text("b")
    overlay = Overlay(str(upper))
    with overlay.open(str(lower / "c"), "w") as file:
        file.write("c")
    overlay.remove(str(lower / "a"))
    with overlay.open(str(lower / "b"), "r+") as file:
        file.write("B")
    assert sorted(overlay.listdir(str(lower))) == ["b", "c"]
    assert [entry.name for entry in overlay.scandir(str(lower))] == ["b", "c"]
    with overlay.open(str(lower / "b")) as file:
        assert file.read() == "B"
    with pytest.raises(FileNotFoundError):
        overlay.open(str(lower / "a"))
    with pytest.raises(FileExistsError):
        overlay.open(str(lower / "b"), "x")
    with pytest.raises(FileExistsError):
        overlay.mkdir(str(lower))
    with pytest.raises(OSError, match="not empty"):
        overlay.rmdir(str(lower))
    assert {path.name: path.read_text() for path in lower.iterdir()} == {"a": "a", "b": "b"}
