"""argparse with our manners: messages that suggest, help that keeps its examples' layout, shared options."""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
from typing import Any, NoReturn

from gainstage.config import COLORS, LEVELS
from gainstage.errors import GainstageError


class Parser(argparse.ArgumentParser):
    """A parser that exits with one line and a suggestion instead of a page of usage."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _formatter, "allow_abbrev": False, **settings})

    @property
    def option_strings(self) -> list[str]:
        """Every long option there is."""
        return [text for text in self._option_string_actions if text.startswith("--")]

    def takes_value(self, option: str) -> bool:
        """Whether ``option`` is known and followed by a value."""
        action = self._option_string_actions.get(option)
        return action is not None and action.nargs != 0

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and say what was meant."""
        unknown = message.partition("unrecognized arguments: ")[2].split()
        close = [
            match
            for token in unknown
            for match in difflib.get_close_matches(token.partition("=")[0], self.option_strings, n=1)
        ]
        hint = f"; did you mean {' '.join(close)}?" if close else ""
        print(f"{self.prog}: {message}{hint}\nTry: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def _formatter(prog: str) -> argparse.HelpFormatter:
    width = min(shutil.get_terminal_size().columns, 110) - 2
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=24, width=width)


def add_rules(parser: Parser) -> None:
    """Options that choose among the rules."""
    parser.add_argument(
        "--select", metavar="CODES", help="rules to apply: codes, prefixes or names, as in GS201,GS3,dead-units"
    )
    parser.add_argument("--ignore", metavar="CODES", help="rules to leave out")


def add_fail_on(parser: Parser, default: str) -> None:
    """The option that turns findings into an exit code."""
    parser.add_argument("--fail-on", metavar="LEVEL", help=f"exit with 1 on findings: {', '.join(LEVELS)} ({default})")


def add_color(parser: Parser) -> None:
    """The option about colour; NO_COLOR and FORCE_COLOR are obeyed as well."""
    parser.add_argument("--color", metavar="WHEN", help=f"{', '.join(COLORS)} (default: auto)")


def setting(text: str) -> tuple[str, float]:
    """``NAME=VALUE`` as a pair.

    Raises:
        GainstageError: there is no value, or it is no number.
    """
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        given = f"{value!r} is no number" if equals else f"{text!r} has no value"
        raise GainstageError(f"{given}; a parameter is given as NAME=VALUE, as in negative_slope=0.1") from None
