"""The ranks of a distributed run as one run: what they saw together, with each of them kept beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan, prod
from signal import SIGTERM
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gainstage.record import pooling
from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.record.series import Series

Places = dict[int, int]  # a rank's index of a site or parameter -> the merged run's

# The first of these that a rank ended with is how the run ended: the others were made to stop by it.
GRAVEST: Final = ("exception", "killed", "interrupted", "exited", "running", "finished")


def merge(runs: Sequence[Run], most: int) -> Run:
    """One run of what several ranks of a job recorded, by sums and extremes.

    A step is merged from the ranks that looked at it; of more than ``most`` steps those of the first rank are taken.
    The signal is the part that varies within a rank, what differs between ranks counts as offset; gradients are those
    of a rank's own loss. Losses are averaged, as data-parallel training averages gradients. Of a parameter that is
    sharded the parts are put together, of copies the mean is taken. Nothing is estimated.
    """
    sites, site_places = _sites(runs)
    parameters, parameter_places = _parameters(runs)
    numbers = sorted({step.step for run in runs for step in run.steps})
    if len(numbers) > most:
        numbers = [step.step for step in runs[0].steps]
    scalars = {site.index for site in sites if site.kind == "loss" and site.units == 1}
    signals = pooling.signals([_placed(run.signals.rows, p) for run, p in zip(runs, site_places, strict=True)], scalars)
    extras = _extras(runs, site_places)
    return Run(
        _info(runs),
        sites,
        parameters,
        _steps(runs, numbers, _share_held(runs, parameters)),
        Series(Signal, numbers, signals, extras),
        Series(Update, numbers, _updates(runs, parameters, parameter_places), {}),
        tuple(_events(runs)),
        path=runs[0].path,
        sampled=max(run.sampled for run in runs),
        units=_silent(runs, sites, site_places),
        saved_findings=runs[0].saved_findings,
        ranks=tuple(runs),
    )


def _sites(runs: Sequence[Run]) -> tuple[tuple[Site, ...], list[Places]]:
    """Every site once, in the order of the first rank that has it."""
    found: dict[tuple[str, str, str, int], Site] = {}
    places: list[Places] = []
    for run in runs:
        own: Places = {}
        for site in run.sites:
            key = (site.root, site.module, site.operation, site.call)
            known = found.get(key)
            own[site.index] = known.index if known else len(found)
            sources = tuple(own[source] for source in site.sources if source in own)
            found.setdefault(key, replace(site, index=own[site.index], sources=sources))
        places.append(own)
    return tuple(found.values()), places


def _parameters(runs: Sequence[Run]) -> tuple[tuple[Parameter, ...], list[Places]]:
    """Every parameter once; one whose shards are all there is whole."""
    found: dict[tuple[str, str, tuple[int, ...]], Parameter] = {}
    places: list[Places] = []
    for run in runs:
        own: Places = {}
        for parameter in run.parameters:
            key = (parameter.root, parameter.name, parameter.shape)
            known = found.get(key)
            own[parameter.index] = known.index if known else len(found)
            found.setdefault(key, replace(parameter, index=own[parameter.index]))
        places.append(own)
    complete = len(runs) == runs[0].info.world_size
    return tuple(replace(p, shard=()) if complete else p for p in found.values()), places


def held(parameter: Parameter) -> int:
    """How many of its entries the rank has."""
    return prod(parameter.shard or parameter.shape)


def _placed(rows: NDArray[np.float64], places: Places) -> NDArray[np.float64]:
    """Rows with the merged run's indices."""
    moved = rows.copy()
    moved[:, 1] = [places[int(index)] for index in rows[:, 1]]
    return moved


def _updates(runs: Sequence[Run], parameters: Iterable[Parameter], places: list[Places]) -> NDArray[np.float64]:
    sizes = [{parameter.index: held(parameter) for parameter in run.parameters} for run in runs]
    entries = [
        np.array([own[int(index)] for index in run.updates.rows[:, 1]], dtype=np.float64)
        for run, own in zip(runs, sizes, strict=True)
    ]
    sharded = {place[p.index] for run, place in zip(runs, places, strict=True) for p in run.parameters if p.shard}
    tables = [_placed(run.updates.rows, place) for run, place in zip(runs, places, strict=True)]
    return pooling.updates(tables, entries, {p.index: prod(p.shape) for p in parameters}, sharded)


def _share_held(runs: Sequence[Run], parameters: Iterable[Parameter]) -> float:
    """The network's entries over those that the ranks hold together: 1 for shards, one over their number for copies."""
    there = sum(held(parameter) for run in runs for parameter in run.parameters)
    return sum(prod(parameter.shape) for parameter in parameters) / there if there else 1.0


def _extras(runs: Sequence[Run], places: list[Places]) -> dict[tuple[int, int], dict[str, Any]]:
    found: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for run, place in zip(runs, places, strict=True):
        for (step, site), extra in run.signals.extras.items():
            found[step, place[site]].append(extra)
    return {key: pooling.extras(several) for key, several in found.items()}


def _steps(runs: Sequence[Run], numbers: Sequence[int], share: float) -> tuple[Step, ...]:
    seen: defaultdict[int, list[Step]] = defaultdict(list)
    for run in runs:
        for step in run.steps:
            seen[step.step].append(step)
    return tuple(_step(seen[number], share * len(runs)) for number in numbers)


def _step(seen: Sequence[Step], share: float) -> Step:
    """One step of the ranks that looked at it; sums over parameters are ``share`` times the ranks' mean."""
    first = seen[0]
    norms = [step.extra["gradient_norm"] for step in seen if "gradient_norm" in step.extra]
    return replace(
        first,
        loss=float(np.mean([step.loss for step in seen])),
        predicted_change=share * float(np.mean([step.predicted_change for step in seen])),
        examples=sum(step.examples for step in seen),
        stale_gradients=_largest(step.stale_gradients for step in seen),
        bare_seconds=_largest(step.bare_seconds for step in seen),
        cost_seconds=_largest(step.cost_seconds for step in seen),
        extra={**first.extra, "gradient_norm": float(np.sqrt(share * np.mean(np.square(norms))))} if norms else {},
    )


def _largest(values: Iterable[float]) -> float:
    """Of those that were measured."""
    return float(np.fmax.reduce(list(values)))


def _silent(runs: Sequence[Run], sites: Iterable[Site], places: list[Places]) -> dict[int, tuple[int, ...]]:
    """Units that are silent on every rank that has the site."""
    found: dict[int, tuple[int, ...]] = {}
    for site in sites:
        own = [
            (run, index)
            for run, place in zip(runs, places, strict=True)
            for index, merged in place.items()
            if merged == site.index
        ]
        common = set.intersection(*(set(run.silent_units(index)) for run, index in own))
        if common:
            found[site.index] = tuple(sorted(common))
    return found


def _events(runs: Sequence[Run]) -> Iterable[Event]:
    for run in runs:
        for event in run.events:
            yield replace(event, text=f"rank {run.info.rank}: {event.text}") if event.text else event


def _info(runs: Sequence[Run]) -> RunInfo:
    infos = [run.info for run in runs]
    ends = [info.ended for info in infos if not isnan(info.ended)]
    worst = min(infos, key=lambda info: GRAVEST.index(info.outcome))
    # A launcher ends the others by SIGTERM when one rank has failed.
    codes = sorted((info.exit_code for info in infos if info.exit_code is not None), key=lambda code: code == -SIGTERM)
    return replace(
        infos[0],
        outcome=worst.outcome,
        started=min(info.started for info in infos),
        ended=max(ends, default=infos[0].ended),
        exit_code=next((code for code in codes if code), codes[0] if codes else None),
    )
