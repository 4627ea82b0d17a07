"""The part of docs/models.md that is measured: what is seen of models that others wrote."""

from __future__ import annotations

from collections import Counter
from typing import Any

Row = dict[str, Any]

BLOCK = """\
Generated from `benchmarks/results/models.json` by `make docs`; measured on {date} with Python {python}, {versions},
{machine}. Measure again (half an hour): `OMP_NUM_THREADS=1 python benchmarks/models/run.py`.

Of {all} models {seen} ran and were watched: **{crashed} crashed or stopped the observer, {same} of {seen} ended in
the very weights of an unwatched run, {errors} with an error, {warnings} with a warning.** A watched step, every
operation of it looked at, took {ratio:.1f} times as long as a bare one in the middle of all models (small models in
small batches; an unsampled step costs nothing).

{remarks}

| library | models | stages, least to most | with an error | with a warning | watched / bare step, median |
| --- | ---: | ---: | ---: | ---: | ---: |
{libraries}

<details><summary>Every model</summary>

| model | parameters | stages | errors and warnings | watched / bare step |
| --- | ---: | ---: | --- | ---: |
{rows}

</details>

{missing}
"""


def block(measured: Row) -> str:
    """All tables."""
    rows = measured["rows"]
    seen = [row for row in rows if row["outcome"] == "seen"]
    failed = [row for row in rows if "watch" in row["outcome"] or row["outcome"] == "the process died"]
    missing = [row for row in rows if row not in seen and row not in failed]
    return BLOCK.format(
        **{key: measured[key] for key in ("date", "python", "machine")},
        versions=", ".join(f"{name} {number}" for name, number in measured["versions"].items()),
        all=len(rows),
        seen=len(seen),
        crashed=len(failed) + sum(bool(row["observer_errors"]) for row in seen),
        same=sum(row["same_weights"] for row in seen),
        errors=sum("error" in severities(row) for row in seen),
        warnings=sum("warning" in severities(row) and "error" not in severities(row) for row in seen),
        ratio=middle([row["ratio"] for row in seen]),
        remarks="\n".join(f"* `{row['name']}`: {text}" for row in seen for text in texts(row)),
        libraries="\n".join(library(name, seen) for name in dict.fromkeys(row["library"] for row in seen)),
        rows="\n".join(line(row) for row in seen),
        missing=left_out(missing),
    ).replace("\n\n\n", "\n\n")


def findings(row: Row) -> list[tuple[str, str, str]]:
    """Errors and warnings of both looks, each code once."""
    found = {code: (code, severity, text) for code, severity, text in row["watched"] + row["checked"]}
    return [one for one in found.values() if one[1] != "info"]


def severities(row: Row) -> set[str]:
    return {severity for _, severity, _ in findings(row)}


def texts(row: Row) -> list[str]:
    """What is said of a model, in sentences."""
    return [f"**{code}** ({severity}) {text}" for code, severity, text in findings(row)]


def library(name: str, seen: list[Row]) -> str:
    """A library in a line."""
    own = [row for row in seen if row["library"] == name]
    stages, counts = [row["stages"] for row in own], Counter(s for row in own for s in severities(row))
    spread = f"{min(stages)}–{max(stages)}" if len(own) > 1 else str(stages[0])
    ratio = middle([row["ratio"] for row in own])
    return f"| {name} | {len(own)} | {spread} | {counts['error']} | {counts['warning']} | {ratio:.1f} |"


def line(row: Row) -> str:
    """A model in a line."""
    said = ", ".join(f"{code} {severity}" for code, severity, _ in findings(row)) or "–"
    return f"| {row['library']} {row['name']} | {row['parameters']:,} | {row['stages']} | {said} | {row['ratio']:.1f} |"


def left_out(missing: list[Row]) -> str:
    """The models that did not run here, and why."""
    if not missing:
        return ""
    named = ", ".join(f"{row['name']} ({row.get('why') or row['outcome']})" for row in missing)
    return f"Not seen, for they did not run on this machine even unwatched, or not within the time: {named}."


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0
