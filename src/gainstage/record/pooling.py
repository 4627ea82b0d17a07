"""Numbers of several ranks as one: every column is a sum of what the ranks saw, or an extreme of it.

What was not measured on a rank (nan) is left out; that it was not finite there, the flags tell. Weights are the rows
that a rank looked at, or the entries of a parameter that it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gainstage.record.schema import Signal, Update
from gainstage.record.series import numeric_columns

Array = NDArray[np.float64]
# square: root of the mean square; a fault of units is counted where it is on every rank (least).
Way = Literal["sum", "square", "mean", "least", "most"]

_WAYS: Final[Mapping[str, Way]] = MappingProxyType(
    {
        "rows": "sum",
        **dict.fromkeys(("signal_in", "offset_in", "signal", "offset", "gradient_in", "gradient"), "square"),
        **dict.fromkeys(("minimum", "silent_units", "dead_units", "saturated_units"), "least"),
        **dict.fromkeys(("transmission", "transmission_share", "nonlinearity", "mean", "one_sign"), "mean"),
        **dict.fromkeys(("weight", "update"), "square"),
        **dict.fromkeys(("maximum", "distinct_units", "largest", "has_gradient"), "most"),
        **dict.fromkeys(("nonfinite", "nonfinite_in", "nonfinite_gradient", "nonfinite_gradient_in"), "most"),
    }
)


class Groups:
    """Rows of several ranks, those of one step and one site (or parameter) side by side."""

    def __init__(self, record: type, tables: Sequence[Array], weights: Sequence[Array]) -> None:
        """``tables`` are rows as :class:`~gainstage.record.series.Series` keeps them, a weight for each row."""
        rows, weight = np.concatenate(tables), np.concatenate(weights)
        order = np.lexsort((rows[:, 0], rows[:, 1]))
        self.names: Final = numeric_columns(record)
        self.rows, self.weight = rows[order], weight[order]
        changes = np.any(np.diff(self.rows[:, :2], axis=0) != 0, axis=1)
        self.starts: Final = np.flatnonzero(np.append(True, changes)) if len(rows) else np.zeros(0, dtype=np.intp)

    def column(self, name: str) -> Array:
        """All ranks' values, grouped."""
        return self.rows[:, self.names.index(name)]

    def total(self, values: Array) -> Array:
        """The sum of each group."""
        return np.add.reduceat(values, self.starts) if self.starts.size else np.zeros(0)

    def pooled(self, name: str, way: Way) -> Array:
        """One value for each group; nan where no rank has one."""
        values = self.column(name)
        seen = ~np.isnan(values)
        if way in ("least", "most"):
            reduce, none = (np.fmin, np.inf) if way == "least" else (np.fmax, -np.inf)
            found = reduce.reduceat(np.where(seen, values, none), self.starts) if self.starts.size else values
            return np.where(self.total(seen.astype(np.float64)) > 0, found, np.nan)
        if way == "sum":
            return self.total(np.where(seen, values, 0.0))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            powers = values**2 if way == "square" else values
            mean = self.total(np.where(seen, self.weight * powers, 0.0)) / self.total(np.where(seen, self.weight, 0.0))
        return np.sqrt(mean) if way == "square" else mean

    def table(self, changed: Mapping[str, Array]) -> Array:
        """The merged rows, with the columns ``changed`` instead of what their way would give."""
        keys = self.rows[self.starts, :2]
        columns = [changed.get(name, None) for name in self.names[2:]]
        found = [
            self.pooled(name, _WAYS[name]) if column is None else column
            for name, column in zip(self.names[2:], columns, strict=True)
        ]
        return np.column_stack((keys, *found))


def signals(tables: Sequence[Array], scalars: set[int]) -> Array:
    """Rows of ``Signal``. The sites ``scalars`` hold one number, a loss, which the ranks average as DDP does."""
    position = numeric_columns(Signal).index("rows")
    groups = Groups(Signal, tables, [table[:, position] for table in tables])
    single = np.isin(groups.rows[groups.starts, 1], list(scalars))
    ends: tuple[tuple[str, Way], ...] = (("minimum", "least"), ("maximum", "most"))
    changed = {
        name: np.where(single, groups.pooled(name, "mean"), groups.pooled(name, extreme)) for name, extreme in ends
    }
    return groups.table(changed)


def updates(tables: Sequence[Array], held: Sequence[Array], whole: Mapping[int, int], sharded: set[int]) -> Array:
    """Rows of ``Update``.

    ``held`` is how many entries of the parameter the rank has in each row of its table, ``whole`` how many there are
    by parameter. The gradient's norm is that of the whole, whether ranks hold copies of it or parts.
    """
    groups = Groups(Update, tables, held)
    parameters = groups.rows[groups.starts, 1]
    entries = np.array([whole[int(index)] for index in parameters], dtype=np.float64)
    parts = np.isin(parameters, list(sharded))
    with np.errstate(invalid="ignore", divide="ignore"):
        changed = {
            # Each rank's mean square of its part, times the entries of the whole.
            "gradient": np.sqrt(_mean_square_of_norms(groups) * entries),
            "ratio": groups.pooled("update", "square") / groups.pooled("weight", "square"),
            # Rows of one shard are not compared with another's.
            "distinct": np.where(parts, _unless_missing(groups, "distinct"), groups.pooled("distinct", "most")),
        }
    return groups.table(changed)


def _mean_square_of_norms(groups: Groups) -> Array:
    norms = groups.column("gradient")
    seen = ~np.isnan(norms)
    return groups.total(np.where(seen, norms**2, 0.0)) / groups.total(np.where(seen, groups.weight, 0.0))


def _unless_missing(groups: Groups, name: str) -> Array:
    """The sum over the ranks; nan where one of them has none."""
    return groups.total(groups.column(name))


def extras(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the ranks wrote into ``extra`` of one row, as one: a fault is counted where it is on every rank."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys(key for one in found for key in one):
        values = [one[key] for one in found if one.get(key) is not None]
        merged[key] = _combiner(key)(values) if values else None
    if {"target_mean", "target_std"} <= merged.keys() and merged["target_std"] is not None:
        means = [one["target_mean"] for one in found if one.get("target_mean") is not None]
        merged["target_std"] = float(np.hypot(merged["target_std"], np.std(means)))
    return merged


def _combiner(key: str) -> Callable[[list[Any]], Any]:
    if key.endswith("_counts"):
        return _sum_of_lists
    if key.endswith(("_max", "maximum")):
        return max
    if key.endswith("_mean"):
        return lambda values: float(np.mean(values))
    if key in ("target_std", "prediction_std"):
        return lambda values: float(np.sqrt(np.mean(np.square(values))))
    return lambda values: values[0] if isinstance(values[0], str | list) else min(values)


def _sum_of_lists(values: list[list[int]]) -> list[int]:
    total = np.zeros(max(map(len, values)), dtype=np.int64)
    for value in values:
        total[: len(value)] += value
    return total.tolist()
