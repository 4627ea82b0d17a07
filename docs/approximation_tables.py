"""The tables of docs/approximation.md, from benchmarks/results/approximation.json."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

Row = dict[str, Any]


def tables(result: dict[str, Any]) -> dict[str, str]:
    """The blocks between the page's markers, of the parts that were measured."""
    makers = {"units": units, "rates": rates, "training": training, "speed": speed}
    return {name: make(result[name]) for name, make in makers.items() if name in result}


def table(header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """A table whose first ``words`` columns are words and whose others are numbers."""
    lines = [header, ["---"] * words + ["---:"] * (len(header) - words), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def units(rows: Sequence[Row]) -> str:
    """Units for each function and activation; in brackets what equal widths need."""
    kinds = list(dict.fromkeys(row["unit"] for row in rows))
    found = []
    for name in dict.fromkeys(row["target"] for row in rows):
        mine = {row["unit"]: row for row in rows if row["target"] == name}
        formula = next(iter(mine.values()))["formula"]
        found.append([name, f"`{formula}`", *(_units(mine[kind]) for kind in kinds)])
    note = "\nIn brackets: the same construction with equal widths. –: out of reach of such units in float32.\n"
    return table(["function", "formula", *kinds], found, 2) + note


def _units(row: Row) -> str:
    if "refused" in row:
        return "–"
    equal = f" ({row['equal_width']:,})" if row["equal_width"] is not None else ""
    return f"{row['units']:,}{equal}"


def rates(rows: Sequence[Row]) -> str:
    """Exponents by function, activation and placement."""
    names = list(dict.fromkeys(row["target"] for row in rows))
    keys = list(dict.fromkeys((row["unit"], row["placement"]) for row in rows))
    by = {(row["target"], row["unit"], row["placement"]): row["exponent"] for row in rows}
    cells = [[name, *(_exponent(by.get((name, *key))) for key in keys)] for name in names]
    return table(["function", *(f"{unit}, {placement}" for unit, placement in keys)], cells)


def _exponent(value: float | None) -> str:
    return "–" if value is None else f"−{abs(value):.2f}" if value < 0 else f"{value:.2f}"


def training(rows: Sequence[Row]) -> str:
    """Errors of networks and yardsticks."""
    header = ["function", "unit", "units", "built", "fine-tuned", "random start"]
    header += ["linear spline", "cubic spline", "Chebyshev"]
    cells = []
    for row in rows:
        start = [median(column) for column in zip(*row["random_start"], strict=True)]
        networks = (f"{large:.2g} / {mean:.2g}" for large, mean in (row["built"], row["fine_tuned"], start))
        others = (f"{row[name]:.2g}" for name in ("linear_spline", "cubic_spline", "chebyshev"))
        cells.append([row["target"], row["unit"], str(row["units"]), *networks, *others])
    return table(header, cells, 2)


def speed(result: Row) -> str:
    """Seconds of the clock and of the CPU."""
    cells = [
        [f"build {result['towers']:,} towers", *_seconds(result, "build_")],
        [f"evaluate them at {result['points']:,} points", *_seconds(result, "evaluate_")],
        *([f"prove the bound of {proof['towers']:,} towers", *_seconds(proof)] for proof in result["proofs"]),
    ]
    growth = f"\nThe proof's CPU time grows as the number of towers to the power {result['growth_exponent']:.2f}.\n"
    return table(["one thread", "seconds", "of the CPU"], cells) + growth


def _seconds(row: Row, prefix: str = "") -> list[str]:
    return [f"{row[f'{prefix}{kind}']:.2f}" for kind in ("seconds", "cpu_seconds")]
