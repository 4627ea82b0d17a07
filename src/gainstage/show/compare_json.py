"""The comparison for machines: ``gainstage.compare/1``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gainstage.comparison.answer import Comparison, Entry, Row
from gainstage.show.machine import finite


def to_json(found: Comparison) -> dict[str, Any]:
    """The comparison as a JSON-ready document; keys are documented in docs/machine-readable.md."""
    measure = found.measure
    document = {
        "schema": "gainstage.compare/1",
        "script": {"argv": list(found.command)},
        "measure": None
        if measure is None
        else {"name": measure.name, "kind": measure.kind, "lower": measure.lower, "scale": measure.scale},
        "steps": found.steps,
        "whole": found.whole,
        "seeds": found.seeds,
        "own_learning_rate": found.own_rate,
        "target_loss": found.target,
        "ranking": [_row(row) for row in found.rows],
        "best": [row.arm.name for row in found.tied],
        "tie": len(found.tied) > 1,
        "not_compared": [{"activation": o.arm.activation, "init": o.arm.init, "why": o.why} for o in found.left],
        "rungs": list(found.rungs),
        "risk": {"allowed": found.risk, "spent": found.spent},
        "order_kept": asdict(found.held),
        "notes": list(found.notes),
        "cost": asdict(found.cost),
        "run": found.folder,
        "interrupted": found.interrupted,
    }
    return finite(document)


def _row(row: Row) -> dict[str, Any]:
    return {
        "activation": row.arm.activation,
        "init": row.arm.init,
        "tied": row.tied,
        "probability_best": row.share,
        **_entry(row.best),
        "others": [_entry(entry) for entry in row.others],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    drop, against, facts = entry.dropped, entry.against, entry.facts
    return {
        "learning_rate": entry.candidate.rate,
        "learning_rate_factor": entry.candidate.factor,
        "steps": entry.steps,
        "values": list(entry.values),
        "losses": list(entry.losses),
        "best_over_it": {"mean": against.mean, "low": against.low, "high": against.high, "scale": against.scale}
        if against
        else None,
        "probability_best": entry.share,
        "steps_to_target": entry.reached,
        "step_seconds": entry.step_seconds,
        "memory_bytes": entry.memory,
        "findings": list(facts.findings) if facts else None,
        "functions": list(facts.functions) if facts else None,
        "dead_share": facts.dead if facts else None,
        "saturated_share": facts.saturated if facts else None,
        "sparsity": facts.sparsity if facts else None,
        "dropped": {"step": drop.step, "seeds": drop.seeds, "p": drop.p, "broke": drop.broke}
        if drop
        else None,
        "errors": list(entry.errors),
    }
