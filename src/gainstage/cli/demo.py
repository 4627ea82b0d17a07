"""``gainstage demo``: a sick network on real digits, watched and diagnosed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from gainstage.cli.parser import Parser, add_color
from gainstage.cli.run import watch
from gainstage.config import read
from gainstage.errors import GainstageError
from gainstage.observe.script import Target

NAME = "demo"
SUMMARY = "Watch a sick network train on scikit-learn's scanned digits and say what ails it."
EPILOG = """\
The script is a plain training script without a word about Gainstage in it. Its run file, digits.gs, stays in
this folder."""
SCRIPT = Path(__file__).parents[1] / "demo" / "digits.py"


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("--show", action="store_true", help="print the script instead of running it")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Run the bundled script watched, as ``gainstage run`` would."""
    options = build(Parser(prog="gainstage demo", description=SUMMARY)).parse_args(arguments)
    if options.show:
        print(SCRIPT.read_text(encoding="utf-8"), end="")
        return 0
    if find_spec("sklearn") is None:
        raise GainstageError("the demo trains on scikit-learn's digits; install them with: pip install scikit-learn")
    print(f"gainstage run {SCRIPT}", file=sys.stderr)
    return watch(Target("file", str(SCRIPT)), read({"color": options.color}))
