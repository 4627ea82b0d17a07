"""Compares what was said with what the manifest asks for: recall, causes, precision, false alarms."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from execute import Outcome, reaches, worse
from matrix import Exam, Fault, Sick


@dataclass(slots=True)
class Row:
    """One rule: how many faults ask for it, how many were named, and with the right cause; what it said elsewhere."""

    faults: int = 0
    named: int = 0
    right_cause: int = 0
    fired: int = 0
    true: int = 0


@dataclass(slots=True)
class Judgement:
    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))
    misses: list[str] = field(default_factory=list)
    wrong_causes: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)


def judge(outcomes: dict[str, Outcome], exam: Exam) -> Judgement:
    """The verdict on every outcome at hand; ``outcomes`` is keyed by ``kind/name``."""
    verdict = Judgement()
    for case in exam.sick:
        sick, cured = outcomes.get(f"sick/{case.script}"), outcomes.get(f"cured/{case.script}")
        if sick:
            for fault in case.faults:
                _fault(verdict, case, fault, sick)
            _precision(verdict, sick, case.accepted)
        if cured:
            _precision(verdict, cured, frozenset())
        if sick and cured and case.comparable and not worse(sick, cured):
            verdict.unsound.append(f"{case.script}: {sick.label} {sick.metric}, cured {cured.metric}")
    for case in exam.healthy:
        outcome = outcomes.get(f"healthy/{case.script}")
        if outcome:
            _precision(verdict, outcome, frozenset())
            if not reaches(outcome, case.floor):
                verdict.unsound.append(f"{case.script}: {outcome.label} {outcome.metric}, floor {case.floor}")
    return verdict


def _fault(verdict: Judgement, case: Sick, fault: Fault, outcome: Outcome) -> None:
    row = verdict.rows[fault.rules[0]]
    row.faults += 1
    counted = outcome.findings if fault.info else outcome.spoken
    hits = [finding for finding in counted if finding["name"] in fault.rules]
    if not hits:
        said = ", ".join(describe(finding) for finding in outcome.findings) or "nothing"
        verdict.misses.append(f"{case.script}: {' or '.join(fault.rules)} not named; said {said}")
        return
    row.named += 1
    if any(has_cause(finding, fault.cause) for finding in hits):
        row.right_cause += 1
    else:
        said = ", ".join(describe(finding) for finding in hits)
        verdict.wrong_causes.append(f"{case.script}: {said}; the cause should be one of {', '.join(fault.cause)}")


def _precision(verdict: Judgement, outcome: Outcome, accepted: frozenset[str]) -> None:
    for finding in outcome.spoken:
        row = verdict.rows[finding["name"]]
        row.fired += 1
        if finding["name"] in accepted:
            row.true += 1
        else:
            kind = verdict.unasked if outcome.kind == "sick" else verdict.false_alarms
            kind.append(f"{outcome.key}: {describe(finding)}")


def has_cause(finding: dict[str, Any], words: tuple[str, ...]) -> bool:
    name = ((finding.get("cause") or {}).get("name") or "").lower().replace(" ", "-").replace("_", "-")
    return not words or any(word in name for word in words)


def describe(finding: dict[str, Any]) -> str:
    cause = (finding.get("cause") or {}).get("name", "no cause")
    return f"{finding['code']} {finding['name']} [{finding['severity']}] ({cause})"


def summary(outcomes: dict[str, Outcome], verdict: Judgement) -> dict[str, Any]:
    """The figures of the whole: plain numbers, shares in 0…1."""
    faults = sum(row.faults for row in verdict.rows.values())
    figures: dict[str, Any] = {
        "faulty_scripts": sum(outcome.kind == "sick" for outcome in outcomes.values()),
        "faults": faults,
        "recall": sum(row.named for row in verdict.rows.values()) / max(faults, 1),
        "recall_with_cause": sum(row.right_cause for row in verdict.rows.values()) / max(faults, 1),
    }
    for kind in ("healthy", "cured"):
        runs = [outcome for outcome in outcomes.values() if outcome.kind == kind]
        figures[f"{kind}_scripts"] = len(runs)
        for severity in ("error", "warning", "info"):
            figures[f"{kind}_with_{severity}"] = sum(
                any(finding["severity"] == severity for finding in outcome.findings) for outcome in runs
            )
    return figures
