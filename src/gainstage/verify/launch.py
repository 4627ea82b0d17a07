"""Starts trials, tells them how far to go, and ends them; at most so many at work at a time."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from gainstage.errors import GainstageError
from gainstage.verify.order import COUNTER, Course, Order, replace_text

PACKAGE = str(Path(__file__).parents[2])
PAUSE = 0.01
FORKING = sys.platform not in ("win32", "darwin")  # with torch imported a fork is not safe on macOS
BOOT = "import sys; sys.path[0] = {package!r}; from gainstage.verify import zygote; zygote.{call}"


@dataclass(slots=True)
class Trial:
    """One trial as the waiting process sees it."""

    order: Order
    limit: float  # seconds that it may take at a stretch
    process: int = 0
    status: int | None = None  # exit status once it has ended
    begun: float = 0.0
    course: Course = field(default_factory=lambda: Course("killed"))
    ready: bool = False  # has come to its goal, or to its end
    done: int = 0  # steps of earlier processes of this trial, which were ended to make room

    @property
    def live(self) -> int:
        """The step that it is at right now."""
        try:
            return int.from_bytes((self.folder / COUNTER).read_bytes()[:8], sys.byteorder)
        except OSError:
            return 0

    @property
    def total(self) -> int:
        """Steps that were made for it, whatever became of them."""
        return self.done + self.course.steps

    @property
    def folder(self) -> Path:
        """Where it keeps what it writes."""
        return Path(self.order.folder)

    @property
    def over(self) -> bool:
        """Whether its process has ended."""
        return self.status is not None


class Laboratory:
    """Runs trials, each in a process of its own; a context manager that leaves neither process nor file behind."""

    def __init__(self, jobs: int, *, forking: bool = FORKING) -> None:
        self.jobs = jobs
        self.forking = forking
        self.room = 64  # processes that may be alive at a time
        self.folder = Path(tempfile.mkdtemp(prefix="gainstage-fix-"))
        self.trials: list[Trial] = []
        self._zygote: subprocess.Popen[str] | None = None
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._spawned: dict[int, subprocess.Popen[str]] = {}
        self._lock = threading.RLock()  # several threads may each run trials of their own

    def __enter__(self) -> Laboratory:
        if self.forking:
            self._zygote = self._start("main()")
            threading.Thread(target=self._listen, args=(self._zygote.stdout,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for trial in self.trials:
            self.end(trial)
        if self._zygote is not None:
            assert self._zygote.stdin is not None
            with suppress(BrokenPipeError):
                self._zygote.stdin.close()
            self._zygote.wait()
            assert self._zygote.stdout is not None
            self._zygote.stdout.close()
        for process in self._spawned.values():
            process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def preload(self, modules: Sequence[str]) -> None:
        """Import these where later trials are forked from."""
        self._ask({"modules": list(modules)})

    def prepare(self, order: Order, limit: float) -> Trial:
        """A trial that is ready to run, in a new folder."""
        with self._lock:
            folder = self.folder / f"trial{len(self.trials)}"
            folder.mkdir()
            trial = Trial(replace(order, folder=str(folder)), limit)
            self.trials.append(trial)
        return trial

    def run(self, trials: Iterable[Trial], steps: int, tick: Callable[[], None] = lambda: None) -> None:
        """Bring every trial to ``steps`` (0: to its end), ``jobs`` at a time; ``tick`` is called often."""
        waiting = [trial for trial in trials if to_run(trial, steps)]
        for trial in waiting:
            trial.ready = False
        at_work: list[Trial] = []
        while waiting or at_work:
            while waiting and len(at_work) < self.jobs:
                trial = waiting.pop(0)
                with self._lock:
                    self._proceed(trial, steps)
                at_work.append(trial)
            with self._lock:
                self._look(at_work)
            at_work = [trial for trial in at_work if not trial.ready]
            tick()
            if at_work:
                time.sleep(PAUSE)

    def end(self, trial: Trial) -> None:
        """Kill the trial's processes, if they are alive; its course stays what it was."""
        if trial.process and not trial.over:
            with suppress(ProcessLookupError, PermissionError):
                if os.name == "posix":
                    os.killpg(trial.process, signal.SIGKILL)
                else:
                    os.kill(trial.process, signal.SIGTERM)
            trial.status = -signal.SIGTERM

    def clear(self, trial: Trial) -> None:
        """Take away what an ended trial has written: where there are thousands, they do not all fit on the disk."""
        shutil.rmtree(trial.folder, ignore_errors=True)

    def _proceed(self, trial: Trial, steps: int) -> None:
        trial.begun = time.monotonic()
        (trial.folder / "course.json").unlink(missing_ok=True)
        if trial.process and not trial.over:
            replace_text(trial.folder / "until", str(steps))
            return
        self._make_room(trial)
        order = trial.folder / "order.json"
        replace(trial.order, steps=steps).write(order)
        number = self.trials.index(trial)
        if self._zygote is not None:
            self._ask({"number": number, "order": str(order)})
        else:
            process = self._start(f"single({str(order)!r})")
            self._spawned[number] = process
            trial.process = process.pid

    def _make_room(self, trial: Trial) -> None:
        """End trials that wait, the longest waiting first, where memory is short: they will begin again."""
        if trial.process:  # it was ended itself
            trial.done += trial.course.steps
            trial.process, trial.status = 0, None
            shutil.rmtree(trial.folder)
            trial.folder.mkdir()
        alive = [other for other in self.trials if other.process and not other.over]
        idle = sorted((other for other in alive if other.ready), key=lambda other: other.begun)
        for other in idle[: max(0, len(alive) + 1 - self.room)]:
            self.end(other)

    def _look(self, trials: Sequence[Trial]) -> None:
        while not self._events.empty():
            event = self._events.get()
            self.trials[event["number"]].process = event.get("process", self.trials[event["number"]].process)
            self.trials[event["number"]].status = event.get("status", self.trials[event["number"]].status)
        for number, process in self._spawned.items():
            self.trials[number].status = process.poll()
        for trial in trials:
            self._judge(trial)

    def _judge(self, trial: Trial) -> None:
        """Has it come to its goal, to its end, or to the end of its time?"""
        ended, path = trial.over, trial.folder / "course.json"  # in this order: it may end while we look
        if path.exists():
            trial.course, trial.ready = Course.read(path), True
        elif ended:
            words = f"ended with status {trial.status} before it could report{self._last_words(trial)}"
            trial.course, trial.ready = replace(trial.course, state="killed", text=words), True
        elif time.monotonic() - trial.begun > trial.limit:
            self.end(trial)
            words = f"stopped after {trial.limit:.0f} s"
            trial.course, trial.ready = replace(trial.course, state="timeout", text=words), True

    def _last_words(self, trial: Trial) -> str:
        """The last line that was printed, by the trial or, where it never began, by the one that started it."""
        for file in (trial.folder / "output.txt", self.folder / "errors.txt"):
            lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines() if file.exists() else []
            if lines:
                return f": {lines[-1][:300]}"
        return ""

    def _start(self, call: str) -> subprocess.Popen[str]:
        """A process in the background, whose complaints go to a file."""
        with open(self.folder / "errors.txt", "ab") as errors:
            return subprocess.Popen(
                command(call),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is for the command, which then ends the trials itself
            )

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            self._events.put(json.loads(line))

    def _ask(self, request: dict[str, Any]) -> None:
        if self._zygote is None:
            return
        assert self._zygote.stdin is not None
        try:
            self._zygote.stdin.write(json.dumps(request) + "\n")
            self._zygote.stdin.flush()
        except BrokenPipeError:
            raise GainstageError(f"no trial can be started{self._last_words(self.trials[-1])}") from None


def to_run(trial: Trial, steps: int) -> bool:
    """Whether the trial has to do something to come to ``steps`` (0: its end)."""
    if not trial.begun:
        return True
    return trial.course.state == "waiting" and not 0 < steps <= trial.course.steps


def command(call: str) -> list[str]:
    """A Python like this one, with its options, that calls a function of :mod:`gainstage.verify.zygote`."""
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    return [sys.executable, *options, "-c", BOOT.format(package=PACKAGE, call=call)]
