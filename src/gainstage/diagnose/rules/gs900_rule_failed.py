"""GS900 rule-failed: a rule of ours raised an error; the others still hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, final

from gainstage.diagnose.finding import Finding
from gainstage.diagnose.rule import Rule

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class RuleFailed(Rule):
    """
    ## What it detects
    A rule that raised an error instead of answering. It is a fault of Gainstage, not of the training.

    ## Why it matters
    That one fault was not looked for: its absence from the findings means nothing in this run.

    ## When it stays silent
    Whenever every rule answered.

    ## Example
    A run file written by hand with a shape that no network has.

    ## Remedies
    Report it with the run file; `--ignore GSxxx` leaves the failing rule out.

    ## Source
    No tool should turn its own crash into a clean bill of health.
    """

    code = "GS900"
    name = "rule-failed"
    summary = "A rule raised an error, so its fault was not looked for."
    severity = "info"

    def check(self, view: View) -> Iterator[Finding]:
        """Nothing: the engine calls :meth:`report`."""
        return iter(())

    def report(self, rule: Rule, error: Exception) -> Finding:
        """The finding for ``error`` raised by ``rule``."""
        frames = extract_tb(error.__traceback__)
        place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        message = f"{type(error).__name__}: {error}"
        text = f"Rule {rule.code} {rule.name} failed ({message}), so this fault was not looked for."
        return self.finding("info", text, evidence={"rule": rule.code, "error": message, "place": place})
