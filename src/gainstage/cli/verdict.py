"""From a run file to what is said about it: load, diagnose, print, and the exit code that follows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gainstage.cli.exits import NOTHING_OBSERVED, OK, verdict_code
from gainstage.config import Config
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.diagnose.engine import Diagnosis
    from gainstage.observe.script import Ending
    from gainstage.record.run import Run
    from gainstage.show.report import Report


def after_run(ending: Ending, config: Config, *, json_file: str | None, quiet: bool) -> int:
    """Say what was seen of a script that has just ended; 0, or what ``--fail-on`` asks for.

    Raises:
        GainstageError: when the run cannot be read or ``json_file`` not be written.
    """
    level = config.fail_on or "never"
    if not ending.notes.get("run"):
        if not quiet:
            print(f"gainstage: nothing observed: {_why_nothing(ending)}", file=sys.stderr)
        return OK if level == "never" else NOTHING_OBSERVED
    from gainstage.record.reader import load
    from gainstage.show.text import write

    folder = Path(ending.notes["run"])
    if not _concluded(folder, ending):
        return OK
    run = load(folder)
    report = examine(run, config)
    if json_file is not None:
        _write_json(json_file, report)
    if not quiet:
        # The script may have left its last line on the terminal unfinished.
        print(file=sys.stderr)
        write(report, sys.stderr, config.color)  # type: ignore[arg-type]
    return code(run, report, level)


def _concluded(folder: Path, ending: Ending) -> bool:
    """Write down how the process ended; whether it is this one that speaks: of several ranks the last to end."""
    from gainstage.record import conclude

    if ending.launched:
        conclude.launched(folder, ending.status)
        return True
    rank, world_size = ending.notes.get("rank", 0), ending.notes.get("world_size", 1)
    conclude.conclude(folder, outcome=ending.outcome, exit_code=ending.status, rank=rank)
    return world_size == 1 or conclude.is_last(folder)


def examine(run: Run, config: Config) -> Report:
    """The report of ``run`` under the rules that ``config`` chooses."""
    from gainstage.show.report import build

    return build(diagnosed(run, config))


def diagnosed(run: Run, config: Config) -> Diagnosis:
    """Diagnose ``run`` with the rules that ``config`` chooses."""
    from gainstage.diagnose.engine import diagnose

    return diagnose(run, select=config.select or None, ignore=config.ignore or None)


def code(run: Run, report: Report, level: str) -> int:
    """Exit code of a report: nothing observed, findings at ``level``, or neither."""
    if not run.sampled:
        return OK if level == "never" else NOTHING_OBSERVED
    return verdict_code(report.findings, level)


def _write_json(file: str, report: Report) -> None:
    from gainstage.show.machine import dumps, to_json

    try:
        Path(file).write_text(dumps(to_json(report, "run")), encoding="utf-8")
    except OSError as error:
        raise GainstageError(f"cannot write --json {file}: {error.strerror}") from error


def _why_nothing(ending: Ending) -> str:
    if ending.notes.get("reason"):
        return ending.notes["reason"]
    if ending.notes.get("torch"):
        return "the script ended before anything could be recorded"
    if not ending.notes:
        return "the script ended before it imported torch"
    return "the script never imported torch"
