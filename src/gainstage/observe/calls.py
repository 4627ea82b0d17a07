"""Which visits are one site: calls that do the same to what comes from the same place.

A policy that is asked once for every move of a game, the two towers of a Siamese network, the ``x[:, t]`` of a
sequence: the same operation with the same weight on fresh data is one site with a larger batch. A recurrent cell is
different: each call is fed by the one before, so each is a site of its own, in the order of time. So are two calls
that read the very same tensor, or parts of it (the gates of an LSTM).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gainstage.observe.visits import Key, Moments, Slot, Visit

Identity = tuple[object, ...]
_NOTHING, _UNHEARD = Moments(), Slot()


def counted(visits: Sequence[Visit]) -> list[Visit]:
    """Number the calls of each site, gather those that are one call, and leave out what tells nothing.

    Of several backward passes (micro-batches, a GAN's two batches) the first one that made a call counts.
    """
    fed = _feeding_weights(visits)
    numbers: defaultdict[tuple[int, Key], dict[Identity, int]] = defaultdict(dict)
    readers: defaultdict[Identity, int] = defaultdict(int)
    leaders: dict[tuple[Key, int], Visit] = {}
    for visit in visits:
        known, identity = numbers[visit.turn, visit.key], _identity(visit)
        read = (visit.key, identity, *map(id, visit.sources))
        visit.call = known.setdefault((*identity, readers[read]), len(known))
        readers[read] += bool(visit.sources)
        if not _is_telling(visit, fed):
            continue
        leader = leaders.setdefault((visit.key, visit.call), visit)
        if leader is not visit and leader.turn == visit.turn:
            leader.twins.append(visit)
    return list(leaders.values())


def _feeding_weights(visits: Sequence[Visit]) -> set[int]:
    """Visits whose output goes on into something with weights, through whatever lies between."""
    found: set[int] = set()
    for visit in reversed(visits):
        if visit.weight is not None or id(visit) in found:
            found.update(map(id, visit.sources))
    return found


def _identity(visit: Visit) -> Identity:
    """Equal for calls that are one site; every source has its number by now."""
    sources = {(source.turn, source.key, source.call) for source in visit.sources}
    units = visit.outputs.units if visit.outputs is not None else -1
    return id(visit.weight), frozenset(sources), visit.via, units, visit.unit_dim, visit.reader


def _is_telling(visit: Visit, fed: set[int]) -> bool:
    """Arithmetic is recorded only where it breaks; a difference only where no layer follows, as in a loss."""
    if visit.operation.name == "residual":
        return id(visit) not in fed
    if visit.operation.kind != "math":
        return True
    heard = (visit.slot_in or _UNHEARD).finite and (visit.slot_out or _UNHEARD).finite
    return not ((visit.outputs or _NOTHING).finite and heard)
