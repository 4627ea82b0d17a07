"""Entry of the ``gainstage`` command: finds the subcommand and turns errors into messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from gainstage import __version__
from gainstage.cli import (
    advise,
    approximate,
    claims,
    compare,
    completion,
    demo,
    explain,
    export,
    figure,
    fix,
    functions,
    lab,
    live,
    propagation,
    report,
    rules,
    run,
)
from gainstage.cli.exits import FAULT, OK, USAGE
from gainstage.cli.parser import Parser
from gainstage.config import suggestion
from gainstage.errors import GainstageError

COMMANDS = {
    module.NAME: module
    for module in (
        *(run, fix, advise, compare, report, live, figure, export, explain, rules),
        *(functions, propagation, approximate, lab, claims, demo, completion),
    )
}
ISSUES = "https://github.com/gainstage/gainstage/issues"

DESCRIPTION = "Says why a neural network does not learn: runs your PyTorch script, watches it, names the fault."
EXAMPLES = """\
examples:
  gainstage demo                           a sick network on real digits, watched and diagnosed
  gainstage run train.py --epochs 3        your script as it is; the verdict follows at its end
  gainstage fix train.py                   try the cures, keep what measurably learns better, as a diff
  gainstage advise --task binary --depth 8 what to start with, why, and how sure that is
  gainstage compare train.py               which activation, which initialisation, by paired trials
  gainstage run -m my.package.train        a module, as python -m runs it
  gainstage report                         the newest run once more
  gainstage explain GS201                  what a rule detects, and what helps
  gainstage propagation --activation silu  what a deep chain does to signal and gradient, in dB
  gainstage claims --quick                 what textbooks say about activations, judged by computing

exit codes: run gives the script's own, unless --fail-on is set. The others: 0 nothing found, 1 findings,
2 wrong use or unreadable file, 5 nothing observed, 101 a fault of Gainstage."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (default: this process's) and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments[:1]
    arguments = arguments[1:] if debug else arguments
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else OK
    except GainstageError as error:
        print(f"gainstage: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone (`| head`): nobody is left to tell, and Python's flush at exit must not try again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(
            f"gainstage: a fault of Gainstage, not of your script: {type(error).__name__}: {error}\n"
            f"           repeat with `gainstage --debug ...` for the traceback and report it at {ISSUES}",
            file=sys.stderr,
        )
        return FAULT


def _dispatch(arguments: list[str]) -> int:
    parser = build()
    if not arguments:
        parser.print_help()
        return USAGE
    name = arguments[0]
    if name in COMMANDS:
        return COMMANDS[name].execute(arguments[1:])
    if name.startswith("-"):
        parser.parse_args(arguments)
        return USAGE
    if Path(name).suffix == ".py" or Path(name).is_file():
        raise GainstageError(f"to watch a script, say: gainstage run {' '.join(arguments)}")
    raise GainstageError(f"no command {name!r}{suggestion(name, COMMANDS)}")


def build() -> Parser:
    """The parser of everything; also what shell completion is generated from."""
    parser = Parser(prog="gainstage", description=DESCRIPTION, epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=f"gainstage {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback when Gainstage itself fails")
    commands = parser.add_subparsers(dest="command", metavar="command", title="commands")
    for module in COMMANDS.values():
        module.build(commands.add_parser(module.NAME, help=module.SUMMARY, description=module.SUMMARY))
    return parser
