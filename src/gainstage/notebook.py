"""``%load_ext gainstage``: the cell magic ``%%gainstage`` watches what a cell trains."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gainstage.diagnose.engine import Diagnosis


def load_ipython_extension(shell: Any) -> None:
    """Make ``%%gainstage`` known to an IPython shell; IPython calls this on ``%load_ext gainstage``."""
    shell.register_magic_function(partial(watched_cell, shell), "cell", "gainstage")


def watched_cell(shell: Any, line: str, cell: str) -> Diagnosis:
    """Run ``cell`` watched and return its diagnosis, which the notebook then shows.

    Args:
        shell: the IPython shell.
        line: options of :func:`gainstage.watch` as on the command line: ``--every 10 --budget 5% first-try``.
        cell: the cell's text.

    Raises:
        GainstageError: for an option that is unknown or does not fit. What the cell raises goes through.
    """
    from gainstage.api import watch

    # Magics (%matplotlib, !ls) in the cell are IPython's to translate.
    code = compile(shell.transform_cell(cell), "<gainstage cell>", "exec")
    with watch(**_options(line)) as watching:
        exec(code, shell.user_ns)
    return watching.diagnosis


def _options(line: str) -> dict[str, Any]:
    import shlex

    from gainstage.cli.parser import Parser, add_rules
    from gainstage.config import codes
    from gainstage.errors import GainstageError

    parser = Parser(prog="%%gainstage", add_help=False)
    parser.add_argument("path", nargs="?")
    parser.add_argument("--budget")
    parser.add_argument("--every", type=int)
    add_rules(parser)
    try:
        given = vars(parser.parse_args(shlex.split(line)))
    except SystemExit:
        raise GainstageError(
            f"%%gainstage {line}: expected [NAME] [--budget 5%] [--every N] [--select CODES]"
        ) from None
    rules = {name: codes(given[name]) if given[name] else None for name in ("select", "ignore")}
    return {**given, **rules}
