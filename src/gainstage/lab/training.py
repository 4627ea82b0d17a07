"""One training at a time: a script as a user would run it, watched by ``gainstage run``, followed from here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gainstage.lab.page import asset
from gainstage.live.feed import Feed, Source
from gainstage.live.launch import ENTRY

BUDGET = "30%"  # of the time: whoever watches here wants to see much
SHOWN = ("verdict", "chain", "findings", "stages", "loss")
LOOK = 0.25  # seconds between two looks at the run file, at least
LAST_LINES = 3  # of what a training that fails has to say
SCRIPT = "plane.py"


@dataclass(slots=True)
class Training:
    """A training in a folder of its own; ``close`` ends it and takes the folder away."""

    folder: Path
    process: subprocess.Popen[str]
    feed: Feed
    scene: str = ""
    frame: str = ""
    said: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self.process.poll() is None

    @property
    def state(self) -> dict[str, Any]:
        """How it stands: ``running``, ``stopped``, ``finished`` or ``failed`` with the last lines that it said."""
        if self.running:
            return {"state": "running"}
        if self.stopped:
            return {"state": "stopped"}
        if self.process.returncode == 0:
            return {"state": "finished"}
        return {"state": "failed", "why": " ".join(self.said[-LAST_LINES:])}

    def sections(self) -> dict[str, str]:
        """The parts of the run's page, by name, as far as there are any."""
        found = self.feed.sections
        return {name: found[f"run1-{name}"] for name in SHOWN if f"run1-{name}" in found}

    def stop(self) -> None:
        """End the process; what it has left stays."""
        if self.running:
            self.stopped = True
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def close(self) -> None:
        """End it and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(arguments: Sequence[str]) -> Training:
    """Start the script with ``arguments`` under Gainstage's watch."""
    folder = Path(tempfile.mkdtemp(prefix="gainstage-lab-"))
    script = folder / SCRIPT
    script.write_text(asset(SCRIPT), encoding="utf-8")
    since = time.time()
    command = ["run", "--quiet", "--budget", BUDGET, "--output", str(folder / "plane"), SCRIPT, *arguments]
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    made = Training(folder, process, Feed([Source(base=folder / "plane", since=since)]))
    for target in (_hear, _overhear, _follow):
        threading.Thread(target=target, args=(made,), daemon=True).start()
    return made


def _hear(training: Training) -> None:
    """The script's lines: the points first, then what the network makes of the plane."""
    assert training.process.stdout is not None
    with training.process.stdout as lines:
        for line in lines:
            try:
                scene = "points" in json.loads(line)
            except ValueError:
                continue
            training.scene, training.frame = (line, "") if scene else (training.scene, line)


def _overhear(training: Training) -> None:
    """What it says beside, for the case that it fails."""
    assert training.process.stderr is not None
    with training.process.stderr as lines:
        for line in lines:
            training.said = [*training.said[-20:], line.strip()]


def _follow(training: Training) -> None:
    """Read the run file until the training has ended, and once more."""
    going = True
    while going and training.folder.exists():
        going = training.running
        began = time.monotonic()
        training.feed.look()
        time.sleep(max(LOOK, time.monotonic() - began))
