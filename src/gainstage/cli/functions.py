"""``gainstage functions``: the catalogue of activation functions, and the card of one of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser, add_color, setting
from gainstage.config import read
from gainstage.errors import GainstageError

NAME = "functions"
SUMMARY = "List the activation functions, or show the card of one: formula, plot, proved properties."
EPILOG = """\
examples:
  gainstage functions                             all of them, one line each
  gainstage functions gelu                        its card; every property says how sure it is
  gainstage functions leaky_relu negative_slope=0.1
  gainstage functions mish --cost                 with its time here as a multiple of a copy (needs torch)
  gainstage functions gelu --json                 for a program, see docs/machine-readable.md

A property is certified (proved by interval arithmetic or symbolically over the whole range of float32),
numerical (found by computing, with a tolerance) or unknown (nothing is claimed)."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("name", nargs="?", metavar="FUNCTION", help="a function's name; without one all are listed")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="parameters other than the defaults")
    parser.add_argument("--cost", action="store_true", help="measure its cost on this machine")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the list or the card."""
    options = build(Parser(prog="gainstage functions", description=SUMMARY)).parse_args(arguments)
    color = read({"color": options.color}).color
    from gainstage.functions.cards import card, names
    from gainstage.functions.cost import measure
    from gainstage.show.machine import dumps, functions_json

    if options.cost and options.name is None:
        raise GainstageError("--cost measures one function: gainstage functions gelu --cost")
    settings = dict(setting(text) for text in options.settings)
    shown = [card(options.name, settings)] if options.name else [card(name) for name in names()]
    cost = measure(shown[0]) if options.cost else None
    if options.json:
        print(dumps(functions_json(shown, cost)), end="")
        return OK
    from gainstage.show import cards

    if options.name:
        cards.write(shown[0], sys.stdout, color, cost)  # type: ignore[arg-type]
    else:
        cards.write_list(shown, sys.stdout, color)  # type: ignore[arg-type]
    return OK
