"""``gainstage rules``: the list of rules."""

from __future__ import annotations

from collections.abc import Sequence

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser

NAME = "rules"
SUMMARY = "List the rules: code, fault, highest severity, one line about each."
EPILOG = """\
examples:
  gainstage rules
  gainstage rules --json"""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the list."""
    options = build(Parser(prog="gainstage rules", description=SUMMARY)).parse_args(arguments)
    from gainstage.diagnose.engine import RULES
    from gainstage.show.machine import dumps, rules_json

    if options.json:
        print(dumps(rules_json(RULES.values())), end="")
    else:
        width = max(len(rule.name) for rule in RULES.values())
        for code, rule in RULES.items():
            print(f"{code}  {rule.name:{width}}  {rule.severity:7}  {rule.summary}")
        print("\nMore about one: gainstage explain GS201")
    return OK
