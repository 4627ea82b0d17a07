"""``gainstage report``: the verdict on a recorded run, as text or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gainstage.cli import verdict
from gainstage.cli.parser import Parser, add_color, add_fail_on, add_rules
from gainstage.config import read

NAME = "report"
SUMMARY = "Say what was seen in a recorded run, by default the newest in this folder."
EPILOG = """\
examples:
  gainstage report                         the newest run
  gainstage report train.gs --json         for a program, see docs/machine-readable.md
  gainstage report --fail-on error         exit code 1 only on errors"""
LEVEL = "warning"


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's folder, or the beginning of its name")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    parser.add_argument("--rank", type=int, default=0, metavar="N", help="which process of a distributed run (0)")
    add_rules(parser)
    add_fail_on(parser, f"default: {LEVEL}")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the report; exit code 0, 1 with findings, 5 when nothing was observed."""
    options = build(Parser(prog="gainstage report", description=SUMMARY)).parse_args(arguments)
    config = read({name: getattr(options, name) for name in ("select", "ignore", "fail_on", "color")})
    from gainstage.record.reader import load, newest
    from gainstage.show.machine import dumps, to_json
    from gainstage.show.text import write

    run = load(options.run or newest(), rank=options.rank)
    report = verdict.examine(run, config)
    if options.json:
        print(dumps(to_json(report)), end="")
    else:
        write(report, sys.stdout, config.color)  # type: ignore[arg-type]
    return verdict.code(run, report, config.fail_on or LEVEL)
