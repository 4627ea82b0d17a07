"""Pages about the activation functions, from what was measured: their digits and their speed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]

NUMERICS = """# The digits of activation functions

Generated from `benchmarks/results/numerics.json` by `make docs`; measured on {date} with torch {torch} on
{inputs} float32 inputs ({what}), one thread. Measure again: `python benchmarks/numerics.py` (minutes), or with
`--all` on all 2^32 inputs (a day, goes on where it was stopped).

The truth is a float64 formula that the tests hold against 50 digits. An error is counted in units in the last place
(ULP) where the true result is a normal number; {huge:,} ULP are a result of which not one digit is right. Near the
zero of a derivative (of GELU at -0.75, of SiLU at -1.28, of Mish at -1.19) torch's gradient is a difference of two
nearly equal numbers: there its relative error is without bound, its absolute error is small.

## Largest error in ULP

| function | torch: value | gradient | compiled: value | gradient | `gainstage.nn`: value | gradient |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{errors}

## Holes

Where torch gives zero, NaN or infinity and the true result is an ordinary number, or other bits for a strided tensor;
the input nearest to zero is named. `gainstage.nn` has {ours} such inputs.

| function | torch | compiled |
| --- | --- | --- |
{holes}
"""

SPEED = """# The speed of activation functions

Generated from `benchmarks/results/functions.json` by `make docs`; measured on {date} with torch {torch}, {machine},
{threads} thread, float32. Measure again (minutes): `OMP_NUM_THREADS=1 python benchmarks/functions.py`.

Times are multiples of `copy_` into a preallocated tensor, measured in the same rounds: medians of {rounds}, with the
lowest and highest of ours. torch is the faster of eager and `torch.compile`. **Bold**: ours is slower than torch.

{sizes}

## Bytes kept for backward

Per number, between two linear layers; the input of the second layer, 4 bytes, is among them.

| function | torch | `gainstage.nn` |
| --- | ---: | ---: |
{kept}
"""


def numerics(measured: Row) -> str:
    """docs/numerics.md."""
    rows = measured["functions"]
    faults = sum(hole["count"] for row in rows for hole in holes(row["ways"]["ours"]).values())
    wrong = sum(row["limits"]["ours"] != row["limits"]["truth"] for row in rows if not periodic(row))
    return NUMERICS.format(
        date=measured["date"],
        torch=measured["versions"]["torch"],
        inputs=f"{measured['inputs']:,}",
        what="a dense sample" if measured["sample"] else "all there are",
        huge=2**24,
        errors="\n".join(table(error_cells(row) for row in rows)),
        ours=faults + wrong,
        holes="\n".join(table(hole_cells(row) for row in rows)),
    )


def error_cells(row: Row) -> list[str]:
    """One function's largest errors."""
    cells = [row["name"]]
    for way in ("torch", "torch_compile", "ours"):
        found = row["ways"].get(way)
        cells += [ulp(found[key]["ulp"]["error"]) if found else "–" for key in ("value", "gradient")]
    return cells


def ulp(error: float) -> str:
    """An error with one digit behind the point, large ones in powers of ten."""
    return f"{error:.1f}" if error < 1000 else f"{error:.0e}".replace("e+0", "e").replace("e+", "e")


def holes(way: Row) -> dict[str, Row]:
    """The faults of one way by what they are called."""
    found = {
        "value 0": way["value"]["zeros"],
        "value NaN or inf": way["value"]["nans"],
        "gradient 0": way["gradient"]["zeros"],
        "gradient NaN or inf": way["gradient"]["nans"],
        "second derivative NaN or missing": way.get("curvature", {}).get("nans", {"count": 0}),
        "strided differs": way.get("strided", {"count": 0}),
    }
    return {name: fault for name, fault in found.items() if fault["count"]}


def hole_cells(row: Row) -> list[str]:
    """One function's faults in words."""
    said = [name_holes(row["ways"][way]) if way in row["ways"] else [] for way in ("torch", "torch_compile")]
    if not periodic(row):
        said[0] += wrong_limits(row["limits"]["torch"], row["limits"]["truth"])
    return [row["name"], *("; ".join(parts) or "–" for parts in said)]


def name_holes(way: Row) -> list[str]:
    """Each kind of fault with the input nearest to zero."""
    return [f"{name} at {fault['at']:.4g}" for name, fault in holes(way).items()]


def wrong_limits(computed: list[list[Any]], truth: list[list[Any]]) -> list[str]:
    """What is wrong at the infinities."""
    names = (("value at -inf", "value at inf"), ("gradient at -inf", "gradient at inf"))
    return [
        f"{names[order][side]} {computed[order][side]}"
        for order in range(2)
        for side in range(2)
        if computed[order][side] != truth[order][side]
    ]


def periodic(row: Row) -> bool:
    """A wave has no limit."""
    return row["name"] in ("sine", "snake")


def speed(measured: Row) -> str:
    """docs/speed.md."""
    sizes = [entry["size"] for entry in measured["functions"][0]["sizes"]]
    return SPEED.format(
        date=measured["date"],
        torch=measured["versions"]["torch"],
        machine=measured["machine"],
        threads=measured["threads"],
        rounds=measured["rounds"],
        sizes="\n\n".join(size_section(measured["functions"], i, size) for i, size in enumerate(sizes)),
        kept="\n".join(table(kept_cells(row) for row in measured["functions"])),
    )


def size_section(rows: list[Row], position: int, size: int) -> str:
    """The table of one size."""
    head = (
        f"## {size:,} numbers\n\n"
        "| function | torch: forward | ours | torch: forward and backward | ours | NumPy | JAX |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    )
    return head + "\n".join(table(speed_cells(row, row["sizes"][position]) for row in rows))


def speed_cells(row: Row, entry: Row) -> list[str]:
    """One function at one size."""
    cells = [row["name"]]
    for mode in ("forward", "both"):
        times = entry[mode]
        rival = min((times[who]["median"] for who in ("eager", "compile") if who in times), default=math.nan)
        ours = times["ours"]
        text = f"{ours['median']:.1f} ({ours['low']:.1f}–{ours['high']:.1f})"
        cells += [f"{rival:.1f}", f"**{text}**" if ours["median"] > rival else text]
    return [*cells, *(single(entry["forward"].get(who)) for who in ("numpy", "jax"))]


def single(times: Row | None) -> str:
    """A median, where there is one."""
    return f"{times['median']:.1f}" if times else "–"


def kept_cells(row: Row) -> list[str]:
    """One function's bytes."""
    return [row["name"], f"{row['kept_bytes']['eager']:.3g}", f"{row['kept_bytes']['ours']:.3g}"]


def table(rows: Iterable[list[str]]) -> Iterable[str]:
    """Markdown."""
    return (f"| {' | '.join(cells)} |" for cells in rows)


def repair_table(result: dict[str, Any]) -> str:
    """Strategies of the repair benchmark, and who was not repaired."""
    rows = ["| strategy | patients | repaired | made worse | cost, in trainings (median) |"]
    rows.append("| --- | --- | --- | --- | --- |")
    for name, row in result["summary"].items():
        if row["patients"]:
            cost = "–" if row["median_trainings"] is None else f"{row['median_trainings']:.1f}"
            rows.append(f"| {name} | {row['patients']} | {row['repaired']:.0%} | {row['worse']} | {cost} |")
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return "\n".join([*rows, "", f"{result['date']}; {versions}."]) + "\n"


def fuzz_table(result: dict[str, Any]) -> str:
    """How many inputs each target of the fuzzing has got, and how they were answered."""
    rows = [
        [row["what"], f"{row['inputs']:,}", answers(row["outcomes"]), str(row["faults"])] for row in result["targets"]
    ]
    heads = [["inputs drawn", "tried", "answered", "faults"], ["---", "---:", "---", "---:"]]
    seen = f"{result['date']}, Python {result['versions']['python']}, hypothesis {result['versions']['hypothesis']}"
    return "\n".join(table([*heads, *rows])) + f"\n\nRun on {seen}, seed {result['seed']}.\n"


def answers(outcomes: dict[str, int]) -> str:
    """``read 38, refused 112``."""
    return ", ".join(f"{name} {count:,}" for name, count in outcomes.items())
