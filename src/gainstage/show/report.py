"""The report as plain, frozen data: what every face (terminal, JSON, pages) lays out in its own way."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gainstage.diagnose.coverage import Coverage, coverage
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import SEVERITIES, Finding, Severity
from gainstage.diagnose.ladder import Rung, ladder
from gainstage.diagnose.ranks import RankState, rank_states
from gainstage.record.run import Run
from gainstage.record.schema import Event

OBSERVE_MORE = ("GS901", "GS902")  # findings about the recording: a longer look is the next step
# What only a person can do:
NO_TRIAL = (
    *("check-labels", "inspect-batch", "train-longer", "train-some-steps"),
    *("distributed-sampler", "same-data-on-ranks"),
)


@dataclass(frozen=True, slots=True)
class Script:
    """What ran and how it ended; ``path`` is the run file ("" in memory), ``error`` the exception's last line."""

    argv: tuple[str, ...]
    name: str
    path: str = ""
    outcome: str = "running"
    exit_code: int | None = None
    error: str = ""
    started: float = float("nan")
    device: str = "cpu"
    world_size: int = 1
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """One diagnosis, ready to be laid out; ``findings`` root cause first, ``stages`` in execution order.

    ``ranks`` are the processes that were merged, none for a single one.
    """

    script: Script
    stages: tuple[Rung, ...]
    findings: tuple[Finding, ...]
    observed: Coverage
    next_command: str
    ranks: tuple[RankState, ...] = ()

    def count(self, severity: Severity) -> int:
        """Number of findings of exactly this severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The highest severity among the findings, None without any."""
        return next((severity for severity in SEVERITIES if self.count(severity)), None)


def build(diagnosis: Diagnosis) -> Report:
    """The report of a diagnosis; all numbers come from its view, none is computed here."""
    script = _script(diagnosis.run)
    return Report(
        script=script,
        stages=ladder(diagnosis.view),
        findings=tuple(diagnosis.findings),
        observed=coverage(diagnosis.view),
        next_command=_next_command(script, diagnosis.findings),
        ranks=rank_states(diagnosis.run),
    )


def _script(run: Run) -> Script:
    info = run.info
    return Script(
        argv=info.argv,
        name=info.script,
        path=run.path,
        outcome=info.outcome,
        exit_code=info.exit_code,
        error=_error(run.events),
        started=info.started,
        device=info.device,
        world_size=info.world_size,
        versions=dict(info.versions),
    )


def _error(events: Sequence[Event]) -> str:
    texts = [event.text for event in events if event.kind == "exception" and event.text.strip()]
    return texts[-1].strip().splitlines()[-1] if texts else ""


def near(path: str) -> str:
    """A run file's path as one would type it: the run's folder, relative when it lies in the current one."""
    shown = Path(path).parent if Path(path).name == "rank0.sqlite" else Path(path)
    try:
        return str(shown.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(shown)


def _next_command(script: Script, findings: Sequence[Finding]) -> str:
    """The one command worth typing now, quoted for a POSIX shell."""
    if script.world_size > 1 and findings and findings[0].severity != "info" and findings[0].code not in OBSERVE_MORE:
        return f"gainstage explain {findings[0].code}"  # a trial would need all ranks
    telling = [finding for finding in findings if finding.severity != "info"] or list(findings)
    if telling and telling[0].code not in OBSERVE_MORE:
        return _try_cure(script, telling[0]) or f"gainstage explain {telling[0].code}"
    if telling and script.argv and script.path:
        return f"gainstage run --every 1 {shlex.join(script.argv)}"
    if script.path:
        return f"gainstage report {shlex.quote(near(script.path))} --json"
    return "gainstage rules"


def _try_cure(script: Script, finding: Finding) -> str:
    """``gainstage fix`` where the root finding has a remedy that can be tried, and a file that it can be tried in."""
    remedies = [remedy for remedy in finding.remedies if remedy.name not in NO_TRIAL]
    if not remedies or finding.severity == "info" or not script.path or script.argv[:1] in ((), ("-c",), ("-",)):
        return ""
    unsafe = "--unsafe " if remedies[0].safety == "unsafe" else ""
    return f"gainstage fix {unsafe}{shlex.join(script.argv)}"
