"""From a configuration to an installed observer and a run file; imports torch only when it is installed."""

from __future__ import annotations

import os
import platform
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage.config import Config
from gainstage.errors import GainstageError
from gainstage.observe.imports import ImportWatch, after_import
from gainstage.observe.ranks import Rank, current_rank
from gainstage.observe.schedule import Schedule
from gainstage.record.schema import Event, Outcome, RunInfo
from gainstage.record.sink import Memory, Sink
from gainstage.record.writer import Writer

if TYPE_CHECKING:
    from gainstage.observe.observer import Observer


class Session:
    """One watched training. ``close`` must be called; ``disabled_reason`` says why observing stopped early, if so."""

    def __init__(self, config: Config, sink: Sink, info: RunInfo, path: Path | None) -> None:
        self.config = config
        self.sink = sink
        self.info = info
        self.run_path = path
        self.disabled_reason = ""
        self.observer: Observer | None = None
        self._compiler: ImportWatch | None = None

    @classmethod
    def open(cls, config: Config, argv: tuple[str, ...], script: str, launcher: int = 0) -> Session:
        """Start a run file named by ``config.output``, or after the script; of many ranks all in one folder.

        ``launcher`` is the process that has started this machine's ranks, where that is not this one's parent.

        Raises:
            RecordingFailed: when no file can be made there.
        """
        rank = current_rank(launcher)
        info = _info(config, argv, script, rank)
        base = Path(config.output or Path(script).stem or "run")
        if rank.world_size > 1:
            writer = Writer.join(base, info, rank=rank.rank, job=rank.job)
        else:
            writer = Writer.create(base, info)
        return cls(config, writer, info, writer.path.parent)

    @classmethod
    def in_memory(cls, config: Config, script: str = "") -> Session:
        """A session without a file."""
        info = _info(config, tuple(sys.argv), script, current_rank())
        return cls(config, Memory(info), info, None)

    def install(self) -> None:
        """Begin to watch; imports torch."""
        from gainstage.observe.observer import Observer

        config = self.config
        schedule = Schedule(config.budget, config.every or None, config.steps or None)
        self.observer = Observer(self.sink, schedule, self._switched_off, source=config.source)
        self._compiler = after_import({"torch._dynamo": self.observer.run_eagerly})
        self.observer.install()
        self.info = replace(self.info, versions=_versions())

    def close(self, outcome: str, exit_code: int | None = None, text: str = "") -> None:
        """Stop watching and write down how it ended; everything is taken away even where writing fails."""
        if self._compiler is not None:
            self._compiler.uninstall()
        try:
            if self.observer is not None:
                self.observer.close()
            ended: Outcome = outcome if outcome in ("exited", "exception", "interrupted") else "finished"  # type: ignore[assignment]
            if text:
                step = self.observer.step if self.observer is not None else 0
                self.sink.event(Event(time.time() - self.info.started, step, ended, text))
            self.info = replace(self.info, ended=time.time(), outcome=ended, exit_code=exit_code)
            self.sink.update_info(self.info)
        except GainstageError as error:
            self._switched_off(str(error))
        finally:
            with suppress(GainstageError):  # a disk that filled up has been reported above
                self.sink.close()

    def clean(self, error: BaseException) -> None:
        """Take our frames out of an exception that passes through the watched code."""
        if self.observer is not None:
            self.observer.clean(error)

    @property
    def line(self) -> str:
        """What was looked at and what it cost."""
        if self.observer is None:
            return "torch was never imported"
        schedule = self.observer.schedule
        return f"looked at {schedule.samples:,} of {self.observer.step:,} steps; cost {schedule.spent:.2f} s"

    def _switched_off(self, reason: str) -> None:
        """The training goes on; the run file keeps what it has."""
        self.disabled_reason = reason
        print(f"gainstage: stopped watching, the training goes on: {reason}", file=sys.stderr)
        step = self.observer.step if self.observer is not None else 0
        try:
            self.sink.event(
                Event(time.time() - self.info.started, step, "observer-error", f"stopped watching: {reason}")
            )
        except GainstageError:
            return  # most likely the reason itself: the file cannot be written


def _info(config: Config, argv: tuple[str, ...], script: str, rank: Rank) -> RunInfo:
    return RunInfo(
        identifier=uuid.uuid4().hex,
        argv=argv,
        script=script,
        started=time.time(),
        rank=rank.rank,
        world_size=rank.world_size,
        process=os.getpid(),
        host=platform.node() if rank.world_size > 1 else "",
        budget=config.budget,
        versions=_versions(),
    )


def _versions() -> dict[str, Any]:
    from gainstage import __version__

    found = {"gainstage": __version__, "python": platform.python_version(), "platform": platform.platform()}
    torch = sys.modules.get("torch")
    return {**found, "torch": str(torch.__version__)} if torch is not None else found
