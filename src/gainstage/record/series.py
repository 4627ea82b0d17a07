"""Columns of numbers: one time series per site (or parameter) and field, aligned with the sampled steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from operator import attrgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gainstage.errors import GainstageError

Row = Sequence[Any]


def numeric_columns(record: type) -> tuple[str, ...]:
    """Fields of a ``Signal`` or ``Update`` that hold a number, in order; the two keys come first."""
    return tuple(f.name for f in fields(record) if f.default_factory is MISSING)


def _marks_absence(field: Field[Any]) -> bool:
    # A count has no nan, so the schema writes "not measured" as -1.
    return field.default == -1


class Series:
    """The numbers of one record type, grouped by site or parameter.

    Rows are kept once, in a ``(rows, columns)`` float64 array sorted by key, so memory grows with what was
    recorded and not with samples x sites. ``Signal`` and ``Update`` both begin with their keys: the step, then the
    index of the site or parameter; ``extras`` are by the same keys.
    """

    __slots__ = ("_columns", "_groups", "_positions", "extras", "length", "rows")

    def __init__(
        self, record: type, steps: Sequence[int], rows: NDArray[np.float64], extras: Mapping[tuple[int, int], Any]
    ) -> None:
        """Take rows of shape (rows, columns), columns as :func:`numeric_columns`; rows of other steps are left out."""
        names = numeric_columns(record)
        rows = rows.reshape(-1, len(names))
        position = {step: place for place, step in enumerate(steps)}
        places = np.array([position.get(step, -1) for step in rows[:, 0]], dtype=np.intp)
        order = np.argsort(rows[:, 1], kind="stable")
        order = order[places[order] >= 0]
        self.length: Final = len(steps)
        self._columns = {name: place for place, name in enumerate(names)}
        self._positions = places[order]
        self.rows: Final = rows[order]
        self.extras: Final = extras
        for name in (f.name for f in fields(record) if _marks_absence(f)):
            column = self.rows[:, self._columns[name]]
            column[column == -1] = np.nan
        keys, starts = np.unique(self.rows[:, 1], return_index=True)
        bounds = np.append(starts, len(order))
        self._groups = {int(key): slice(bounds[k], bounds[k + 1]) for k, key in enumerate(keys)}

    @classmethod
    def of(cls, record: type, steps: Sequence[int], records: Iterable[Any]) -> Series:
        """Collect ``Signal`` or ``Update`` records; a later record of the same step and index replaces an earlier."""
        names = numeric_columns(record)
        key, values = attrgetter(*names[:2]), attrgetter(*names)
        held = {key(r): r for r in records}
        rows = np.array([values(r) for r in held.values()], dtype=np.float64)
        extras = {where: r.extra for where, r in held.items() if getattr(r, "extra", None)}
        return cls(record, steps, rows, extras)

    def array(self, index: int, column: str) -> NDArray[np.float64]:
        """One column of one site or parameter, shape (samples,); nan where it was not seen or not measured.

        Raises :class:`GainstageError` for a column that the record does not have.
        """
        if column not in self._columns:
            raise GainstageError(f"no column {column!r} in this run; it has {', '.join(self._columns)}")
        out = np.full(self.length, np.nan)
        group = self._groups.get(index, slice(0, 0))
        out[self._positions[group]] = self.rows[group, self._columns[column]]
        return out

    def extra(self, index: int, key: str, steps: Sequence[int]) -> list[Any]:
        """The values kept under ``key`` in ``extra``, one per step, None where there is none."""
        return [self.extras.get((step, index), {}).get(key) for step in steps]
