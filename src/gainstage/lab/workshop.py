"""A process beside the server that does what takes longer: proofs, theory. What does not come to an end is ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from gainstage.errors import GainstageError
from gainstage.lab.panel import Job
from gainstage.lab.panels import Failed

PATIENCE = 60.0  # seconds that a job may take: a minute on a busy machine is a second on an idle one
KEPT = 256  # results


class Workshop:
    """Does one job after the other and keeps what was found; safe to ask from several threads."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._kept: OrderedDict[Job, Any] = OrderedDict()
        self._turn, self._shelf = threading.Lock(), threading.Lock()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def known(self) -> dict[Job, Any]:
        """Everything that has been found and is still kept."""
        with self._shelf:
            return dict(self._kept)

    def do(self, job: Job, wanted: Callable[[], bool] = lambda: True) -> None:
        """Have ``job`` done unless it has been; ``wanted`` is asked when it is this job's turn.

        A job that fails, or takes longer than ``patience``, leaves a :class:`Failed` with the reason.
        """
        with self._turn:
            if job in self._kept or not wanted():
                return
            result = self._sent(job)
            with self._shelf:
                self._kept[job] = result
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)

    def warm(self) -> None:
        """Start the process, so that the first job need not wait for it."""
        with self._turn:
            self._open()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._line is not None:
            self._line.close()
            self._line = None

    def _sent(self, job: Job) -> Any:
        line = self._open()
        try:
            line.send((job.call, job.arguments))
            if line.poll(self.patience):
                return line.recv()
        except (EOFError, OSError):
            self.close()
            return Failed("this could not be computed: the process that tried has ended")
        self.close()
        return Failed(f"given up after {self.patience:g} seconds; simpler settings take less")

    def _open(self) -> Connection:
        if self._line is None or self._process is None or not self._process.is_alive():
            self.close()
            context = get_context("spawn")
            self._line, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._process = process
        return self._line


def work(line: Connection) -> None:
    """Answer jobs until the other side has gone."""
    while True:
        try:
            call, arguments = line.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        line.send(attempted(call, arguments))


def attempted(call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """What ``call`` finds, or why it finds nothing."""
    try:
        return call(*arguments)
    except GainstageError as error:
        return Failed(str(error))
    except Exception as error:  # a fault of ours with these settings: told on the page, the others go on
        return Failed(f"a fault of gainstage: {type(error).__name__}: {error}")
