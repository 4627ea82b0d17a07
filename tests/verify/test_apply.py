"""A cure is written only where nothing is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gainstage.errors import GainstageError
from gainstage.prescribe.candidate import Change
from gainstage.verify.apply import write, write_to

BEFORE, AFTER = "# résumé\r\nrate = 5\r\n", "# résumé\r\nrate = 0.1\r\n"


@pytest.fixture
def change(tmp_path: Path) -> Change:
    file = tmp_path / "train.py"
    file.write_bytes(BEFORE.encode())
    return Change(str(file), BEFORE, AFTER)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_file_is_changed_and_kept_beside(change: Change, tmp_path: Path) -> None:
    write([change])
    assert (tmp_path / "train.py").read_bytes() == AFTER.encode()
    assert (tmp_path / "train.py.orig").read_bytes() == BEFORE.encode()


def test_the_encoding_that_is_declared_is_kept(tmp_path: Path) -> None:
    before = "# -*- coding: latin-1 -*-\n# é\nrate = 5\n"
    file = tmp_path / "train.py"
    file.write_bytes(before.encode("latin-1"))
    write([Change(str(file), before, before.replace("5", "1"))])
    assert file.read_bytes() == before.replace("5", "1").encode("latin-1")


def test_an_earlier_backup_is_not_overwritten(change: Change, tmp_path: Path) -> None:
    (tmp_path / "train.py.orig").write_text("older")
    with pytest.raises(GainstageError, match="an earlier backup"):
        write([change])
    assert (tmp_path / "train.py").read_bytes() == BEFORE.encode()
    write([change], force=True)
    assert (tmp_path / "train.py").read_bytes() == AFTER.encode()


def test_a_file_that_has_changed_is_left_alone(change: Change, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("something else\n")
    with pytest.raises(GainstageError, match="has changed since"):
        write([change], force=True)


def test_uncommitted_work_is_not_touched(change: Change, tmp_path: Path) -> None:
    git(tmp_path, "init")
    git(tmp_path, "config", "core.autocrlf", "false")
    (tmp_path / "train.py").write_text("rate = 1\n")
    git(tmp_path, "add", "train.py")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "train.py").write_bytes(BEFORE.encode())
    with pytest.raises(GainstageError, match="git has not committed"):
        write([change])
    git(tmp_path, "commit", "-am", "second")
    write([change])
    assert (tmp_path / "train.py").read_bytes() == AFTER.encode()


def test_of_several_files_all_are_written_or_none(change: Change, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text("changed meanwhile\n")
    with pytest.raises(GainstageError):
        write([change, Change(str(other), "as it was\n", "as it would be\n")])
    assert (tmp_path / "train.py").read_bytes() == BEFORE.encode() and not (tmp_path / "train.py.orig").exists()


def test_a_copy_is_never_the_script(change: Change, tmp_path: Path) -> None:
    write_to([change], change.path, str(tmp_path / "cured.py"))
    assert (tmp_path / "cured.py").read_bytes() == AFTER.encode()
    with pytest.raises(GainstageError, match="is the script itself"):
        write_to([change], change.path, change.path)
    with pytest.raises(GainstageError, match="not the script alone"):
        write_to([change], str(tmp_path / "another.py"), str(tmp_path / "cured.py"))
    with pytest.raises(GainstageError, match="cannot write --apply-to"):
        write_to([change], change.path, str(tmp_path / "nowhere" / "cured.py"))
