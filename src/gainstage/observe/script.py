"""Runs the user's script in a Python of its own, watched from inside, and waits for its end.

The script's process is started exactly as ``python script.py`` would be, so that everything about it is
Python's own: ``__main__``, tracebacks, recursion depth, exit code, signals, shutdown. Observing gets in
through the ``sitecustomize`` hook (see ``boot/``), which leaves no frame under the script's. What is said
about the run is said by the waiting process: a script that is killed or crashes still gets its verdict.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Literal

from gainstage.config import Config
from gainstage.errors import GainstageError

HANDOFF = "_GAINSTAGE_HANDOFF"
BOOT = Path(__file__).parent / "boot"
PR_SET_PDEATHSIG = 1
LAUNCHERS = ("torch.distributed.run", "torch.distributed.launch")


@dataclass(frozen=True, slots=True)
class Target:
    """What to run: a file (also a folder, a zip file or ``-``), a module (``-m``) or a text (``-c``)."""

    kind: Literal["file", "module", "text"]
    name: str
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments of the interpreter, and so the way the run is shown: ``train.py --epochs 3``."""
        option = {"file": (), "module": ("-m",), "text": ("-c",)}[self.kind]
        return (*option, self.name, *self.arguments)

    @property
    def launches(self) -> bool:
        """Whether this is a launcher, whose children are the training: one process per rank."""
        return self.name in LAUNCHERS if self.kind == "module" else Path(self.name).name == "torchrun"

    @property
    def script(self) -> str:
        """What trains: the name of the file or module, of a launcher the one that it is to start."""
        if self.kind == "text":
            return "-c"
        given = self.arguments if self.launches else ()
        modules = (name for option, name in pairwise(given) if option in ("-m", "--module"))
        return next(chain((name for name in given if name.endswith(".py")), modules), self.name)

    @property
    def stem(self) -> str:
        """A name for the run file: ``train`` for ``code/train.py`` and for ``-m code.train``."""
        if self.launches and self.script != self.name:
            module = not self.script.endswith(".py")
            return self.script.rpartition(".")[2] if module else Path(self.script).stem
        if self.kind == "text":
            return "command"
        if self.kind == "module":
            return self.name.rpartition(".")[2]
        return "stdin" if self.name == "-" else Path(self.name).resolve().stem or "script"


@dataclass(frozen=True, slots=True)
class Ending:
    """How the script ended.

    Attributes:
        status: exit code, or minus the number of the signal that ended the process.
        notes: what the observer left behind: ``run`` (path), ``line`` (what was looked at and what it cost),
            ``reason`` (why it switched off), ``torch`` (whether torch was imported), ``text`` (the exception), ``rank``
            and ``world_size``; of ranks that a launcher started, those of the first that has a run.
        launched: whether this was a launcher.
    """

    status: int
    notes: dict[str, Any] = field(default_factory=dict)
    launched: bool = False

    @property
    def outcome(self) -> Literal["finished", "exited", "exception", "interrupted", "killed"]:
        """In the words of the run file."""
        if self.status < 0:
            return "interrupted" if self.status == -signal.SIGINT else "killed"
        if self.status == 0:
            return "finished"
        return self.notes.get("outcome", "exited") if self.notes.get("text") else "exited"

    def repeat(self) -> int:
        """End this process as the script ended: return its exit code, or die by its signal."""
        if self.status < 0 and os.name == "posix":
            _forbid_core_dump()
            if -self.status not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(-self.status, signal.SIG_DFL)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os.kill(os.getpid(), -self.status)
        return self.status


def execute(target: Target, config: Config | None) -> Ending:
    """Run ``target`` as Python would and wait for it; ``config=None`` runs it unwatched.

    Raises:
        GainstageError: when this interpreter cannot start another one that can be watched.
    """
    if not sys.executable:
        raise GainstageError("cannot find the Python interpreter to run the script with (sys.executable is empty)")
    command = [sys.executable, *_interpreter_options(), *target.command]
    if config is None:
        return Ending(_run(command, dict(os.environ)))
    if sys.flags.ignore_environment:
        raise GainstageError(
            "python -E and -I keep Gainstage out of the script: leave them away or set GAINSTAGE_OFF=1"
        )
    with tempfile.TemporaryDirectory(prefix="gainstage-") as folder:
        notes = Path(folder) / "notes.json"
        status = _run(command, _environment(target, config, notes))
        return Ending(status, _read(notes), target.launches)


def _read(notes: Path) -> dict[str, Any]:
    """The notes of the script, or of the first rank that has a run; each rank's file has its number behind the name."""
    found = [file for file in notes.parent.glob(f"{notes.name}*") if file.suffix != ".new"]
    found.sort(key=lambda file: (len(file.name), file.name))
    read = [json.loads(file.read_text(encoding="utf-8")) for file in found]
    return next((told for told in read if told.get("run")), read[0] if read else {})


def _interpreter_options() -> list[str]:
    """The options of this interpreter (``-W error``, ``-X dev``, ``-O``, ``-u``): they are meant for the script."""
    options: list[str] = []
    given = iter(sys.orig_argv[1:])
    for token in given:
        if not token.startswith("-") or token[:2] in ("-", "-m", "-c"):
            break
        options.append(token)
        if token in ("-W", "-X", "--check-hash-based-pycs"):
            options.append(next(given))
    return options


def _environment(target: Target, config: Config, notes: Path) -> dict[str, str]:
    """This process's environment with the boot folder ahead on PYTHONPATH and the handoff beside it."""
    before = os.environ.get("PYTHONPATH")
    handoff = {
        "config": asdict(config),
        "argv": target.command,
        "script": target.script,
        "launches": target.launches,
        "launcher": os.getppid(),
        "notes": str(notes),
        "package": str(Path(__file__).parents[2]),
        "pythonpath": before,
    }
    path = os.pathsep.join([str(BOOT), before] if before else [str(BOOT)])
    return {**os.environ, "PYTHONPATH": path, HANDOFF: json.dumps(handoff)}


def _run(command: list[str], environment: Mapping[str, str]) -> int:
    """Start ``command``, pass on the signals that are meant for it, and return its status."""
    if not hasattr(signal, "sigwaitinfo"):
        return _run_portably(command, environment)
    passed_on = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, passed_on | {signal.SIGCHLD})
    try:
        # File descriptors stay open as they would over exec: a launcher may have passed some on.
        child = subprocess.Popen(command, env=environment, close_fds=False, preexec_fn=_in_child(before))
        while child.poll() is None:
            info = signal.sigwaitinfo(passed_on | {signal.SIGCHLD})
            # A signal without a sender came from the terminal, which has sent it to the script as well.
            if info.si_signo != signal.SIGCHLD and info.si_pid:
                child.send_signal(info.si_signo)
        while signal.sigtimedwait(passed_on, 0):
            pass
        return child.returncode
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_portably(command: list[str], environment: Mapping[str, str]) -> int:
    child = subprocess.Popen(command, env=environment, close_fds=False)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has sent it to the script as well


def _in_child(mask: set[Any]) -> Callable[[], None]:
    """What the new process does before it becomes the script: our signal mask off, and on Linux die with us."""
    prctl = None
    if sys.platform == "linux":
        import ctypes

        prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if prctl is not None:
            # Someone who kills the command with SIGKILL means the training.
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return prepare


def _forbid_core_dump() -> None:
    """The script's own core dump is the one of interest."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
