"""`gainstage run --live`: the page is there, and nothing that happens to it reaches the training."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from gainstage.live.launch import launch

pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")

SCRIPT = """
import sys, time
print("begun", flush=True)
sys.stdin.readline()
print("ended")
sys.exit(7)
"""


def wait(condition: object, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_killing_the_page_does_not_touch_the_script(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT, encoding="utf-8")
    # A module of the script's folder that has one of our names must not be taken for ours.
    (tmp_path / "gainstage.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    (tmp_path / "starlette.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    entry = "from gainstage.cli import main; import sys; sys.exit(main())"
    command = (
        [sys.executable, "-P", "-c", entry] if sys.version_info >= (3, 11) else [sys.executable, "-I", "-c", entry]
    )
    with subprocess.Popen(
        [*command, "run", "--live", "train.py"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout and running.stderr and running.stdin
        address = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=\S+", running.stderr.readline())
        assert address is not None
        assert running.stdout.readline() == "begun\n"
        os.kill(listener(running.pid), signal.SIGKILL)
        out, _ = running.communicate("\n", timeout=60)
    assert (running.returncode, out) == (7, "ended\n")


def listener(parent: int) -> int:
    """The server among the children of a process: the one that was started for the live page."""
    children = psutil.Process(parent).children()
    return next(child.pid for child in children if "live" in child.cmdline())


def test_the_server_ends_when_nobody_needs_it(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    address = launch(tmp_path / "train", process=2**22 + 1, linger=0)  # of a process that is not there
    (server,) = set(psutil.Process().children()) - before
    port = int(address.rpartition(":")[2].partition("/")[0])
    assert wait(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    with pytest.raises(OSError):
        HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/health")
    os.waitpid(server.pid, os.WNOHANG)
