"""Where observing puts what it saw: a file (:class:`~gainstage.record.writer.Writer`) or memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol, final

from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update

Units = Mapping[int, Sequence[int]]
NO_UNITS: Final[Units] = MappingProxyType({})


class Sink(Protocol):
    """Takes the records of one run in the order in which they are made; raises RecordingFailed where it cannot."""

    def site(self, site: Site) -> None:
        """Make a site known, or replace it; it is stored with the next sample."""
        ...

    def parameter(self, parameter: Parameter) -> None:
        """Make a parameter known, or replace it; it is stored with the next sample."""
        ...

    def sample(self, step: Step, signals: Sequence[Signal], updates: Sequence[Update], units: Units = NO_UNITS) -> None:
        """Store one sampled step, whole or not at all; ``units`` maps sites to their silent units' indices."""
        ...

    def event(self, event: Event) -> None:
        """Store something that happened once."""
        ...

    def update_info(self, info: RunInfo) -> None:
        """Replace what is known about the run, for example how it ended."""
        ...

    def findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """Replace the stored findings (plain data)."""
        ...

    def close(self) -> None:
        """Finish; closing twice does nothing."""
        ...


@final
class Memory:
    """A sink without a file, for a check of one batch."""

    def __init__(self, info: RunInfo) -> None:
        self._info = info
        self._sites: dict[int, Site] = {}
        self._parameters: dict[int, Parameter] = {}
        self._steps: dict[int, Step] = {}
        self._signals: list[Signal] = []
        self._updates: list[Update] = []
        self._events: list[Event] = []
        self._units: dict[int, Sequence[int]] = {}
        self._findings: tuple[dict[str, Any], ...] = ()

    def site(self, site: Site) -> None:
        self._sites[site.index] = site

    def parameter(self, parameter: Parameter) -> None:
        self._parameters[parameter.index] = parameter

    def sample(self, step: Step, signals: Sequence[Signal], updates: Sequence[Update], units: Units = NO_UNITS) -> None:
        self._steps[step.step] = step
        self._signals += signals
        self._updates += updates
        self._units |= units

    def event(self, event: Event) -> None:
        self._events.append(event)

    def update_info(self, info: RunInfo) -> None:
        self._info = info

    def findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        self._findings = tuple(dict(finding) for finding in findings)

    def close(self) -> None:
        """Nothing to finish."""

    def run(self) -> Run:
        """Everything so far as a run."""
        return Run(
            self._info,
            tuple(self._sites[index] for index in sorted(self._sites)),
            tuple(self._parameters[index] for index in sorted(self._parameters)),
            tuple(self._steps[number] for number in sorted(self._steps)),
            self._signals,
            self._updates,
            tuple(self._events),
            units=self._units,
            saved_findings=self._findings,
        )
