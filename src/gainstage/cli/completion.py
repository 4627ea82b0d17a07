"""``gainstage completion bash``: a completion script for the shell."""

from __future__ import annotations

from collections.abc import Sequence

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser
from gainstage.errors import GainstageError

NAME = "completion"
SUMMARY = "Print a completion script for bash, zsh or tcsh."
EPILOG = """\
example:
  gainstage completion bash > ~/.local/share/bash-completion/completions/gainstage"""
SHELLS = ("bash", "zsh", "tcsh")


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS, help="which shell")
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the script."""
    options = build(Parser(prog="gainstage completion", description=SUMMARY)).parse_args(arguments)
    try:
        import shtab  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError as error:
        raise GainstageError("completion is made by shtab: pip install 'gainstage[completion]'") from error
    from gainstage.cli.dispatch import build as whole

    print(shtab.complete(whole(), shell=options.shell))
    return OK
