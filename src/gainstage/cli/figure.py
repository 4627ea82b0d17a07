"""``gainstage figure``: one chart of a run as SVG, PDF or PNG, for a paper or a slide."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser

NAME = "figure"
SUMMARY = "Draw one chart of a recorded run for a paper, through matplotlib."
KINDS = "ladder, split, loss, transmission, dead, update"
EPILOG = f"""\
figures: {KINDS}

examples:
  gainstage figure train.gs ladder -o ladder.pdf       signal and gradient from stage to stage, in dB
  gainstage figure train.gs split -o split.svg         what each stage does to the gradient, by cause
  gainstage figure train.gs update -o update.png       how much each step changes the weights, stages over time"""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("run", metavar="RUN", help="a run's folder, or the beginning of its name")
    parser.add_argument("figure", metavar="FIGURE", help=f"which one: {KINDS}")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to: .svg, .pdf or .png (FIGURE.svg)")
    parser.add_argument("--rank", type=int, metavar="N", help="one process of a distributed run (default: all, merged)")
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Write the figure that is asked for."""
    options = build(Parser(prog="gainstage figure", description=SUMMARY)).parse_args(arguments)
    from gainstage.diagnose.engine import diagnose
    from gainstage.record.reader import load
    from gainstage.show.paper import save
    from gainstage.show.sheet import sheet

    file = Path(options.output or f"{options.figure}.svg")
    save(sheet(diagnose(load(options.run, rank=options.rank)), source=False), options.figure, file)
    print(f"gainstage: wrote {file}", file=sys.stderr)
    return OK
