"""``gainstage compare``: which activation, which initialisation, which learning rate, by paired trials."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage.cli.exits import OK
from gainstage.cli.fix import positive
from gainstage.cli.parser import Parser, add_color
from gainstage.cli.run import split
from gainstage.config import read
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.comparison.pool import Pool
    from gainstage.verify.order import Order

NAME = "compare"
SUMMARY = "Try activations and initialisations on an unmodified script, each at its own learning rate, and rank them."
EPILOG = """\
Each candidate is a patch of the script's source: another activation between its layers (output activations and gates
stay), weights drawn to fit it, and three learning rates of its own. A comparison at one learning rate for all is not
fair: the candidate that this rate happens to suit wins. Trials are paired: same seeds, same order of the data. All run
a short way; who is so much slower than the leader that what is left could not make up for it, beyond the seeds'
scatter, is dropped at a stated risk; the others go on to the end. Where no difference is shown, it is called a tie.

examples:
  gainstage compare train.py --epochs 3
  gainstage compare --activations relu,gelu,silu --inits default,critical train.py
  gainstage compare --lr 3e-4,1e-3,3e-3 --seeds 8 --metric 'val_acc=([0-9.]+)' train.py
  gainstage compare --cluster tcp://scheduler:8786 train.py

Everything after the script's name belongs to the script; our options may stand before it only. Results are kept in a
run folder: after Ctrl-C or a crash the same command goes on, and no finished trial is run again.
exit codes: 0 ranked; 2 wrong use; 5 the script did not train; 130 interrupted."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.usage = "gainstage compare [options] script.py [arguments ...]  (or -m module)"
    parser.epilog = EPILOG
    add = parser.add_argument
    add("-m", dest="module", metavar="MODULE", help="a module, as python -m runs it")
    add("--activations", default="relu,leaky_relu,gelu,silu", metavar="NAMES", help="default: %(default)s")
    add("--inits", default="default,critical", metavar="NAMES",
        help="default (the script's own), critical, he, glorot, lecun, orthogonal, fitted (gainstage.init_); "
        "default: %(default)s")  # fmt: skip
    add("--lr", default="", metavar="RATES", help="learning rates to try each at (default: 0.3, 1, 3 × its own)")
    add("--seeds", type=positive, default=5, metavar="N", help="trials per candidate (5)")
    add("--metric", default="", metavar="PATTERN", help="what counts: a pattern of what the script prints, or a name")
    add("--steps", type=positive, default=0, metavar="N", help="compare at step N (default: the script's end)")
    add("--risk", type=float, default=0.05, metavar="P", help="of dropping the best early, in all (0.05)")
    add("--cluster", metavar="ADDRESS", help="run the trials on a Dask cluster: tcp://scheduler:8786")
    add("--jobs", type=positive, default=0, metavar="N", help="trials at a time (one per core)")
    add("--threads", type=positive, default=1, metavar="N", help="of torch in each trial (1)")
    add("--time-limit", type=float, default=0.0, metavar="S", help="seconds that a trial may take")
    add("-o", "--output", default="", metavar="NAME", help="name of the run folder (default: SCRIPT-compare)")
    add("--json", metavar="FILE", help="write the comparison as JSON, too")
    add("--html", metavar="FILE", help="write it as a page, too: one file that needs nothing else")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Compare, print the ranking, write what was asked for."""
    parser = build(Parser(prog="gainstage compare", description=SUMMARY))
    own, target = split(parser, arguments)
    options = parser.parse_args(own)
    if target is None:
        raise GainstageError("compare what? Try: gainstage compare train.py (or: gainstage compare --help)")
    color = read({"color": options.color}).color
    from gainstage.comparison.script import compare, here
    from gainstage.show.compare import render
    from gainstage.show.console import Progress, terminal

    with Progress(sys.stderr, terminal(sys.stderr, color)) as progress:  # type: ignore[arg-type]
        where = partial(_elsewhere, options.cluster) if options.cluster else here
        found = compare(target, _options(options), output=options.output, progress=progress.show, where=where)
    if options.json:
        from gainstage.show.compare_json import to_json
        from gainstage.show.machine import dumps

        _write("--json", options.json, dumps(to_json(found)))
    if options.html:
        from gainstage.show.compare_page import page

        _write("--html", options.html, page(found))
    print(render(found, terminal(sys.stdout, color)), end="", flush=True)  # type: ignore[arg-type]
    return 130 if found.interrupted else OK


def _elsewhere(address: str, slots: int, order: Order) -> AbstractContextManager[Pool]:
    from gainstage.comparison.cluster import cluster

    return cluster(address, order)


def _options(given: Any) -> Any:
    from gainstage.comparison.options import Options, names, numbers

    return Options(
        names(given.activations), names(given.inits), numbers(given.lr), given.seeds, given.metric, given.steps,
        given.jobs, given.risk, given.threads, given.time_limit,
    )  # fmt: skip


def _write(option: str, file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise GainstageError(f"cannot write {option} {file}: {error.strerror}") from error
