"""From the visits of one step to records: which of them count, how they hang together, what they measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gainstage.observe import losses, slopes
from gainstage.observe.book import Parameters, Sites
from gainstage.observe.units import Ledger
from gainstage.observe.visits import Moments, Slot, Visit
from gainstage.record.schema import NAN, Signal, Site

_SATURATED = 0.01  # of the best transmission: 20 dB down


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
    kept = _counted(_alive(visits))
    result.loss_scale = _loss_scale(kept)
    indices: dict[int, int] = {}
    for visit in kept:
        sources, via = _resolve(visit, indices)
        site = sites.enter(visit, sources, via, parameters)
        indices[id(visit)] = site.index
        result.signals.append(_signal(visit, step, site, result, ledger, thorough))
        if visit.operation.kind == "input" and not result.examples:
            result.examples = visit.extra.get("examples", 0)
        result.training = visit.place.training
    return result


def _alive(visits: Sequence[Visit]) -> list[Visit]:
    """Visits that a backward pass reached, and everything that fed them (frozen and detached parts too)."""
    alive: set[int] = set()
    waiting = [visit for visit in visits if visit.reached]
    while waiting:
        visit = waiting.pop()
        if id(visit) not in alive:
            alive.add(id(visit))
            waiting.extend(visit.sources)
    return [visit for visit in visits if id(visit) in alive]


def _counted(visits: list[Visit]) -> list[Visit]:
    """Number the calls of each site within each backward pass; of several passes the first one counts."""
    fed: set[int] = set()
    for visit in visits:
        if visit.operation.kind != "math":
            fed.update(id(source) for source in visit.sources)
    calls: dict[tuple[int, tuple[str, str, str]], int] = defaultdict(int)
    seen: set[tuple[str, str, str, int]] = set()
    kept = []
    for visit in visits:
        visit.call = calls[visit.turn, visit.key]
        calls[visit.turn, visit.key] += 1
        if _is_telling(visit, fed) and (*visit.key, visit.call) not in seen:
            seen.add((*visit.key, visit.call))
            kept.append(visit)
    return kept


def _is_telling(visit: Visit, fed: set[int]) -> bool:
    """Arithmetic is recorded only where it breaks; a difference only where nothing but the loss follows."""
    if visit.operation.name == "residual":
        return id(visit) not in fed
    if visit.operation.kind != "math":
        return True
    return not (_finite(visit.outputs) and _heard_finite(visit.slot_in) and _heard_finite(visit.slot_out))


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
            scale = visit.slot_out.rms()
            if visit.outputs is not None and visit.outputs.units == 1 and np.isfinite(scale) and scale > 0:
                return scale
    return 1.0


def _signal(visit: Visit, step: int, site: Site, result: Harvest, ledger: Ledger, thorough: bool) -> Signal:
    outputs, inputs = visit.outputs or Moments(), visit.inputs
    signal_in, offset_in = _split(inputs)
    signal, offset = _split(visit.outputs)
    transmission = _transmission(visit)
    units = _units(visit, site, result, ledger)
    return Signal(
        step=step,
        site=site.index,
        rows=outputs.rows,
        signal_in=signal_in,
        offset_in=offset_in,
        signal=signal,
        offset=offset,
        minimum=outputs.minimum,
        maximum=outputs.maximum,
        gradient_in=_gradient(visit.slot_in, result.loss_scale),
        gradient=_gradient(visit.slot_out, result.loss_scale),
        **transmission,
        **units,
        distinct_units=_distinct(visit.outputs) if thorough and site.kind == "affine" else -1,
        nonfinite_in=int(not _finite(inputs)),
        nonfinite=int(not _finite(visit.outputs)),
        nonfinite_gradient_in=int(not _heard_finite(visit.slot_in)),
        nonfinite_gradient=int(not _heard_finite(visit.slot_out)),
        extra=_extra(visit),
    )


def _split(moments: Moments | None) -> tuple[float, float]:
    """(signal, offset): what depends on the input, and what does not."""
    if moments is None or moments.mean is None or moments.variance is None:
        return NAN, NAN
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(moments.variance.mean())), float(np.sqrt((moments.mean**2).mean()))


def _gradient(slot: Slot | None, scale: float) -> float:
    return NAN if slot is None else slot.rms() / scale


def _transmission(visit: Visit) -> dict[str, float]:
    found = visit.slopes
    if found is None or found.square is None or found.mean is None:
        return {}
    passes = found.square > 0
    bent = 1 - found.mean[passes] ** 2 / found.square[passes]
    value = float(found.square.mean())
    return {
        "transmission": value,
        "transmission_share": value / slopes.best(visit.operation.function, visit.parameters),
        "nonlinearity": float(bent.mean()) if bent.size else NAN,
    }


def _units(visit: Visit, site: Site, result: Harvest, ledger: Ledger) -> dict[str, int]:
    """Silent, dead and saturated units of an activation, and how long each has been silent."""
    found = visit.slopes
    if found is None or found.alive is None or found.square is None or visit.inputs is None:
        return {}
    silent = found.alive == 0
    examples = visit.inputs.examples if visit.inputs.whole else visit.inputs.rows
    if visit.largest is not None:
        silent, examples = (visit.largest <= 0).cpu().numpy().reshape(-1), visit.inputs.examples
    silence = ledger.note(site.index, silent, examples)
    dead = silence.dead()
    if dead.any():
        result.silent[site.index] = [int(unit) for unit in np.flatnonzero(dead)]
    best = slopes.best(visit.operation.function, visit.parameters)
    return {
        "silent_units": int(silent.sum()),
        "dead_units": int(dead.sum()),
        "saturated_units": int(((found.square < _SATURATED * best) & ~silent).sum()),
    }


def _distinct(moments: Moments | None) -> int:
    """Units that differ from each other: two copies of one unit have the same mean and variance."""
    if moments is None or moments.mean is None or moments.variance is None or not moments.finite:
        return -1
    pairs = np.stack((moments.mean, np.sqrt(moments.variance)), axis=1)
    size = max(float(np.abs(pairs).max()), 1e-300)
    return int(np.unique(np.round(pairs / size, 6), axis=0).shape[0])


def _extra(visit: Visit) -> dict[str, Any]:
    if visit.operation.kind in ("loss", "input"):
        return losses.numbers(visit)
    energy = visit.slot_out.mean_square() if visit.slot_out is not None else None
    if visit.operation.kind == "affine" and energy is not None and energy.size:
        return {"gradient_silent_units": int((energy == 0).sum())}
    return {}


def _finite(moments: Moments | None) -> bool:
    return moments is None or moments.finite


def _heard_finite(slot: Slot | None) -> bool:
    value = slot.mean_square() if slot is not None else None
    return value is None or bool(np.isfinite(value).all())
