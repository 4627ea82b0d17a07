"""``gainstage fix``: tries what may cure a training, and shows what measurably does as a diff."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage.cli.exits import FINDINGS, OK
from gainstage.cli.parser import Parser, add_color
from gainstage.cli.run import split
from gainstage.config import read
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.observe.script import Target
    from gainstage.verify.proof import Proof

NAME = "fix"
SUMMARY = "Try what may cure a training, against an untouched and a random control, and show the proved cure as a diff."
EPILOG = """\
The script is watched once, as it is. Each remedy is a patch of its source, and each trial runs a patched text in a
process of its own: same seeds, same order of the data, same number of steps. A cure is proved when the 95 % interval
of its effect, over the seeds, is better than the untouched training and better than a random remedy. What a trial
writes goes to a folder that is deleted afterwards: nothing of yours is changed unless you say --apply.

examples:
  gainstage fix train.py --epochs 3              remedies that only change scale or start
  gainstage fix --unsafe train.py                those, too, that change architecture, loss, data or optimizer
  gainstage fix --metric 'val_acc=([0-9.]+)' train.py
  gainstage fix --unsafe --apply train.py        write the proved cure, the script is kept as train.py.orig
  gainstage fix --apply-to cured.py --json proof.json train.py

Everything after the script's name belongs to the script. exit codes: 0 a cure is proved, or there is nothing to cure;
1 no cure proved; 5 the script did not train; with --run, the script's own."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.usage = "gainstage fix [options] script.py [arguments ...]  (or -m module)"
    parser.epilog = EPILOG
    parser.add_argument("-m", dest="module", metavar="MODULE", help="a module, as python -m runs it")
    parser.add_argument(
        "--steps",
        type=positive,
        default=0,
        metavar="N",
        help="steps of each trial (default: from the script's length, more where that decides nothing)",
    )
    parser.add_argument("--seeds", type=positive, default=3, metavar="N", help="trials per arm (3)")
    parser.add_argument("--jobs", type=positive, default=0, metavar="N", help="trials at a time (one per core)")
    parser.add_argument("--candidates", type=positive, default=4, metavar="N", help="remedies to try at most (4)")
    parser.add_argument(
        "--metric",
        default="",
        metavar="PATTERN",
        help="what to compare by: a pattern of what the script prints, or a name given to gainstage.log",
    )
    parser.add_argument("--unsafe", action="store_true", help="try what changes architecture, loss, data or optimizer")
    parser.add_argument("--time-limit", type=float, default=0.0, metavar="S", help="seconds that a trial may take")
    parser.add_argument("--apply", action="store_true", help="write the proved cure into the source, with a backup")
    parser.add_argument("--apply-to", metavar="FILE", help="write the cured script to FILE")
    parser.add_argument("--force", action="store_true", help="apply to files with changes that git does not know, too")
    parser.add_argument("--run", action="store_true", help="afterwards run the cured training to its end")
    parser.add_argument("--json", metavar="FILE", help="write the proof as JSON, too")
    add_color(parser)  # fmt: skip
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Prove, print, and do what was asked for with the cure."""
    parser = build(Parser(prog="gainstage fix", description=SUMMARY))
    own, target = split(parser, arguments)
    options = parser.parse_args(own)
    if target is None:
        raise GainstageError("fix what? Try: gainstage fix train.py (or: gainstage fix --help)")
    color = read({"color": options.color}).color
    from gainstage.show.console import Progress, terminal
    from gainstage.show.fix import add_next, render
    from gainstage.verify.plan import Options
    from gainstage.verify.prove import prove

    asked = Options(
        options.steps,
        options.seeds,
        options.jobs,
        options.candidates,
        options.unsafe,
        options.metric,
        options.time_limit,
    )
    with orderly_end(), Progress(sys.stderr, terminal(sys.stderr, color)) as progress:  # type: ignore[arg-type]
        try:
            proof = prove(target, asked, progress.show)
        except KeyboardInterrupt:
            print("gainstage: interrupted before there was a result; nothing was changed", file=sys.stderr)
            raise
    if options.json:
        _write_json(options.json, proof)
    able = terminal(sys.stdout, color)  # type: ignore[arg-type]
    print(render(proof, able), end="")
    if proof.diff:
        print(f"\n{proof.diff}")
    print(_written(proof, target, options) or add_next(proof, able), end="", flush=True)
    if options.run and not proof.interrupted:
        return _run(proof, target)
    return OK if proof.chosen is not None or not proof.findings else FINDINGS


@contextmanager
def orderly_end() -> Iterator[None]:
    """Whoever ends the command with SIGTERM or a closed terminal leaves no trial and no folder behind, either."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    names = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = [(name, signal.signal(name, lambda number, frame: sys.exit(128 + number))) for name in names]
    try:
        yield
    finally:
        for name, handler in before:
            signal.signal(name, handler)


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more, not {text!r}")
    return int(text)


def _written(proof: Proof, target: Target, options: Any) -> str:
    """Write the cure where that was asked for, and say so."""
    if proof.chosen is None:
        return ""
    from gainstage.verify import apply

    changes, told = proof.chosen.candidate.changes, ""
    if options.apply_to:
        apply.write_to(changes, changes[0].path if target.kind == "module" else target.name, options.apply_to)
        told += f"written: {options.apply_to}\n"
    if options.apply:
        for path in apply.write(changes, force=options.force):
            told += f"written: {path} (as it was: {path}{apply.BACKUP})\n"
    return told


def _run(proof: Proof, target: Target) -> int:
    """Run the training to its end, cured where a cure is proved; the script's exit code."""
    from gainstage.verify.apply import train
    from gainstage.verify.plan import Options
    from gainstage.verify.watched import order_for

    if proof.chosen is None:
        print("gainstage: no cure is proved: not running the script again", file=sys.stderr)
        return FINDINGS if proof.findings else OK
    return train(order_for(target, Options()), proof.chosen.candidate.changes)


def _write_json(file: str, proof: Proof) -> None:
    from gainstage.show.fix_json import to_json
    from gainstage.show.machine import dumps

    try:
        Path(file).write_text(dumps(to_json(proof)), encoding="utf-8")
    except OSError as error:
        raise GainstageError(f"cannot write --json {file}: {error.strerror}") from error
