"""What charts show of a run: stages over time, thinned to what the eye can tell apart, and the ends of the chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainstage.diagnose.ladder import Rung
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View

Matrix = NDArray[np.float64]
ROWS, COLUMNS = 60, 48  # cells of a map at most; beyond that neighbours share one
USUAL_UPDATE = 1e-3  # of a weight's size in one step: where trainings that go well are


@dataclass(frozen=True, slots=True)
class Map:
    """One quantity by stage and time. Where cells were merged, ``values`` holds the most remarkable of their values.

    ``stages`` and ``steps`` are the first and the last number that a row or a column stands for; a value is ``nan``
    where nothing was measured.
    """

    name: str
    stages: tuple[tuple[int, int], ...]
    steps: tuple[tuple[int, int], ...]
    values: tuple[tuple[float, ...], ...]


def maps(view: View) -> tuple[Map, ...]:
    """Transmission, dead units and update ratio of every stage over the sampled steps; those that were measured."""
    sources: tuple[tuple[str, Callable[[Stage], Matrix], Callable[[Matrix], Matrix]], ...] = (
        ("transmission", lambda stage: _of_activation(view, stage, "transmission"), lambda v: -v),
        ("dead_share", lambda stage: _dead_share(view, stage), lambda v: v),
        ("update_ratio", lambda stage: _update_ratio(view, stage), _unusual),
    )
    made = (
        _map(name, view, [column(stage) for stage in view.stages], remarkable) for name, column, remarkable in sources
    )
    return tuple(each for each in made if each is not None)


def _of_activation(view: View, stage: Stage, column: str) -> Matrix:
    return view.signal(stage.activation, column) if stage.activation else np.full(len(view.steps), np.nan)


def _dead_share(view: View, stage: Stage) -> Matrix:
    units = stage.activation.units if stage.activation else 0
    return _of_activation(view, stage, "dead_units") / units if units else np.full(len(view.steps), np.nan)


def _update_ratio(view: View, stage: Stage) -> Matrix:
    return view.update(stage.weight, "ratio") if stage.weight else np.full(len(view.steps), np.nan)


def _unusual(ratios: Matrix) -> Matrix:
    with np.errstate(divide="ignore"):
        return np.abs(np.log10(ratios / USUAL_UPDATE))


def _map(name: str, view: View, rows: list[Matrix], remarkable: Callable[[Matrix], Matrix]) -> Map | None:
    if not rows or np.all(np.isnan(rows)):
        return None
    values = np.array(rows)
    stage_parts, step_parts = _parts(values.shape[0], ROWS), _parts(values.shape[1], COLUMNS)
    for axis, parts in ((0, stage_parts), (1, step_parts)):
        values = np.stack([_pick(np.take(values, part, axis), remarkable, axis) for part in parts], axis)
    steps = view.steps
    return Map(
        name,
        tuple((int(part[0]) + 1, int(part[-1]) + 1) for part in stage_parts),
        tuple((int(steps[part[0]]), int(steps[part[-1]])) for part in step_parts),
        tuple(tuple(float(value) for value in row) for row in values),
    )


def _parts(length: int, most: int) -> list[NDArray[np.intp]]:
    return np.array_split(np.arange(length), min(length, most))


def _pick(values: Matrix, remarkable: Callable[[Matrix], Matrix], axis: int) -> Matrix:
    """Along ``axis``, the value that is the most remarkable of those that were measured."""
    rank = np.where(np.isnan(values), -np.inf, remarkable(values))
    return np.take_along_axis(values, np.expand_dims(rank.argmax(axis), axis), axis).squeeze(axis)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in the numbers one looks at first; levels in dB, shares in 0...1, ``nan`` where nothing was measured.

    ``signal_db`` is at the last stage, ``gradient_db`` at the first; the slowest stage is the one whose weights move
    least in a step, ``deadest`` the one with the largest share of dead units.
    """

    signal_db: float = float("nan")
    gradient_db: float = float("nan")
    slowest_update: float = float("nan")
    slowest: str = ""
    dead_share: float = float("nan")
    deadest: str = ""


def summary(rungs: Sequence[Rung]) -> Summary:
    """The ends and the extremes of a chain."""
    if not rungs:
        return Summary()
    moving = [rung for rung in rungs if rung.update_ratio == rung.update_ratio]
    counted = [rung for rung in rungs if rung.dead_share == rung.dead_share]
    slow = min(moving, key=lambda rung: rung.update_ratio, default=None)
    dead = max(counted, key=lambda rung: rung.dead_share, default=None)
    return Summary(
        signal_db=rungs[-1].signal_db,
        gradient_db=rungs[0].gradient_db,
        slowest_update=slow.update_ratio if slow else float("nan"),
        slowest=slow.place if slow else "",
        dead_share=dead.dead_share if dead else float("nan"),
        deadest=dead.place if dead and dead.dead_share > 0 else "",
    )
