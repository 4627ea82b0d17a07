"""``gainstage claims``: what textbooks say about activation functions, judged by computing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser, add_color
from gainstage.config import read

if TYPE_CHECKING:
    from gainstage.claims import Claim, Verdict

NAME = "claims"
SUMMARY = "Judge what textbooks say about activation functions, by computing: holds, refuted, or depends."
EPILOG = """\
examples:
  gainstage claims --quick                 what needs no training: seconds
  gainstage claims                         all of them; trainings take minutes once and are kept
  gainstage claims tanh-monotonic          one in full: the question's halves, the counterexample
  gainstage claims dead-half --again       measure anew

No verdict is written down anywhere: each follows from what is computed on this machine. Claims about training are
small seeded experiments on real data; what they measured is kept in the user's cache folder until their code or torch
changes. Ctrl-C loses only the one that runs.

exit codes: 0 judged, whatever the verdicts; 2 wrong use; 130 interrupted."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("ids", metavar="ID", nargs="*", help="claims to judge, in full; default: all, a line each")
    parser.add_argument("--quick", action="store_true", help="leave out experiments: trainings and timings")
    parser.add_argument("--again", action="store_true", help="repeat experiments whose results are kept")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Judge and print."""
    options = build(Parser(prog="gainstage claims", description=SUMMARY)).parse_args(arguments)
    color = read({"color": options.color}).color
    from gainstage.claims import chosen, judge_all
    from gainstage.show.claims import claims_json, write
    from gainstage.show.machine import dumps

    picked = chosen(options.ids, quick=options.quick)
    left_out = len(chosen(options.ids)) - len(picked)
    progress = Progress(len(picked))
    verdicts: list[Verdict] = []
    try:
        verdicts.extend(judge_all(picked, again=options.again, started=progress.start))
    except KeyboardInterrupt:
        progress.clear()
        print("gainstage: interrupted; what was measured is kept, the same command goes on from there", file=sys.stderr)
        raise
    finally:
        progress.clear()
    if options.json:
        print(dumps(claims_json(verdicts)), end="")
    else:
        write(verdicts, sys.stdout, color, every=not options.ids, left_out=left_out)  # type: ignore[arg-type]
    return OK


class Progress:
    """One line on stderr that says how far it is; nothing where stderr is no terminal."""

    WIDTH = 24

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.shown = sys.stderr.isatty()

    def start(self, claim: Claim) -> None:
        """Show that ``claim`` is being judged now."""
        if self.shown:
            filled = self.WIDTH * self.done // self.total
            bar = "#" * filled + "." * (self.WIDTH - filled)
            doing = "measuring" if claim.experiment else "judging"
            sys.stderr.write(f"\r\x1b[K[{bar}] {self.done}/{self.total}  {doing} {claim.id}")
            sys.stderr.flush()
        self.done += 1

    def clear(self) -> None:
        """Leave the line empty for what is printed next."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
