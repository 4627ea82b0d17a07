"""``gainstage run``: runs a script as Python would, watches it, and says what it saw."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gainstage.cli import verdict
from gainstage.cli.parser import Parser, add_color, add_fail_on, add_rules
from gainstage.config import Config, read, switched_off
from gainstage.errors import GainstageError
from gainstage.observe.ranks import current_rank
from gainstage.observe.script import Ending, Target
from gainstage.observe.script import execute as run_script

NAME = "run"
SUMMARY = "Run a training script as Python would, watch it, and say why it does or does not learn."
EPILOG = """\
Everything after the script's name belongs to the script. Its output, exit code and traceback stay as they are;
Gainstage speaks on stderr, when the script is over.

examples:
  gainstage run train.py --epochs 3
  gainstage run --budget 5% --output first-try train.py
  gainstage run --live train.py             a page in the browser that follows the training
  gainstage run --fail-on error --json verdict.json -m my.package.train
  gainstage run -c "import train; train.main()"

Settings also come from GAINSTAGE_BUDGET, GAINSTAGE_EVERY, ... and from [tool.gainstage] in pyproject.toml.
GAINSTAGE_OFF=1 runs the script unwatched."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.usage = "gainstage run [options] script.py [arguments ...]  (or -m module, or -c text)"
    parser.epilog = EPILOG
    parser.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as python -m does")
    parser.add_argument("-c", dest="text", metavar="TEXT", help="run a text, as python -c does")
    parser.add_argument("--budget", metavar="SHARE", help="share of the time that watching may cost (default: 1%%)")
    parser.add_argument("--every", metavar="N", help="look at every N-th step, whatever it costs")
    parser.add_argument("--steps", metavar="N", help="stop watching (not the script) after N steps")
    parser.add_argument("-o", "--output", metavar="NAME", help="name of the run file (default: the script's)")
    parser.add_argument("--json", metavar="FILE", help="write the verdict as JSON, too")
    parser.add_argument("--live", action="store_true", help="serve a page that follows the run, from another process")
    parser.add_argument("-q", "--quiet", action="store_true", help="no verdict on stderr")
    parser.add_argument("--no-source", action="store_true", help="do not record the script's lines")
    add_rules(parser)
    add_fail_on(parser, "default: never, the script's own exit code")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Run the command; the exit code is the script's, unless ``--fail-on`` has something to say."""
    parser = build(Parser(prog="gainstage run", description=SUMMARY))
    own, target = split(parser, arguments)
    options = parser.parse_args(own)
    if target is None:
        raise GainstageError("run what? Try: gainstage run train.py (or: gainstage run --help)")
    config = read(_flags(options))
    return watch(target, config, json_file=options.json, quiet=options.quiet, live=options.live)


def watch(
    target: Target, config: Config, *, json_file: str | None = None, quiet: bool = False, live: bool = False
) -> int:
    """Run ``target`` watched under ``config``, print the verdict, and return the exit code.

    ``live`` starts the live page's server first and prints its address.
    """
    if switched_off():
        return run_script(target, None).repeat()
    config = replace(config, output=str(Path.cwd() / (config.output or target.stem)))
    if live and current_rank().rank == 0:  # one page for all ranks
        from gainstage.live.launch import launch

        print(f"gainstage: live page: {launch(Path(config.output))}", file=sys.stderr, flush=True)
    ending = run_script(target, config)
    try:
        code = verdict.after_run(ending, config, json_file=json_file, quiet=quiet)
    except KeyboardInterrupt:
        code = 0
    except Exception as error:
        code = 0
        print(f"gainstage: no verdict: {_message(error)}", file=sys.stderr)
    return _exit_code(ending, code)


def split(parser: Parser, arguments: Sequence[str]) -> tuple[list[str], Target | None]:
    """Our options, and the target with all that follows it, which is the script's own."""
    position = 0
    while position < len(arguments):
        token = arguments[position]
        if token[:2] in ("-m", "-c"):
            return list(arguments[:position]), _target(token, arguments[position + 1 :])
        if token == "--":
            position += 1
            token = arguments[position] if position < len(arguments) else "-"
        if not token.startswith("-") or token == "-":
            return [item for item in arguments[:position] if item != "--"], Target(
                "file", token, tuple(arguments[position + 1 :])
            )
        position += 2 if parser.takes_value(token) else 1
    return list(arguments), None


def _target(option: str, following: Sequence[str]) -> Target:
    """``-m module args`` and ``-mmodule args``, likewise ``-c``."""
    kind = "module" if option[1] == "m" else "text"
    values = [option[2:], *following] if option[2:] else list(following)
    if not values:
        raise GainstageError(f"gainstage run {option[:2]}: the {kind} is missing")
    return Target(kind, values[0], tuple(values[1:]))


def _flags(options: Any) -> dict[str, Any]:
    """What was given on the command line, by the setting's name."""
    names = ("budget", "every", "steps", "select", "ignore", "fail_on", "output", "color")
    return {**{name: getattr(options, name) for name in names}, "source": False if options.no_source else None}


def _exit_code(ending: Ending, verdict_code: int) -> int:
    """The script's own status; where the script succeeded, the verdict's."""
    return ending.repeat() if ending.status != 0 else verdict_code


def _message(error: Exception) -> str:
    return str(error) if isinstance(error, GainstageError) else f"{type(error).__name__}: {error}"
