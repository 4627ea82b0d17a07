"""Runs a command line under plain Python and under ``gainstage run``, and gives both outcomes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Addresses differ between two runs of plain Python as well.
ADDRESS = re.compile(rb"0x[0-9a-f]{6,}")
SOURCE = str(Path(__file__).parents[2] / "src")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a process leaves behind; a negative ``code`` is the signal that ended it."""

    out: bytes
    err: bytes
    code: int


def environment(**changes: str) -> dict[str, str]:
    """This process's environment, without settings of ours and with a fixed hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GAINSTAGE_")}
    return {**kept, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", **changes}


def run(command: list[str], folder: Path, stdin: bytes = b"", **variables: str) -> Outcome:
    """Run ``command`` in ``folder``."""
    done = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, env=environment(**variables), timeout=100, check=False
    )
    return Outcome(ADDRESS.sub(b"0x", done.stdout), ADDRESS.sub(b"0x", done.stderr), done.returncode)


def bare(
    arguments: list[str], folder: Path, stdin: bytes = b"", *, options: tuple[str, ...] = (), **variables: str
) -> Outcome:
    """``python [options] arguments``."""
    return run([sys.executable, *options, *arguments], folder, stdin, **variables)


def watched(
    arguments: list[str],
    folder: Path,
    stdin: bytes = b"",
    *,
    options: tuple[str, ...] = (),
    own: tuple[str, ...] = ("-q",),
    **variables: str,
) -> Outcome:
    """``python [options] -m gainstage run [own] arguments``."""
    return run([sys.executable, *options, "-m", "gainstage", "run", *own, *arguments], folder, stdin, **variables)
