"""What a trial is told to do, and what it tells: plain data that goes from process to process as JSON."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

State = Literal["waiting", "finished", "exited", "exception", "killed", "timeout"]
COUNTER = "steps"  # file in a trial's folder: the step it is at, 8 bytes
Source = Literal["asked", "logged", "held-out", "printed"]
ENDED: tuple[State, ...] = ("finished", "exited")


@dataclass(frozen=True, slots=True)
class Order:
    """One trial: the user's script with ``texts`` (path -> source) in place of what is on disk.

    Attributes:
        kind: "file" or "module", as in ``gainstage run``.
        cwd: the folder that the script believes to run in.
        folder: the trial's own folder; everything that the script writes goes there.
        seed: added to every seed that the script sets; 0 leaves them as they are.
        steps: the optimizer step at which the trial stops and waits to be told how to go on; 0 for the end.
        seconds: stop and wait after so many seconds of training, too; 0 for never.
        watch: record a run file, so that the trial can be diagnosed.
        places: note where the script makes modules and optimizers.
        metric: regular expression for what the script prints, ``val_acc=([0-9.]+)``.
        threads: of torch, for each trial the same.
    """

    kind: Literal["file", "module"]
    name: str
    arguments: tuple[str, ...]
    cwd: str
    folder: str
    texts: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    steps: int = 0
    seconds: float = 0.0
    watch: bool = False
    places: bool = False
    metric: str = ""
    threads: int = 1

    @classmethod
    def read(cls, path: str | Path) -> Order:
        """The order that was written to ``path``."""
        values = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(**{**values, "arguments": tuple(values["arguments"])})

    def write(self, path: str | Path) -> None:
        """Write the order down for the process that will carry it out."""
        replace_text(path, json.dumps(asdict(self)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that the script printed or logged, and how many steps had been made by then.

    ``source``: it was asked for, it was logged, its words say that it is about held-out data, or it was just printed.
    """

    step: int
    name: str
    value: float
    source: Source = "asked"


@dataclass(frozen=True, slots=True)
class Score:
    """What one call of a loss function compared, as sums: enough for every yardstick, whatever the loss's scale.

    For classes ``right`` and ``total`` count by class; for numbers ``sums`` holds n, Σp, Σp², Σy, Σy², Σpy of
    predictions p and targets y. ``loss`` is the call's own value, nan where it is not one number.
    """

    step: int
    held_out: bool
    function: str  # with its settings: two calls of the same one mean the same
    loss: float
    binary: bool = False
    right: tuple[float, ...] = ()
    total: tuple[float, ...] = ()
    sums: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """How far a trial has come: the loss of every optimizer step, and whatever else tells how well it learns.

    Attributes:
        losses: what ``backward()`` was called on, unscaled, one number a step (the mean over its passes).
        seconds: of training, without waiting; ``step_seconds`` of one step; ``memory`` in bytes at its largest.
        text: the exception's last line where it ended so; ``output`` is the end of what it printed.
        places: what ``prescribe.places`` collected; ``files`` are the user's own files that were imported.
    """

    state: State
    steps: int = 0
    losses: tuple[float, ...] = ()
    scores: tuple[Score, ...] = ()
    readings: tuple[Reading, ...] = ()
    exit_code: int = 0
    text: str = ""
    output: str = ""
    seconds: float = 0.0
    step_seconds: float = math.nan
    memory: int = 0
    places: dict[str, Any] | None = None
    files: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | Path) -> Course:
        """The course that was written to ``path``."""
        return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Course:
        """The reverse of :meth:`as_json`."""
        values = dict(data)
        for name, kind in (("scores", Score), ("readings", Reading)):
            values[name] = tuple(kind(**{key: _frozen(item) for key, item in row.items()}) for row in values[name])
        return cls(**{key: _frozen(item) for key, item in values.items()})

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``json.dumps``."""
        return {name.name: _plain(getattr(self, name.name)) for name in fields(self)}

    def write(self, path: str | Path) -> None:
        """Write it down in one move: the reader sees this course or the one before, never half of one."""
        replace_text(path, json.dumps(self.as_json()))

    @property
    def broke(self) -> bool:
        """Whether the script failed, or its loss is no longer a number."""
        return self.state not in (*ENDED, "waiting") or bool(self.losses and not math.isfinite(self.losses[-1]))


def replace_text(path: str | Path, text: str) -> None:
    """Write ``text`` so that nobody ever reads half of it."""
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def _plain(value: Any) -> Any:
    return [asdict(row) for row in value] if value and isinstance(value, tuple) and _is_record(value[0]) else value


def _is_record(value: Any) -> bool:
    return isinstance(value, (Score, Reading))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
