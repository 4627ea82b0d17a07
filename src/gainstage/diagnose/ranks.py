"""The ranks of a distributed run beside each other: how each of them went, and which saw a fault first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainstage.diagnose import learning as training
from gainstage.diagnose.nonfinite import harm, origin
from gainstage.diagnose.view import View
from gainstage.record.run import Run

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class RankState:
    """One rank's own numbers, before anything was averaged.

    ``data_rms`` is that of its first input tensor over all samples; ``broke_at`` the step at which NaN or infinity
    first did harm, -1 for never, and ``broke_in`` the operation of this rank that it came from ("" where it came from
    another rank); ``steps`` are those that it is known to have made, ``stopped`` says why watching ended early.
    """

    rank: int
    outcome: str
    exit_code: int | None = None
    steps: int = 0
    sampled: int = 0
    loss_start: float = NAN
    loss_end: float = NAN
    data_rms: float = NAN
    broke_at: int = -1
    broke_in: str = ""
    stopped: str = ""


def rank_states(run: Run) -> tuple[RankState, ...]:
    """Every rank that was merged into ``run``; nothing for a single process."""
    return tuple(_state(rank) for rank in run.ranks)


def missing_ranks(run: Run) -> tuple[int, ...]:
    """Ranks of the job that left no file that can be read."""
    there = {rank.info.rank for rank in run.ranks} or {run.info.rank}
    return tuple(sorted(set(range(run.info.world_size)) - there))


def first_broken(run: Run) -> tuple[int, ...]:
    """The ranks on which the first NaN or infinity arose; nothing where there was none, or for a single process."""
    broke = {state.rank: state.broke_at for state in rank_states(run) if state.broke_in}
    return tuple(rank for rank, step in broke.items() if step == min(broke.values()))


def _state(run: Run) -> RankState:
    course = training.learning(run)
    broke_at, broke_in = _broke(run)
    told = [event.details.get("steps") for event in run.events if event.kind == "end"]
    steps = told[-1] if told and isinstance(told[-1], int) else max((s.step + 1 for s in run.steps), default=0)
    return RankState(
        rank=run.info.rank,
        outcome=run.info.outcome,
        exit_code=run.info.exit_code,
        steps=max(steps, run.sampled),
        sampled=run.sampled,
        loss_start=course.start,
        loss_end=course.end,
        data_rms=_data_rms(run),
        broke_at=broke_at,
        broke_in=broke_in,
        stopped=next((event.text for event in run.events if event.kind == "observer-error"), ""),
    )


def _data_rms(run: Run) -> float:
    site = next((site for site in run.sites if site.kind == "input"), None)
    if site is None:
        return NAN
    power = run.signal(site.index, "signal") ** 2 + run.signal(site.index, "offset") ** 2
    seen = power[~np.isnan(power)]
    return math.sqrt(float(seen.mean())) if seen.size else NAN


def _broke(run: Run) -> tuple[int, str]:
    """The first step that NaN or infinity harmed, and the operation of this rank that it came from.

    Of a rank that got it from another, with the averaged gradients, no operation is to blame.
    """
    view = View(run)
    harmed = harm(view)
    if not harmed.size:
        return -1, ""
    first = origin(view, int(harmed[0]))
    return run.steps[first.sample].step, first.name if first.site is not None else ""


def listed_numbers(ranks: Sequence[int]) -> str:
    """``1, 2 and 5``."""
    told = [str(rank) for rank in ranks]
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)
