"""``gainstage explain GS201``: a rule's page."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser
from gainstage.config import suggestion
from gainstage.errors import GainstageError

NAME = "explain"
SUMMARY = "Explain a rule: what it detects, why it matters, when it stays silent, what helps."
EPILOG = """\
examples:
  gainstage explain GS201
  gainstage explain vanishing-gradient"""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("rule", metavar="RULE", help="a code or a name, see: gainstage rules")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the page of the rule that is asked for."""
    options = build(Parser(prog="gainstage explain", description=SUMMARY)).parse_args(arguments)
    from gainstage.diagnose.engine import RULES
    from gainstage.show.machine import dumps, rules_json
    from gainstage.show.pages import write

    names = {rule.name: code for code, rule in RULES.items()}
    code = names.get(options.rule.lower(), options.rule.upper())
    if code not in RULES:
        raise GainstageError(f"no rule {options.rule!r}{suggestion(options.rule, [*RULES, *names])}")
    if options.json:
        (entry,) = rules_json([RULES[code]])["rules"]
        print(dumps({"schema": "gainstage.explain/1", **entry, "page": RULES[code].page()}), end="")
    else:
        write(RULES[code], sys.stdout)
    return OK
