"""``gainstage export``: a recorded run for the tracker that is used anyway."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gainstage.cli import verdict
from gainstage.cli.exits import NOTHING_OBSERVED, OK
from gainstage.cli.parser import Parser, add_color, add_rules
from gainstage.config import read, suggestion
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.export.measures import Advance, Measures

NAME = "export"
SUMMARY = "Write a recorded run's numbers and findings for TensorBoard, Weights & Biases, MLflow or trackio."
EPILOG = """\
Per sampled step: loss, learning rate, gradient norm; per stage: signal, gradient, gains in dB, transmission, dead
share, update ratio; the spread of the update ratios as a histogram; findings as text and, where there are such, alerts.
Exporting a run once more replaces what was exported before.

examples:
  gainstage export --to tensorboard            the newest run, into the folder runs/
  gainstage export train.gs --to tensorboard logs
  gainstage export train.gs --to wandb my-project      offline; `wandb sync` or WANDB_MODE=online sends it
  gainstage export train.gs --to mlflow my-experiment  where MLFLOW_TRACKING_URI points
  gainstage export train.gs --to trackio my-project"""
TRACKERS = ("tensorboard", "wandb", "mlflow", "trackio")


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's folder, or the beginning of its name (newest)")
    parser.add_argument(
        "--to",
        nargs="+",
        metavar=("TRACKER", "PLACE"),
        help=f"{', '.join(TRACKERS)}; then its folder, project or experiment",
    )
    parser.add_argument("--rank", type=int, default=0, metavar="N", help="which process of a distributed run (0)")
    parser.add_argument("--json", action="store_true", help="print one JSON document about what was written")
    add_rules(parser)
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Export; exit code 0, or 5 when nothing was observed in the run."""
    options = build(Parser(prog="gainstage export", description=SUMMARY)).parse_args(arguments)
    config = read({name: getattr(options, name) for name in ("select", "ignore", "color")})
    name, place = _destination(options)
    tracker = _tracker(name)
    from gainstage.export.measures import measures
    from gainstage.record.reader import load, newest
    from gainstage.show.console import Progress, terminal

    run = load(options.run or newest(), rank=options.rank)
    if not run.sampled:
        print(f"gainstage: nothing to export: no step was sampled in {run.path}", file=sys.stderr)
        return NOTHING_OBSERVED
    found = measures(verdict.diagnosed(run, config))
    place = place or tracker.PLACE
    with Progress(sys.stderr, terminal(sys.stderr, config.color)) as progress:  # type: ignore[arg-type]
        look = _write(name, tracker, found, place, lambda *so_far: progress.show(f"exporting to {name}", *so_far))
    if options.json:
        _print_json(name, place, look, found)
    print(f"gainstage: exported {len(found.rows)} steps and {len(found.notes)} findings\nnext: {look}", file=sys.stderr)
    return OK


def _destination(options: argparse.Namespace) -> tuple[str, str]:
    if not options.to:
        raise GainstageError(f"export where? Say --to {' or '.join(TRACKERS)}")
    name, *places = options.to
    if name not in TRACKERS:
        raise GainstageError(f"--to {name}: unknown{suggestion(name, TRACKERS)}")
    if len(places) > 1 or (places and options.run is None and places[0].rstrip("/").endswith(".gs")):
        given = " ".join(options.to)
        raise GainstageError(f"--to {given}: the run stands before it, as in gainstage export RUN --to {name} PLACE")
    return name, places[0] if places else ""


def _tracker(name: str) -> Any:
    """The module that writes for ``name``."""
    module = import_module(f"gainstage.export.{name}")
    if find_spec(module.PACKAGE) is None:
        raise GainstageError(f"--to {name} needs {module.PACKAGE}: pip install 'gainstage[{module.EXTRA}]'")
    return module


def _write(name: str, tracker: Any, found: Measures, place: str, advance: Advance) -> str:
    try:
        with redirect_stdout(sys.stderr):  # trackers like to talk, and our stdout is for data
            return tracker.write(found, place, advance)
    except Exception as error:
        theirs = type(error).__module__.partition(".")[0] == tracker.PACKAGE
        if theirs or isinstance(error, OSError | ImportError):
            raise GainstageError(f"--to {name} {place}: {type(error).__name__}: {error}") from error
        raise


def _print_json(name: str, place: str, look: str, found: Measures) -> None:
    from gainstage.show.machine import dumps

    document = {
        "schema": "gainstage.export/1",
        "tracker": name,
        "place": place,
        "run": found.name,
        "steps": len(found.rows),
        "scalars": sorted({tag for row in found.rows for tag in row.scalars}),
        "findings": [note.code for note in found.notes],
        "next_command": look,
    }
    print(dumps(document), end="")
