"""``gainstage compare train.py``: the script watched once, its candidates raced on a pool, the ranking."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from gainstage.comparison import pool as pools
from gainstage.comparison.answer import Comparison, Cost
from gainstage.comparison.candidate import Candidate, Left
from gainstage.comparison.facts import Facts
from gainstage.comparison.job import Job, Result
from gainstage.comparison.options import FACTORS, Options, checked
from gainstage.comparison.pool import Pool
from gainstage.comparison.race import Race
from gainstage.comparison.ranking import rank
from gainstage.comparison.store import BASE, Store, told_of, with_files
from gainstage.comparison.variants import own_rate, variants
from gainstage.comparison.work import Pace, Progress, Work
from gainstage.diagnose.engine import diagnose
from gainstage.errors import GainstageError, NothingObserved
from gainstage.observe.script import Target
from gainstage.prescribe.case import Case
from gainstage.prescribe.places import Places
from gainstage.prescribe.sites import hidden
from gainstage.record.reader import load
from gainstage.verify import plan, printed
from gainstage.verify.order import ENDED, Course, Order
from gainstage.verify.sources import read_text
from gainstage.verify.watched import order_for

Open = Callable[[int, Order], AbstractContextManager[Pool]]  # slots, order


def here(slots: int, order: Order) -> AbstractContextManager[Pool]:
    """This machine's own processes."""
    return pools.local(slots)


@dataclass(frozen=True, slots=True)
class Found:
    """What the watched run and the source gave."""

    candidates: list[Candidate]
    left: list[Left]
    own_rate: float
    functions: frozenset[str]  # between the script's layers


def compare(
    target: Target,
    options: Options,
    *,
    output: str = "",
    progress: Progress = lambda stage, done, total: None,
    where: Open = here,
) -> Comparison:
    """Compare the candidates that ``options`` name on an unmodified script.

    Args:
        target: the script, and its arguments.
        options: what is compared.
        output: name of the run folder; default: the script's with ``-compare``, in the working folder.
        progress: called with (stage, steps made, steps in all).
        where: opens the pool of workers.

    Raises:
        GainstageError: for options that do not fit, a script that cannot be run or changed, a measure that never comes.
        NothingObserved: when the script does not train.
    """
    options, started = checked(options), time.monotonic()
    order = replace(order_for(target, options.plan), threads=options.threads)
    told = told_of(order, options.steps)
    store = Store.find(Path.cwd() / (output.removesuffix(".gs") or f"{target.stem}-compare"), told)
    known = len(store.results)
    with closing(store), where(options.jobs or plan.cores(), order) as pool:
        base = store.results.get(BASE) or watched(pool, store, order, options, progress)
        if pool.local and base.course.memory:
            pool.slots = min(pool.slots, plan.room(base.course.memory))
        found = candidates(store, base, options)
        work = Work(pool, store, order, pace(base.course, options), options.plan, found.candidates, progress)
        count, length = len(found.candidates), work.pace.length
        race = Race(work, count, options.seeds, length, asked(options.metric), options.risk)
        interrupted = run(race)
    facts = [result.facts if (result := work.result((n, 0))) else None for n in range(count)]
    ranking = rank(race, found.candidates, facts)
    whole = work.pace.whole and ranking.steps >= length
    cost = Cost(work.steps_run, count * options.seeds * length, time.monotonic() - started, len(store.results), known)
    told_too = (*notes(options), *unchanged(found, facts))
    return Comparison(
        target.command, ranking.rows, ranking.steps, whole, options.seeds, ranking.measure, found.own_rate,
        ranking.target, tuple(race.rungs), options.risk, ranking.held, tuple(found.left), told_too,
        os.path.relpath(store.folder), cost, interrupted,
    )  # fmt: skip


def run(race: Race) -> bool:
    """Run the race; whether it was interrupted, with something to tell.

    Raises:
        KeyboardInterrupt: when it was, before there was anything.
    """
    try:
        race.run()
    except KeyboardInterrupt:
        if not race.reached:
            raise
        return True
    return False


def watched(pool: Pool, store: Store, order: Order, options: Options, progress: Progress) -> Result:
    """Run the script as it is, watched, and open the run folder with it."""
    seconds = 0.0 if options.steps else plan.WATCHED
    patience = options.time_limit or plan.BEFORE + plan.WATCHED
    first = replace(order, watch=True, places=True, seconds=seconds)
    future = pool.submit(Job(BASE, first, "", options.steps, patience, recording=True))
    while not future.done():
        progress("watching the training as it is", pool.live(), options.steps)
        time.sleep(0.1)
    base = future.result()
    course = base.course
    if course.steps < 2:
        if course.state in (*ENDED, "waiting") and not course.exit_code:
            raise NothingObserved("the script ended without training: no optimizer step and no backward pass was seen")
        raise GainstageError(f"the script fails before it trains: {course.text or f'exit code {course.exit_code}'}")
    check_metric(course, options)
    store.begin(base, with_files(told_of(order, options.steps), course))
    return base


def check_metric(course: Course, options: Options) -> None:
    """Raise where the measure that was asked for does not come: every trial would run for nothing."""
    name = asked(options.metric)
    if name and not any(one.name == name and math.isfinite(one.value) for one in course.readings):
        lines = [line for line in course.output.strip().splitlines() if line.strip()]
        printed_last = f"; the last line that it printed: {lines[-1][:120]!r}" if lines else "; it printed nothing"
        raise GainstageError(
            f"--metric {options.metric!r} was not seen in {course.steps:,} steps of the script{printed_last}"
        )


def asked(metric: str) -> str:
    """The name under which the measure that was asked for is noted."""
    pattern = printed.compiled(metric)
    return printed.name_of(pattern) if pattern is not None else ""


def candidates(store: Store, base: Result, options: Options) -> Found:
    """The candidates that can be made from the script as it was watched."""
    sources = {path: read_text(path) for path in base.course.files if os.path.exists(path)}
    case = Case(diagnose(load(store.file)), Places.from_json(base.course.places or {}), sources)
    able, left = variants(case, options)
    return Found(able, left, own_rate(case), frozenset(stage.function for stage in hidden(case.view.stages)))


def pace(course: Course, options: Options) -> Pace:
    """What the watched run tells about every other."""
    length = min(course.steps, options.steps) if options.steps else course.steps
    whole = course.state in ENDED and length == course.steps
    return Pace(length, whole, course.seconds, course.memory, course.modules)


def notes(options: Options) -> Iterator[str]:
    """What to mind about this comparison."""
    if len(options.rates or FACTORS) == 1:
        yield (
            "one learning rate for all is not a fair comparison: each activation and each initialisation has its own "
            "best rate, and the one that this rate happens to suit wins; name several with --lr"
        )


def unchanged(found: Found, facts: Sequence[Facts | None]) -> Iterator[str]:
    """Activations that were seen to run where another one should have been."""
    for arm in dict.fromkeys(candidate.arm for candidate in found.candidates):
        seen = {name for one, fact in zip(found.candidates, facts, strict=True) if one.arm == arm and fact
                for name in fact.functions}  # fmt: skip
        kept = sorted((seen & found.functions) - {arm.activation})
        if kept:
            yield f"{arm.name}: {', '.join(kept)} still ran between layers, in a place that the source does not show"
