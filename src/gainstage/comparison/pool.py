"""Where trials run: any ``concurrent.futures.Executor``, of which this machine's own is the one that is built in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from gainstage.comparison import job as bench
from gainstage.comparison.job import Job, Result, carry_out


@dataclass(slots=True)
class Pool:
    """An executor, and what goes with every job.

    Attributes:
        executor: takes the jobs; its workers need this package, torch, and nothing of the caller's files.
        slots: jobs that it carries out at a time, as far as is known: no more than these are waiting in it.
        parcel: the script's folder for workers elsewhere; a future of one where the executor resolves futures.
        local: whether its trials run on this machine's own bench.
        near: further arguments for the executor that bring a job to the process where its trial waits.
    """

    executor: Executor
    slots: int
    parcel: Any = None
    local: bool = False
    near: Callable[[str], dict[str, Any]] = lambda place: {}
    session: str = field(default_factory=lambda: uuid4().hex)

    def submit(self, job: Job, place: str = "") -> Future[Result]:
        """Hand over one job; ``place`` is where an earlier result of its trial came from."""
        return self.executor.submit(carry_out, replace(job, session=self.session), self.parcel, **self.near(place))

    def live(self) -> int:
        """Steps that trials on this machine have made, those at work included; 0 for trials elsewhere."""
        return bench.live() if self.local else 0


@contextmanager
def local(slots: int) -> Iterator[Pool]:
    """Threads that each wait for a trial, which is a process of its own: those that are paused keep their place."""
    executor = ThreadPoolExecutor(slots, thread_name_prefix="gainstage-trial")
    try:
        yield Pool(executor, slots, local=True)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        bench.close()  # ends the trials, and so the threads that wait for them
        executor.shutdown(wait=True)
