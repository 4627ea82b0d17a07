"""A recorded run in memory: the questions that rules and reports may ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gainstage.display import as_html
from gainstage.errors import GainstageError
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update, columns
from gainstage.record.series import Series


class Run:
    """One watched process, or the ranks of a distributed one merged, read-only.

    Every array is aligned with ``steps``, the samples that were loaded. ``sampled`` is the number of samples that the
    file holds; a long file is thinned on loading, so ``steps`` may be fewer. ``saved_findings`` are the findings that
    were written into the file, as plain data. ``ranks`` are the runs that were merged, in order; empty for one process.
    """

    def __init__(
        self,
        info: RunInfo,
        sites: tuple[Site, ...],
        parameters: tuple[Parameter, ...],
        steps: tuple[Step, ...],
        signals: Iterable[Signal] | Series,
        updates: Iterable[Update] | Series,
        events: tuple[Event, ...],
        path: str = "",
        sampled: int | None = None,
        units: Mapping[int, Sequence[int]] | None = None,
        saved_findings: tuple[dict[str, Any], ...] = (),
        ranks: tuple[Run, ...] = (),
    ) -> None:
        """Hold the records of one run; signals and updates of steps that are not in ``steps`` are left out."""
        self.info: Final = info
        self.sites: Final = sites
        self.parameters: Final = parameters
        self.steps: Final = steps
        self.events: Final = events
        self.path: Final = path
        self.sampled: Final[int] = len(steps) if sampled is None else sampled
        self.saved_findings: Final = saved_findings
        self.ranks: Final = ranks
        self._numbers = [s.step for s in steps]
        self.signals: Final = signals if isinstance(signals, Series) else Series.of(Signal, self._numbers, signals)
        self.updates: Final = updates if isinstance(updates, Series) else Series.of(Update, self._numbers, updates)
        self._units = {site: tuple(silent) for site, silent in (units or {}).items()}
        self._sites = {site.index: site for site in sites}
        self._parameters = {parameter.name: parameter for parameter in parameters}

    def __repr__(self) -> str:
        place = self.path or "in memory"
        return f"Run({place}, {self.info.outcome}, {self.sampled} samples, {len(self.sites)} sites)"

    _repr_html_ = as_html

    def signal(self, site_index: int, column: str) -> NDArray[np.float64]:
        """A column of :class:`Signal` at one site, shape (samples,); nan where it was not seen or not measured."""
        return self.signals.array(site_index, column)

    def signal_extra(self, site_index: int, key: str) -> list[Any]:
        """What the site's ``extra`` holds under ``key``, one value per sample, None where missing."""
        return self.signals.extra(site_index, key, self._numbers)

    def update(self, parameter_index: int, column: str) -> NDArray[np.float64]:
        """A column of :class:`Update` for one parameter, shape (samples,); nan where it was not seen."""
        return self.updates.array(parameter_index, column)

    def step(self, column: str) -> NDArray[Any]:
        """A column of :class:`Step`, shape (samples,): float64 for numbers and flags, text for the optimizer's name.

        Raises :class:`GainstageError` for a column that a step does not have.
        """
        if column not in columns(Step):
            raise GainstageError(f"no step column {column!r}; there are {', '.join(columns(Step))}")
        values = [getattr(s, column) for s in self.steps]
        if column == "optimizer":
            return np.array(values, dtype=np.str_)
        return np.array(values, dtype=object if column in ("settings", "extra") else np.float64)

    def site(self, index: int) -> Site | None:
        """The site with this index, or None."""
        return self._sites.get(index)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this qualified name, or None."""
        return self._parameters.get(name)

    def silent_units(self, site_index: int) -> tuple[int, ...]:
        """Indices of the units that were silent at this site when they were last written down."""
        return self._units.get(site_index, ())
