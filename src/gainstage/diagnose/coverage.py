"""What a run's samples cover and what looking at them cost: the honest last lines of a report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.ranks import listed_numbers, missing_ranks
from gainstage.diagnose.view import View
from gainstage.record.run import Run

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at: durations in seconds, ``overhead`` the share of the run's wall time spent on looking.

    ``steps`` counts optimizer steps, of a killed run those up to its last sample; ``unseen`` says in sentences what was
    not looked at.
    """

    steps: int
    sampled: int
    sites: int
    stages: int
    parameters: int
    seconds: float = NAN
    cost_seconds: float = NAN
    bare_seconds: float = NAN
    overhead: float = NAN
    loss_start: float = NAN
    loss_end: float = NAN
    loss_decreasing: bool = False
    unseen: tuple[str, ...] = ()


def coverage(view: View) -> Coverage:
    """What ``view``'s run recorded; of a killed run, the cost of samples not loaded is estimated from the others."""
    run = view.run
    seconds = _seconds(run)
    cost = _cost(run)
    bare = run.step("bare_seconds")
    return Coverage(
        steps=max(_steps(run), run.sampled),
        sampled=run.sampled,
        sites=len(run.sites),
        stages=len(view.stages),
        parameters=len(run.parameters),
        seconds=seconds,
        cost_seconds=cost,
        bare_seconds=float(bare[~np.isnan(bare)][-1]) if np.any(~np.isnan(bare)) else NAN,
        overhead=cost / seconds if seconds > 0 else NAN,
        loss_start=view.learning.start,
        loss_end=view.learning.end,
        loss_decreasing=view.learning.decreasing,
        unseen=tuple(_unseen(view)),
    )


def _steps(run: Run) -> int:
    told = _told_at_end(run, "steps")
    return int(told) if told >= 0 else max((step.step for step in run.steps), default=-1) + 1


def _told_at_end(run: Run, key: str) -> float:
    """A number that the observer left when it was closed; a killed run has none."""
    told = [event.details.get(key) for event in run.events if event.kind == "end"]
    return float(told[-1]) if told and isinstance(told[-1], int | float) else NAN


def _seconds(run: Run) -> float:
    if run.info.ended > run.info.started:
        return run.info.ended - run.info.started
    return max((step.time for step in run.steps), default=NAN)


def _cost(run: Run) -> float:
    told = _told_at_end(run, "cost_seconds")
    if not np.isnan(told):
        return told
    costs = run.step("cost_seconds").astype(np.float64) if run.steps else np.array([])
    seen = costs[~np.isnan(costs)]
    if not seen.size:
        return NAN
    # Thinning keeps the dear first samples, so only the median stands for the ones left out.
    return float(seen.sum() + np.median(seen) * (run.sampled - len(run.steps)))


def _of_ranks(run: Run) -> list[str]:
    """What of a distributed run is not in this one."""
    size, missing = run.info.world_size, missing_ranks(run)
    if size == 1:
        return []
    lost = f"; no readable file of rank{'s' * (len(missing) > 1)} {listed_numbers(missing)}" if missing else ""
    there = f"{len(run.ranks)} of {size} ranks merged" if run.ranks else f"rank {run.info.rank} of {size} alone"
    return [f"{there}{lost}"]


def _unseen(view: View) -> list[str]:
    run = view.run
    frozen = sum(not parameter.trainable for parameter in run.parameters)
    inner = [site for site in run.sites if site.kind not in ("input", "loss")]
    silent = [site for site in inner if np.all(np.isnan(run.signal(site.index, "gradient")))]
    lines = [event.text for event in run.events if event.kind in ("observer-error", "limit") and event.text]
    if run.info.outcome == "running":
        lines.append("the script is still running: this is its state so far")
    lines += _of_ranks(run)
    if frozen:
        lines.append(f"{frozen} of {len(run.parameters)} parameters are frozen")
    if run.steps and silent:
        lines.append(f"no gradient was seen at {len(silent)} of {len(inner)} operations")
    return list(dict.fromkeys(lines))
