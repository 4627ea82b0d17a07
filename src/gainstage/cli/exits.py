"""Exit codes, the same for every command."""

from __future__ import annotations

from collections.abc import Iterable

from gainstage.diagnose.finding import SEVERITIES, Finding

OK = 0
FINDINGS = 1
USAGE = 2
NOTHING_OBSERVED = 5
FAULT = 101


def verdict_code(findings: Iterable[Finding], level: str) -> int:
    """1 when a finding is as severe as ``level`` ("error", "warning", "info") or more, else 0; "never" gives 0."""
    if level == "never":
        return OK
    counted = SEVERITIES[: SEVERITIES.index(level) + 1]
    return FINDINGS if any(finding.severity in counted for finding in findings) else OK
