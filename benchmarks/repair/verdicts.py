"""Who is repaired: the final number beside the healthy twin's."""

from __future__ import annotations

import math
import platform
import statistics
from datetime import date
from importlib.metadata import version
from typing import Any

from execute import lower_is_better

STRATEGIES = ("untouched", "random", "autotrainer", "first look", "gainstage")
POINTS = 0.02  # of accuracy
SHARE = 0.05  # of a loss
TRULY = 0.02  # worse than untouched by so much is worse


def document(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Everything, as it is written to the results file."""
    patients = [rows[name] for name in sorted(rows)]
    return {
        "schema": "gainstage.repair/1",
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), "torch": version("torch"), "gainstage": version("gainstage")},
        "summary": {name: summary(patients, name) for name in STRATEGIES},
        "patients": patients,
    }


def summary(patients: list[dict[str, Any]], strategy: str) -> dict[str, Any]:
    """Figures of one strategy: shares in 0…1, cost in multiples of one training."""
    treated = [row for row in patients if strategy in row and row["healthy"] is not None]
    costs = [row[strategy]["trainings"] for row in treated if row[strategy].get("trainings")]
    count = max(len(treated), 1)
    return {
        "patients": len(treated),
        "repaired": sum(repaired(row, strategy) for row in treated) / count,
        "worse": sum(worse(row, strategy) for row in treated),
        "changed": sum(bool(row[strategy].get("changed")) for row in treated),
        "median_trainings": statistics.median(costs) if costs else None,
    }


def repaired(row: dict[str, Any], strategy: str) -> bool:
    """Within 2 points of the twin's accuracy, or 5 % of its loss; better counts as well."""
    mine, healthy = number(row[strategy]["metric"]), number(row["healthy"])
    if math.isnan(mine):
        return False
    if lower_is_better(row["label"]):
        return mine <= healthy + SHARE * abs(healthy)
    return mine >= healthy - POINTS


def worse(row: dict[str, Any], strategy: str) -> bool:
    """Whether it ends worse than if nothing had been done."""
    mine, sick = number(row[strategy]["metric"]), number(row["untouched"]["metric"])
    if math.isnan(sick) or not row[strategy].get("changed"):
        return False
    if math.isnan(mine):
        return True
    return mine > sick + SHARE * abs(sick) if lower_is_better(row["label"]) else mine < sick - TRULY


def number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def text(result: dict[str, Any]) -> str:
    """The figures, and who was not repaired."""
    lines = [f"{'strategy':14}{'patients':>9}{'repaired':>10}{'worse':>7}{'changed':>9}{'trainings (median)':>20}"]
    for name, row in result["summary"].items():
        cost = "–" if row["median_trainings"] is None else f"{row['median_trainings']:.1f}"
        lines.append(f"{name:14}{row['patients']:9}{row['repaired']:10.1%}{row['worse']:7}{row['changed']:9}{cost:>20}")
    lines.append("")
    for row in result["patients"]:
        if not repaired(row, "gainstage"):
            ours = row["gainstage"]
            why = ours.get("error") or ours.get("chosen") or ours.get("reason")
            lines.append(
                f"not repaired: {row['script']}: {row['label']} {ours['metric']}, twin {row['healthy']}: {why}"
            )
    return "\n".join(lines)
