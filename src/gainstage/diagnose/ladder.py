"""The chain of stages as rows of numbers: what a report shows of a network, one rung per stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gainstage.diagnose.decibels import decibels
from gainstage.diagnose.expected import expected
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.record.schema import Site

NAN = float("nan")
ALIKE_DB = 6.0  # neighbours whose gains differ by less than a factor of two are one line when folded
WORTH_FOLDING = 3


@dataclass(frozen=True, slots=True)
class Rung:
    """One stage, late in the run: levels in dB, shares in 0...1, ``nan`` where nothing was measured.

    ``function`` is the activation, "" for a stage whose nonlinearity is inside its operation.

    ``signal_db`` is what the next stage receives against what the network's first stage received,
    ``gradient_db`` the gradient at the stage's affine output against the same at the network's last stage.
    ``place`` is ``site`` without the operation; ``members`` are the names by which findings may point at the stage:
    its sites and parameters.
    """

    number: int
    site: str
    place: str
    root: str
    operation: str
    function: str
    source_line: str = ""
    members: tuple[str, ...] = ()
    signal: float = NAN
    signal_db: float = NAN
    gradient: float = NAN
    gradient_db: float = NAN
    forward_db: float = NAN
    backward_db: float = NAN
    share_db: dict[str, float] = field(default_factory=dict)
    expected_forward_db: float = NAN
    expected_backward_db: float = NAN
    transmission: float = NAN
    transmission_share: float = NAN
    dead_share: float = NAN
    saturated_share: float = NAN
    update_ratio: float = NAN
    residual: bool = False
    normalised: bool = False
    is_output: bool = False

    @property
    def expected_signal_db(self) -> float:
        """The level that theory expects behind the stage, given the one that was measured before it."""
        return self.signal_db - self.forward_db + self.expected_forward_db


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of neighbouring rungs told in one line; pairs are the smallest and the largest value."""

    first: int
    last: int
    root: str
    functions: tuple[str, ...]
    forward_db: tuple[float, float]
    backward_db: tuple[float, float]
    dead_share: tuple[float, float]
    update_ratio: tuple[float, float]

    @property
    def count(self) -> int:
        """How many rungs the line stands for."""
        return self.last - self.first + 1


def ladder(view: View) -> tuple[Rung, ...]:
    """One rung per stage in execution order, each number the median over the late samples.

    Levels are relative within one network (``Site.root``), so a generator and its discriminator do not mix.
    """
    references = {root: _references(view, root) for root in {stage.site.root for stage in view.stages}}
    return tuple(
        _rung(view, stage, number, *references[stage.site.root]) for number, stage in enumerate(view.stages, start=1)
    )


def _rung(view: View, stage: Stage, number: int, signal_reference: float, gradient_reference: float) -> Rung:
    late = view.late
    backward = view.backward_db(stage)
    at = _typical_index(backward, late)
    signal, gradient = _typical(view.post(stage), late), _typical(view.gradient(stage), late)
    activation, theory = stage.activation, expected(view, stage)
    return Rung(
        number=number,
        site=stage.name,
        place=_place(stage.site),
        root=stage.site.root,
        operation=stage.site.operation,
        function=stage.function if activation or stage.site.kind not in ("attention", "recurrent") else "",
        source_line=stage.site.source_line,
        members=_members(stage),
        signal=signal,
        signal_db=float(decibels(signal, signal_reference)),
        gradient=gradient,
        gradient_db=float(decibels(gradient, gradient_reference)),
        forward_db=_typical(view.forward_db(stage), late),
        # One sample, so that the shares sum to the gain exactly: medians would not.
        backward_db=float(backward[at]) if at is not None else NAN,
        share_db={} if at is None else {name: float(share[at]) for name, share in view.shares_db(stage).items()},
        expected_forward_db=theory.forward_db,
        expected_backward_db=theory.backward_db,
        transmission=_typical(view.signal(activation, "transmission"), late) if activation else NAN,
        transmission_share=_typical(view.signal(activation, "transmission_share"), late) if activation else NAN,
        dead_share=_unit_share(view, stage, "dead_units"),
        saturated_share=_unit_share(view, stage, "saturated_units"),
        update_ratio=_typical(view.update(stage.weight, "ratio"), late) if stage.weight else NAN,
        residual=stage.residual,
        normalised=stage.normalised,
        is_output=stage.is_output,
    )


def fold(
    rungs: Sequence[Rung], keep: Collection[int], kinds: Mapping[int, str], limit: int = 20
) -> tuple[Rung | Fold, ...]:
    """``rungs`` with neighbours that are alike told in one line each.

    Args:
        rungs: the whole ladder.
        keep: numbers of rungs that must stay visible.
        kinds: number of a rung -> a mark that keeps it apart from neighbours with another mark or none.
        limit: rows above which neighbours are folded even when their gains differ.
    """
    if len(rungs) <= limit // 2:
        return tuple(rungs)
    alike = _rows(rungs, keep, kinds, alike=True)
    return alike if len(alike) <= limit else _rows(rungs, keep, kinds, alike=False)


def _rows(
    rungs: Sequence[Rung], keep: Collection[int], kinds: Mapping[int, str], *, alike: bool
) -> tuple[Rung | Fold, ...]:
    rows: list[Rung | Fold] = []
    group: list[Rung] = []
    for rung in rungs:
        apart = bool(group) and (rung.root, kinds.get(rung.number)) != (group[0].root, kinds.get(group[0].number))
        if group and (apart or rung.number in keep or (alike and not _alike(rung, group[0]))):
            rows += _folded(group)
            group = []
        if rung.number in keep:
            rows.append(rung)
        else:
            group.append(rung)
    return (*rows, *_folded(group))


def _alike(rung: Rung, first: Rung) -> bool:
    same = (rung.operation, rung.function) == (first.operation, first.function)
    return same and _near(rung.forward_db, first.forward_db) and _near(rung.backward_db, first.backward_db)


def _near(a: float, b: float) -> bool:
    return a == b or bool(np.isnan(a) and np.isnan(b)) or abs(a - b) < ALIKE_DB


def _folded(group: list[Rung]) -> list[Rung] | list[Fold]:
    if len(group) < WORTH_FOLDING:
        return group
    return [
        Fold(
            first=group[0].number,
            last=group[-1].number,
            root=group[0].root,
            functions=tuple(dict.fromkeys(rung.function or rung.operation for rung in group)),
            forward_db=_range([rung.forward_db for rung in group]),
            backward_db=_range([rung.backward_db for rung in group]),
            dead_share=_range([rung.dead_share for rung in group]),
            update_ratio=_range([rung.update_ratio for rung in group]),
        )
    ]


def _range(values: list[float]) -> tuple[float, float]:
    seen = [value for value in values if not np.isnan(value)]
    return (min(seen), max(seen)) if seen else (NAN, NAN)


def _references(view: View, root: str) -> tuple[float, float]:
    """The signal that enters the network and the gradient at its last stage: the ladder's 0 dB."""
    stages = [stage for stage in view.stages if stage.site.root == root]
    entering = _typical(view.signal(stages[0].site, "signal_in"), view.late)
    if not entering > 0:  # an embedding receives indices, which have no level
        entering = _typical(view.pre(stages[0]), view.late)
    last = next((stage for stage in reversed(stages) if stage.is_output), stages[-1])
    return entering, _typical(view.gradient(last), view.late)


def _place(site: Site) -> str:
    return (site.module or site.root or site.operation) + (f"#{site.call}" if site.call else "")


def _members(stage: Stage) -> tuple[str, ...]:
    sites = (stage.site, *stage.followers)
    parameters = tuple(parameter.name for parameter in (stage.weight, stage.bias) if parameter)
    return (stage.name, *(site.name for site in sites), *parameters)


def _unit_share(view: View, stage: Stage, column: str) -> float:
    site = stage.activation
    return _typical(view.signal(site, column), view.late) / site.units if site and site.units else NAN


def _typical(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    at = _typical_index(values, mask)
    return NAN if at is None else float(values[at])


def _typical_index(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> int | None:
    """Index of the lower median among the masked samples (among all, when those hold no number)."""
    candidates = np.flatnonzero(mask & ~np.isnan(values))
    if not candidates.size:
        candidates = np.flatnonzero(~np.isnan(values))[-1:]
    if not candidates.size:
        return None
    ranked = candidates[np.argsort(values[candidates], kind="stable")]
    return int(ranked[(len(ranked) - 1) // 2])
