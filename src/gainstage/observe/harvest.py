"""From the visits of one step to records: which of them count, how they hang together, what they measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from gainstage.observe import losses, slopes
from gainstage.observe.book import Parameters, Sites
from gainstage.observe.calls import counted
from gainstage.observe.pooled import pool
from gainstage.observe.units import Ledger
from gainstage.observe.visits import Key, Moments, Slot, Visit
from gainstage.record.schema import Signal, Site

_NOTHING, _UNHEARD = Moments(), Slot()
_HEARD = 0.01  # of the largest gradient over time: 40 dB down


@dataclass(slots=True)
class Harvest:
    """The records of one sampled step."""

    signals: list[Signal] = field(default_factory=list)
    silent: dict[int, list[int]] = field(default_factory=dict)
    examples: int = 0
    loss_scale: float = 1.0
    training: bool = True


def harvest(
    visits: Sequence[Visit], step: int, sites: Sites, parameters: Parameters, ledger: Ledger, thorough: bool
) -> Harvest:
    """Records for the visits that the loss was computed from; an evaluation in between is not among them."""
    result = Harvest()
    kept = counted(_alive(visits))
    result.loss_scale = _loss_scale(kept)
    indices: dict[int, int] = {}
    silent: dict[Key, bool] = defaultdict(bool)
    for visit in kept:
        pool(visit)
        sources, via = _resolve(visit, indices)
        site = sites.enter(visit, sources, via, parameters)
        indices.update((id(call), site.index) for call in (visit, *visit.twins))
        result.signals.append(_signal(visit, step, site, result, ledger, thorough))
        if visit.operation.kind == "input" and not result.examples:
            result.examples = visit.extra.get("examples", 0)
        result.training = visit.place.training
        if visit.slopes is not None:
            silent[visit.key] |= visit.slopes.silent_count > 0
    ledger.suspect(silent)
    return result


def _alive(visits: Sequence[Visit]) -> list[Visit]:
    """Visits that a backward pass reached, everything that fed them, and parts of the network cut off from the loss."""
    heard = [visit for visit in visits if visit.reached]
    if not any(visit.weight is not None for visit in heard):  # the loss hangs on no weight: what ran is the evidence
        heard += [visit for visit in visits if visit.weight is not None and visit.slot_out is not None]
    alive = _with_ancestors(heard)
    # An evaluation in between repeats operations that are alive; a part behind a broken graph is alive nowhere.
    reached = [visit for visit in visits if id(visit) in alive]
    roots = {visit.place.root for visit in reached if visit.place.module}
    keys = {visit.key for visit in reached}
    trained = [visit for visit in visits if visit.weight is not None and visit.slot_out is not None]
    cut_off = [visit for visit in trained if visit.place.root in roots and visit.key not in keys]
    alive |= _with_ancestors(cut_off)
    return [visit for visit in visits if id(visit) in alive]


def _with_ancestors(visits: list[Visit]) -> set[int]:
    found: set[int] = set()
    waiting = list(visits)
    while waiting:
        visit = waiting.pop()
        if id(visit) not in found:
            found.add(id(visit))
            waiting.extend(visit.sources)
    return found


def _resolve(visit: Visit, indices: dict[int, int]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Indices of the sources, with operations that were left out turned into names on the way."""
    found: dict[int, None] = {}
    via = list(visit.via)
    waiting = list(visit.sources)
    while waiting:
        source = waiting.pop(0)
        if id(source) in indices:
            found[indices[id(source)]] = None
        elif source.operation.kind in ("math", "loss"):
            via.insert(0, source.operation.name)
            via[:0] = source.via
            waiting.extend(source.sources)
    return tuple(found), tuple(via)


def _loss_scale(visits: list[Visit]) -> float:
    """The gradient at the loss's own output: GradScaler's scale, or 1/k under accumulation."""
    for visit in visits:
        if visit.operation.kind == "loss" and visit.operation.name != "residual" and visit.slot_out is not None:
            scale = visit.slot_out.rms
            if visit.outputs is not None and visit.outputs.units == 1 and isfinite(scale) and scale > 0:
                return scale
    return 1.0


def _signal(visit: Visit, step: int, site: Site, result: Harvest, ledger: Ledger, thorough: bool) -> Signal:
    outputs, inputs = visit.outputs or _NOTHING, visit.inputs or _NOTHING
    slot_in, slot_out = visit.slot_in or _UNHEARD, visit.slot_out or _UNHEARD
    return Signal(
        step=step,
        site=site.index,
        rows=outputs.rows,
        signal_in=inputs.signal,
        offset_in=inputs.offset,
        signal=outputs.signal,
        offset=outputs.offset,
        minimum=outputs.minimum,
        maximum=outputs.maximum,
        gradient_in=slot_in.rms / result.loss_scale,
        gradient=slot_out.rms / result.loss_scale,
        **(_activation(visit, site, result, ledger) if visit.slopes is not None else {}),
        distinct_units=_distinct(outputs) if thorough and site.kind == "affine" else -1,
        nonfinite_in=int(not inputs.finite),
        nonfinite=int(not outputs.finite),
        nonfinite_gradient_in=int(not slot_in.finite),
        nonfinite_gradient=int(not slot_out.finite),
        extra=_extra(visit),
    )


def _activation(visit: Visit, site: Site, result: Harvest, ledger: Ledger) -> dict[str, Any]:
    """What an activation passes: transmission, and its silent, dead and saturated units."""
    found, inputs = visit.slopes, visit.inputs
    if found is None or found.silent is None or inputs is None:
        return {}
    silent, examples = found.silent, inputs.examples if inputs.whole else inputs.rows
    if visit.largest is not None and found.silent_count:
        silent, examples = (visit.largest <= 0).cpu().numpy().reshape(-1), inputs.examples
    dead = ledger.note(site.index, silent if found.silent_count else None, examples)
    if dead.size:
        result.silent[site.index] = dead.tolist()
    return {
        "transmission": found.transmission,
        "transmission_share": found.transmission / slopes.best(visit.operation.function, visit.parameters),
        "nonlinearity": found.nonlinearity,
        "silent_units": int(silent.sum()) if found.silent_count else 0,
        "dead_units": int(dead.size),
        "saturated_units": found.saturated,
    }


def _distinct(moments: Moments) -> int:
    """Units that differ from each other: two copies of one unit have the same mean and variance."""
    if moments.mean is None or moments.variance is None or not moments.finite:
        return -1
    pairs = np.stack((moments.mean, np.sqrt(moments.variance)), axis=1, dtype=np.float64)
    size = max(float(np.abs(pairs).max()), 1e-300)
    if not isfinite(size):
        return -1
    return int(np.unique(np.round(pairs / size, 6), axis=0).shape[0])


def _extra(visit: Visit) -> dict[str, Any]:
    if visit.track is not None and visit.track.squares is not None:
        return _over_time(visit.track.squares.cpu().numpy())
    if visit.operation.kind == "loss" or "data" in visit.extra:
        return losses.numbers(visit)
    if visit.slopes is not None and visit.slopes.holes:
        return {"hole_units": visit.slopes.holes}
    if visit.operation.kind == "affine" and visit.slot_out is not None and visit.slot_out.energies:
        silent = min(energy.silent for energy in visit.slot_out.energies)
        return {"gradient_silent_units": silent} if silent else {}
    return {}


def _over_time(squares: np.ndarray[Any, Any]) -> dict[str, Any]:
    """How much of the largest moment's gradient the first moment gets, and how many get a hundredth of it."""
    levels = np.sqrt(squares)
    largest = float(levels.max()) if levels.size else 0.0
    if not (isfinite(largest) and largest > 0):
        return {}
    reached = int((levels >= _HEARD * largest).sum())
    return {"gradient_first": float(levels[0]) / largest, "moments": int(levels.size), "moments_reached": reached}
