"""A proved cure becomes the user's source, in place with a backup or in a copy; or it is run, and nothing written."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gainstage.errors import GainstageError
from gainstage.prescribe.candidate import Change
from gainstage.verify.launch import command
from gainstage.verify.order import Order
from gainstage.verify.sources import read_text, write_text

BACKUP = ".orig"


def write(changes: Sequence[Change], *, force: bool = False) -> list[str]:
    """Change the files, each kept beside as ``FILE.orig``; returns what was written. All files or none.

    Raises:
        GainstageError: where a file is not what it was when it was tried, has changes that git does not know, or has
            a backup already; ``force`` overrides the last two.
    """
    for change in changes:
        refuse_unless_safe(change, force)
    for change in changes:
        Path(change.path + BACKUP).write_bytes(Path(change.path).read_bytes())
        write_text(change.path, change.after, change.path)
    return [change.path for change in changes]


def write_to(changes: Sequence[Change], script: str, file: str) -> None:
    """Write the changed script to ``file``, which must not be one of the script's own.

    Raises:
        GainstageError: when the cure changes other files than the script, or ``file`` is the script.
    """
    (change, *others) = changes
    if others or os.path.realpath(change.path) != os.path.realpath(script):
        files = ", ".join(os.path.relpath(one.path) for one in changes)
        raise GainstageError(f"--apply-to {file}: the cure changes {files}, not the script alone; use --apply")
    if os.path.exists(file) and os.path.samefile(file, script):
        raise GainstageError(f"--apply-to {file} is the script itself: use --apply, which keeps a backup")
    try:
        write_text(file, change.after, script)
    except OSError as error:
        raise GainstageError(f"cannot write --apply-to {file}: {error.strerror}") from error


def train(order: Order, changes: Sequence[Change]) -> int:
    """Run the cured training to its end as an ordinary program; its exit code. Nothing of the source is written."""
    with tempfile.TemporaryDirectory(prefix="gainstage-") as folder:
        path = os.path.join(folder, "order.json")
        replace(order, texts={change.path: change.after for change in changes}).write(path)
        return subprocess.run(command(f"train({path!r})"), check=False).returncode


def refuse_unless_safe(change: Change, force: bool) -> None:
    """Raise where writing would destroy what cannot be got back."""
    path = Path(change.path)
    shown = os.path.relpath(path)
    if read_text(change.path) != change.before:
        raise GainstageError(f"{shown} has changed since the cure was tried: run gainstage fix again")
    if force:
        return
    if dirty(path):
        raise GainstageError(f"{shown} has changes that git has not committed: commit them, or say --force")
    if Path(change.path + BACKUP).exists():
        raise GainstageError(f"{shown}{BACKUP} exists, an earlier backup: move it away, or say --force")


def dirty(path: Path) -> bool:
    """Whether git knows the file, and knows it otherwise; a file outside of git is not dirty."""
    try:
        done = subprocess.run(
            ["git", "status", "--porcelain", "--", path.name],
            cwd=path.parent, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    # A file that git has never seen ("??") has no committed state to differ from; its backup is enough.
    return done.returncode == 0 and bool(done.stdout.strip()) and not done.stdout.startswith("??")
