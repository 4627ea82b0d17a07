"""The report for machines: JSON documents whose keys are documented in docs/machine-readable.md and only ever added to.

Numbers are numbers: durations in seconds, gains in dB, shares in 0...1; null where not measured or not finite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from gainstage.diagnose.finding import Finding
from gainstage.diagnose.ladder import Rung
from gainstage.diagnose.rule import Rule
from gainstage.functions.card import Card
from gainstage.show.report import Report


def to_json(report: Report, command: str = "report") -> dict[str, Any]:
    """The report as a JSON-ready document with the schema ``gainstage.<command>/1``."""
    script, seen = report.script, report.observed
    document = {
        "schema": f"gainstage.{command}/1",
        "findings": [finding_json(finding) for finding in report.findings],
        "stages": [_stage(rung) for rung in report.stages],
        "observed": {
            "steps": seen.steps,
            "sampled": seen.sampled,
            "sites": seen.sites,
            "stages": seen.stages,
            "parameters": seen.parameters,
            "overhead": seen.overhead,
            "seconds": seen.seconds,
            "cost_seconds": seen.cost_seconds,
            "bare_step_seconds": seen.bare_seconds,
            "loss": {"start": seen.loss_start, "end": seen.loss_end, "decreasing": seen.loss_decreasing},
            "unseen": list(seen.unseen),
        },
        "script": {
            "argv": list(script.argv),
            "name": script.name,
            "exit_code": script.exit_code,
            "outcome": script.outcome,
            "error": script.error,
            "run": script.path,
            "started": script.started,
            "device": script.device,
            "world_size": script.world_size,
            "versions": script.versions,
        },
        "ranks": [asdict(rank) for rank in report.ranks],
        "next_command": report.next_command,
    }
    return finite(document)


def rules_json(rules: Iterable[Rule]) -> dict[str, Any]:
    """The rules as a JSON-ready document with the schema ``gainstage.rules/1``."""
    rows = [
        {"code": r.code, "name": r.name, "summary": r.summary, "severity": r.severity, "since": r.since} for r in rules
    ]
    return {"schema": "gainstage.rules/1", "rules": rows}


def functions_json(cards: Iterable[Card], cost: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Cards as a JSON-ready document with the schema ``gainstage.functions/1``; ``cost`` belongs to the only card."""
    rows = [
        {
            "name": card.name,
            "title": card.title,
            "elementwise": card.elementwise,
            "formula": card.formula,
            "derivative": card.derivative,
            "where": dict(card.where),
            "parameters": dict(card.parameters),
            "meanings": dict(card.meanings),
            "torch": card.torch,
            "module": card.module,
            "reference": card.reference,
            "note": card.note,
            "properties": {name: asdict(entry) for name, entry in card.properties.items()},
            "cost": dict(cost) if cost else None,
        }
        for card in cards
    ]
    return finite({"schema": "gainstage.functions/1", "functions": rows})


def dumps(document: Mapping[str, Any]) -> str:
    """A document as strict JSON in ASCII, safe to paste into a page: ``<`` is written as an escape."""
    # "<" occurs inside strings alone, where JSON allows the escape.
    return json.dumps(document, indent=2, allow_nan=False).replace("<", "\\u003c") + "\n"


def finite(value: Any) -> Any:
    """``value`` with every nan and infinity replaced by None, at any depth; keys become text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding, as it stands in every document."""
    cause = finding.cause
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "text": finding.text,
        "sites": list(finding.sites),
        "source_lines": list(finding.source_lines),
        "first_step": finding.first_step,
        "last_step": finding.last_step,
        "evidence": finding.evidence,
        "cause": {"name": cause.name, "text": cause.text, "share_db": cause.share_db} if cause else None,
        "remedies": [
            {
                "name": remedy.name,
                "safety": remedy.safety,
                "where": remedy.where,
                "predicted": remedy.predicted,
                "value": remedy.value,
                "unit": remedy.unit,
            }
            for remedy in finding.remedies
        ],
    }


def _stage(rung: Rung) -> dict[str, Any]:
    return {
        "number": rung.number,
        "site": rung.site,
        "network": rung.root,
        "operation": rung.operation,
        "function": rung.function,
        "source_line": rung.source_line,
        "forward_db": rung.forward_db,
        "expected_forward_db": rung.expected_forward_db,
        "backward_db": rung.backward_db,
        "expected_backward_db": rung.expected_backward_db,
        "share_db": rung.share_db,
        "signal": rung.signal,
        "signal_db": rung.signal_db,
        "gradient": rung.gradient,
        "gradient_db": rung.gradient_db,
        "transmission": rung.transmission,
        "transmission_share": rung.transmission_share,
        "dead_share": rung.dead_share,
        "saturated_share": rung.saturated_share,
        "update_ratio": rung.update_ratio,
        "normalised": rung.normalised,
        "residual": rung.residual,
        "output": rung.is_output,
    }
