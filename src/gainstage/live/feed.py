"""What the live page shows now: run files looked at again whenever they have changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gainstage.diagnose.engine import diagnose
from gainstage.errors import GainstageError, UnreadableRun
from gainstage.record.database import Database
from gainstage.record.reader import alive, load
from gainstage.record.run import Run
from gainstage.record.tables import FOLDER_SUFFIX, rank_file
from gainstage.show import html
from gainstage.show.page.markup import Markup, tag
from gainstage.show.report import near
from gainstage.show.sheet import Sheet, sheet

_PULSE = 'SELECT count(*), max("step"), (SELECT "loss" FROM "step" ORDER BY "step" DESC LIMIT 1) FROM "step"'
SLACK = 2.0  # seconds between two clocks that are the same: file systems keep time coarsely


@dataclass(slots=True)
class Source:
    """One run file that is followed; ``base`` and ``since`` describe a run that is yet to begin."""

    folder: Path | None = None
    rank: int = 0
    base: Path | None = None
    since: float = 0.0
    seen: tuple[tuple[int, int], ...] = ()
    run: Run | None = None
    sheet: Sheet | None = None
    trouble: str = ""

    @property
    def file(self) -> Path | None:
        """The run file, once there is one."""
        if self.folder is None and self.base is not None:
            self.folder = begun(self.base, self.since)
        if self.folder is None or self.folder.is_file():
            return self.folder
        return self.folder / rank_file(self.rank)

    def changed(self) -> bool:
        """Whether the file, its log or the state of the process that writes it differ from when they were last seen."""
        file = self.file
        if file is None:
            return False
        now = tuple(_stamp(Path(f"{file}{suffix}")) for suffix in ("", "-wal"))
        ended = self.run is not None and self.run.info.outcome == "running" and not alive(self.run.info.process)
        if now == self.seen and not ended:
            return False
        self.seen = now
        return True

    def read(self) -> None:
        """Load and diagnose; where that fails the last good sheet stays, with the reason beside it."""
        try:
            assert self.file is not None
            self.run = load(self.file)
            self.sheet, self.trouble = sheet(diagnose(self.run)), ""
        except GainstageError as error:
            self.trouble = str(error)
        except Exception as error:  # a fault of ours with this run: the other runs, and what was shown, stay
            self.trouble = f"a fault of gainstage: {type(error).__name__}: {error}"

    def pulse(self) -> str:
        """One line: how far the run is."""
        file = self.file
        if file is None:
            return "waiting for the first step"
        try:
            with Database.open(file) as database:
                ((samples, step, loss),) = database.rows(_PULSE)
        except (UnreadableRun, ValueError):
            return self.trouble or "not readable yet"
        if not samples:
            return f"{near(str(file))}: no sample yet"
        told = "" if not isinstance(loss, float) else f" · loss {loss:.4g}"
        return f"{near(str(file))}: step {int(step):,}{told} · {int(samples):,} samples"


def begun(base: Path, since: float) -> Path | None:
    """The run folder named after ``base`` that was made at ``since`` (seconds since 1970) or later, the newest."""
    stem = base.name.removesuffix(FOLDER_SUFFIX)
    found = []
    for folder in base.parent.glob("*" + FOLDER_SUFFIX):
        rest = folder.name.removesuffix(FOLDER_SUFFIX).removeprefix(stem)
        ours = folder.name.startswith(stem) and (not rest or (rest[0] == "-" and rest[1:].isdecimal()))
        if ours and (folder / rank_file(0)).is_file() and folder.stat().st_mtime >= since - SLACK:
            found.append((folder.stat().st_mtime, folder))
    return max(found)[1] if found else None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return (0, 0)
    return (about.st_mtime_ns, about.st_size)


@dataclass(slots=True)
class Feed:
    """The page's present state, renewed by :meth:`look`; reading another thread's half-made state is not possible,
    since ``made`` is replaced as a whole."""

    sources: Sequence[Source]
    made: dict[str, html.Parts] = field(default_factory=dict)
    pulse: str = ""
    seconds: float = 0.0  # what the last look took

    @property
    def sections(self) -> dict[str, Markup]:
        """All sections by key."""
        return {key: section for part in self.made.values() for key, section in part.items()}

    @property
    def title(self) -> str:
        """The page's title."""
        return html.title([source.sheet for source in self.sources if source.sheet is not None]) or "gainstage"

    def beat(self) -> bool:
        """Renew the pulse, which costs a millisecond; whether it differs now."""
        before, self.pulse = self.pulse, "  |  ".join(source.pulse() for source in self.sources)
        return self.pulse != before

    def look(self) -> bool:
        """Read the runs that have changed and draw them anew; whether anything has."""
        changed = [source for source in self.sources if source.changed()]
        if not changed and self.made:
            return False
        started = time.monotonic()
        for source in changed:
            source.read()
        sheets = [source.sheet for source in self.sources if source.sheet is not None]
        self.made = html.parts(sheets) or {"": {"waiting": _waiting([s.trouble for s in self.sources])}}
        self.seconds = time.monotonic() - started
        return True


def _waiting(troubles: Sequence[str]) -> Markup:
    told = [tag("p", trouble, class_="quiet") for trouble in troubles if trouble]
    return tag(
        "section",
        tag("h2", "Waiting for the first step"),
        tag("p", "The page fills as soon as the script takes an optimizer step that is looked at."),
        told,
        data_part="waiting",
    )
