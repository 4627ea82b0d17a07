"""Workers of a comparison: two against one, many that fail and straggle, and what Dask adds to each job."""

from __future__ import annotations

import heapq
import os
import tempfile
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gainstage.comparison.candidate import Arm, Candidate
from gainstage.comparison.job import Job, Result
from gainstage.comparison.options import Options
from gainstage.comparison.pool import Pool
from gainstage.comparison.race import Race
from gainstage.comparison.script import compare
from gainstage.comparison.store import BASE, Store
from gainstage.comparison.work import Pace, Work
from gainstage.observe.script import Target
from gainstage.prescribe.candidate import Change
from gainstage.record.schema import RunInfo
from gainstage.record.writer import Writer
from gainstage.verify.order import Course, Order

SEEDS, STEPS, STEP_SECONDS = 5, 200, 0.1
LOST, SLOW, HOW_SLOW = 0.05, 0.02, 10.0  # shares of the jobs; times as long
ORDER = Order("file", "train.py", (), cwd=".", folder="")


def speed(folder: Path, scripts: Path) -> dict[str, Any]:
    """Seconds of one comparison with one worker and with two, each in an empty folder; both cores must be idle."""
    os.environ["PYTHONPATH"], os.environ["OMP_NUM_THREADS"] = str(scripts), "1"
    what = Options(("relu", "tanh"), ("default",), seeds=2, risk=0.0)
    target = Target("file", str(scripts / "healthy" / "gelu_mlp_mnist1d.py"))
    folder.mkdir(parents=True, exist_ok=True)
    seconds: dict[int, float] = {}
    for jobs in (1, 2):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            os.chdir(place)
            seconds[jobs] = compare(target, replace(what, jobs=jobs)).cost.seconds
            os.chdir(folder)
    return {"one": seconds[1], "two": seconds[2], "speedup": seconds[1] / seconds[2]}


class Simulated(Executor):
    """Workers on a clock that is only counted: each job goes to whoever is free first.

    One job in twenty is lost with its worker and said to be killed, one in fifty takes ten times as long.
    """

    def __init__(self, workers: int, rates: dict[str, float]) -> None:
        self.free = [0.0] * workers
        self.rates = rates
        self.random = np.random.default_rng(0)
        self.reached: dict[str, int] = {}
        self.jobs = self.lost = self.slow = 0
        self.busy = 0.0

    def submit(self, function: Any, job: Job, *_: Any, **__: Any) -> Future[Result]:  # type: ignore[override]
        """The job's result, at once."""
        steps = job.steps or STEPS
        slow, lost = self.random.random() < SLOW, self.random.random() < LOST
        needed = (steps - self.reached.get(job.key, 0)) * STEP_SECONDS * (HOW_SLOW if slow else 1.0)
        needed *= self.random.random() if lost else 1.0
        heapq.heapreplace(self.free, self.free[0] + needed)
        self.jobs, self.lost, self.slow = self.jobs + 1, self.lost + lost, self.slow + slow
        self.busy += needed
        self.reached[job.key] = 0 if lost else steps
        future: Future[Result] = Future()
        future.set_result(Result(job.key, Course("killed") if lost else self.course(job, steps)))
        return future

    def course(self, job: Job, steps: int) -> Course:
        """Losses that fall at the candidate's rate, with noise that all candidates share and some of its own."""
        shared = np.random.default_rng(job.order.seed).normal(size=STEPS)[:steps]
        rate, time_ = self.rates[job.order.texts["train.py"]], np.arange(steps) / STEPS
        losses = np.exp(-rate * time_ + 0.05 * shared + 0.02 * self.random.normal(size=steps))
        return Course("finished" if steps >= STEPS else "waiting", steps, tuple(losses.tolist()))

    def barrier(self) -> None:
        """A rung is over when its last trial is."""
        self.free = [max(self.free)] * len(self.free)


def simulated(workers: int, trials: int) -> dict[str, Any]:
    """The real queue, store and race for many trials on simulated workers: what this process costs them."""
    rates = np.random.default_rng(1).uniform(0.5, 4.0, trials // SEEDS)
    able = [
        Candidate(Arm(f"a{n}", "default"), 1.0, 0.1, (Change("train.py", "", f"candidate {n}"),))
        for n in range(len(rates))
    ]
    executor = Simulated(workers, {f"candidate {n}": float(rate) for n, rate in enumerate(rates)})
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place) / "simulated.gs")
        Writer(store.folder, RunInfo("simulated", ("train.py",), "train.py", 0.0)).close()
        store.put(Result(BASE, Course("finished", STEPS)))
        pace = Pace(STEPS, True, STEPS * STEP_SECONDS, 0, ())
        work = Work(Pool(executor, 100_000), store, ORDER, pace, Options().plan, able)
        work.progress = lambda stage, done, total: None
        race = Race(work, len(able), SEEDS, STEPS, "", 0.05)
        began, computing = time.perf_counter(), time.process_time()
        bring, work_bring = executor.barrier, work.bring

        class Rungs:
            """The work, with the clock's barrier behind each rung."""

            def bring(self, stage: str, wanted: Any, steps: int) -> None:
                work_bring(stage, wanted, steps)
                bring()

            course, give_up = staticmethod(work.course), staticmethod(work.give_up)

        race.trials = Rungs()
        race.run()
        store.close()
        own, wall = time.process_time() - computing, time.perf_counter() - began
    return {
        "workers": workers,
        "trials": trials,
        "jobs": executor.jobs,
        "lost": executor.lost,
        "stragglers": executor.slow,
        "found_the_best": int(rates.argmax()) in race.alive,
        "own_seconds": own,
        "own_wall_seconds": wall,
        "own_seconds_per_job": own / executor.jobs,
        "workers_seconds": executor.free[0],
        "busy": executor.busy / (executor.free[0] * workers),
        "overhead": own / executor.free[0],
    }


def through_dask(count: int) -> dict[str, Any]:
    """Seconds that Dask adds to each job: empty jobs of a real job's size through a scheduler and two workers here."""
    from distributed import Client, LocalCluster

    order = replace(ORDER, texts={"train.py": "x" * 5000})
    with LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as made, Client(made) as client:
        executor = client.get_executor(pure=False)
        executor.submit(echo, Job("first", order)).result()
        each: list[float] = []
        for number in range(count):  # one after the other: what a trial waits for, there and back
            began = time.perf_counter()
            executor.submit(echo, Job(str(number), order)).result()
            each.append(time.perf_counter() - began)
        began = time.perf_counter()
        for future in [executor.submit(echo, Job(f"all {number}", order)) for number in range(count)]:
            future.result()
        together = (time.perf_counter() - began) / count
    return {"jobs": count, "median_seconds": float(np.median(each)), "seconds_each_when_queued": together}


def echo(job: Job) -> Result:
    """A job that takes no time, with a result of a real one's size."""
    return Result(job.key, Course("finished", 1000, tuple(float(n) for n in range(1000))))
