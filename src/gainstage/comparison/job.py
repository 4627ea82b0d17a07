"""One piece of work for any executor: a trial brought to a step, in whatever process it lands; plain data both ways."""

from __future__ import annotations

import atexit
import os
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from gainstage.comparison.facts import Facts, facts_of, run_bytes
from gainstage.comparison.parcel import Parcel, Unpacked, unpack
from gainstage.verify import plan
from gainstage.verify.launch import Laboratory, Trial
from gainstage.verify.order import Course, Order

ALIKE = 8  # calls of the loss function by which two trainings' losses are told to mean the same
MOST_AT_WORK = 1024  # of one process: the executor, not the bench, says how many run at a time


@dataclass(frozen=True, slots=True)
class Job:
    """A trial and how far to bring it.

    Attributes:
        key: names the trial; the same key of the same session goes on from where it stands on a bench.
        session: names the comparison: workers outlive it, and serve several.
        order: what to run; paths are the caller's.
        steps: where to stop; 0 is the script's end.
        limit: seconds that it may take.
        memory: bytes that one trial of this script needs, where that is known.
        modules: worth importing once for all trials.
        given_up: trials that will not be asked for again.
        recording: send the run file, too.
    """

    key: str
    order: Order
    session: str = ""
    steps: int = 0
    limit: float = 600.0
    memory: int = 0
    modules: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    recording: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: ``facts`` from the run file of a watched trial, that file if asked for, and the process."""

    key: str
    course: Course
    facts: Facts | None = None
    recording: bytes = b""
    place: str = ""


class Bench:
    """The trials of one process: those that wait for the word to go on are kept, as many as memory holds."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.laboratory = self._stack.enter_context(Laboratory(MOST_AT_WORK))
        self._held: dict[tuple[str, str], Trial] = {}  # by session and key
        self._places: dict[str, Unpacked] = {}
        self._preloaded: set[str] = set()
        self._lock = threading.Lock()

    def carry_out(self, job: Job, parcel: Parcel | None) -> Result:
        """Bring the job's trial to its step; a failure of the script is a result."""
        trial, place = self._trial(job, parcel)
        trial.limit = job.limit
        self.laboratory.run([trial], job.steps)
        course = slim(trial.course if place is None else place.told(trial.course))
        facts = facts_of(trial.folder) if trial.order.watch else None
        result = Result(job.key, course, facts, place=f"{socket.gethostname()}:{os.getpid()}")
        if job.recording:
            result = replace(result, recording=run_bytes(Path(trial.folder)))
        if course.state != "waiting":
            self.forget(job.session, job.key)
        return result

    def live(self) -> int:
        """Steps that the trials of this bench have made so far."""
        return sum(trial.live for trial in list(self._held.values()))

    def close(self) -> None:
        """End every trial and leave no file behind."""
        self._stack.close()
        for place in self._places.values():
            place.remove()

    def _trial(self, job: Job, parcel: Parcel | None) -> tuple[Trial, Unpacked | None]:
        with self._lock:
            for key in job.given_up:
                self._end((job.session, key))
            fresh = [name for name in job.modules if name not in self._preloaded]
            if fresh:
                self._preloaded |= set(fresh)
                self.laboratory.preload(fresh)
            if job.memory:
                self.laboratory.room = plan.room(job.memory)
            place = None
            if parcel is not None:
                place = self._places.get(parcel.digest) or unpack(parcel)
                self._places[parcel.digest] = place
            trial = self._held.get((job.session, job.key))
            if trial is None:
                order = job.order if place is None else place.ordered(job.order)
                trial = self._held[job.session, job.key] = self.laboratory.prepare(order, job.limit)
            return trial, place

    def forget(self, session: str, key: str = "") -> None:
        """End a trial of a session, or all of them."""
        with self._lock:
            for one in [one for one in self._held if one == (session, key or one[1])]:
                self._end(one)

    def _end(self, key: tuple[str, str]) -> None:
        trial = self._held.pop(key, None)
        if trial is not None:
            self.laboratory.end(trial)
            self.laboratory.clear(trial)


def slim(course: Course) -> Course:
    """The course without what no ranking asks for: of the training's scores a few tell whether losses are alike."""
    training = [score for score in course.scores if not score.held_out][:ALIKE]
    return replace(course, scores=(*training, *(score for score in course.scores if score.held_out)))


_bench: Bench | None = None
_making = threading.Lock()


def bench() -> Bench:
    """This process's bench, made when it is first asked for."""
    global _bench
    with _making:
        if _bench is None:
            _bench = Bench()
            atexit.register(close)
        return _bench


def carry_out(job: Job, parcel: Parcel | None = None) -> Result:
    """What an executor runs: the job, on the bench of the process that it lands in."""
    return bench().carry_out(job, parcel)


def live() -> int:
    """Steps that the trials of this process have made so far; 0 before there is any."""
    return _bench.live() if _bench is not None else 0


def forget(session: str) -> None:
    """End what this process holds of a comparison that is over."""
    if _bench is not None:
        _bench.forget(session)


def close() -> None:
    """End this process's bench, if it has one."""
    global _bench
    with _making:
        held, _bench = _bench, None
    if held is not None:
        held.close()
