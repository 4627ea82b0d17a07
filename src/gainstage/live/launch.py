"""Starts the live page's process beside a training, and lets go of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from gainstage.errors import GainstageError

LINGER = 30  # seconds that the page stays after the training's end when nobody looks at it any more
# The current folder belongs to the script: a module of its own there must not be taken for one of ours.
ENTRY = "import sys; sys.path[:] = [p for p in sys.path if p]; from gainstage.cli import main; sys.exit(main())"


def check() -> None:
    """Raise :class:`GainstageError` where the live page's packages are missing."""
    if not (find_spec("starlette") and find_spec("uvicorn")):
        raise GainstageError("the live page needs starlette and uvicorn: pip install 'gainstage[live]'")


def launch(base: Path, *, process: int | None = None, linger: float = LINGER) -> str:
    """Start a server for the run that will be named after ``base``; returns the page's address.

    The server is a process and a session of its own: what happens to it does not reach the training, nor the other
    way round. It ends when ``process`` (this one) has ended and nobody has looked for ``linger`` seconds.

    Raises:
        GainstageError: when the server does not start.
    """
    check()
    options = ["--await", str(base), "--since", repr(time.time())]
    options += ["--linger", str(linger), "--process", str(process or os.getpid())]
    server = subprocess.Popen(
        [sys.executable, "-c", ENTRY, "live", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert server.stdout is not None and server.stderr is not None
    with server.stdout, server.stderr:
        address = server.stdout.readline().strip()
        if not address:
            raise GainstageError(f"the live page did not start: {server.stderr.read().strip()}")
    # From here on nobody waits for it; Python would remark on that when the object goes.
    server.returncode = 0
    return address
