"""The part of docs/initialisation.md that is measured: which initialisation trains which network, and how well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import geometric_mean, median
from typing import Any

Row = dict[str, Any]

OURS = ("init", "stage")
FAMILIES = {
    "chain": "Plain chains, {depth} layers",
    "resnet": "ResNet-{depth} without normalisation",
    "postnorm": "Post-norm transformer, {depth} layers",
}

BLOCK = """\
Generated from `benchmarks/results/initialisation.json` by `make docs`; measured on {date} with torch {torch},
{machine}, one thread, {packages}. Measure again (an hour):
`OMP_NUM_THREADS=1 python benchmarks/initialisation/run.py`.

Chains of 64 units on MNIST (14 × 14), a ResNet-20 without BatchNorm on scikit-learn's digits (SGD with momentum 0.9),
a post-norm transformer on the characters of Python's help texts (Adam, no warm-up); {steps} steps. Every method stands
with the best of the same learning rates in its row, from {seeds} seeds. A cell is the training loss over the last 20
steps (geometric mean, 95 % interval); guessing gives {guessing}. **Bold**: best, or its interval overlaps the best
one's; with so few seeds that says no more than that no difference was shown. –: does not train, for not every seed
comes 10 % below guessing. {shown}.

| | trains | best | best or tied | loss / best loss | seconds, {timed} |
| --- | ---: | ---: | ---: | ---: | ---: |
{summary}

LSUV, DKS and TAT are their authors' packages; DKS and TAT change the activation itself, and take a leaky ReLU for ReLU.
AutoInit and GradInit are derived anew from the papers.

{tables}

{lost}
"""


def block(measured: Row) -> str:
    """All tables."""
    rows, titles = [row for row in measured["rows"] if row["complete"]], measured["methods"]
    versions = measured["versions"]
    packages = ", ".join(f"{name} {versions[name]}" for name in ("lsuv", "dks") if name in versions)
    return BLOCK.format(
        date=measured["date"],
        torch=versions["torch"],
        machine=measured["machine"],
        packages=packages,
        steps=span([row["steps"] for row in rows]),
        seeds=measured["seeds"],
        guessing=" and ".join(sorted({f"{row['guessing']:.2f}" for row in rows})),
        timed="chains of 50",
        summary="\n".join(line(cells) for cells in summary(rows, titles)),
        tables="\n\n".join(family(rows, titles, *kind) for kind in kinds(rows)),
        lost=lost(rows, titles),
        shown=f"{len(rows)} of {measured['tasks']} rows are measured with every method, and shown",
    )


def span(steps: list[int]) -> str:
    """From the smallest to the largest budget."""
    return str(steps[0]) if len(set(steps)) == 1 else f"{min(steps)} to {max(steps)}"


def summary(rows: list[Row], titles: dict[str, str]) -> Iterator[list[str]]:
    """One line per method: rows in which it trains, is best, is best or tied, how far from the best, and its cost."""
    for name, title in titles.items():
        found = [row["verdicts"][name] for row in rows if name in row["verdicts"]]
        if not found:
            continue
        counts = (sum(trained(one) for one in found), *(sum(one[key] for one in found) for key in ("best", "tied")))
        seconds = [row["cells"][name]["seconds"] for row in rows if is_timed(row) and name in row["verdicts"]]
        cost = f"{median(seconds):.3f}" if seconds else "–"
        excess = geometric_mean([row["verdicts"][name]["loss"] / least(row) for row in rows if name in row["verdicts"]])
        yield [title, f"{counts[0]} of {len(found)}", str(counts[1]), str(counts[2]), f"{excess:.2f}", cost]


def least(row: Row) -> float:
    """The best loss of a row."""
    return min(one["loss"] for one in row["verdicts"].values())


def is_timed(row: Row) -> bool:
    """Costs are compared on one kind of network."""
    return row["family"] == "chain" and row["depth"] == 50


def kinds(rows: list[Row]) -> Iterable[tuple[str, int]]:
    """Families and depths in the order of the rows."""
    return dict.fromkeys((row["family"], row["depth"]) for row in rows)


def family(rows: list[Row], titles: dict[str, str], name: str, depth: int) -> str:
    """The table of one family at one depth: activations down, methods across."""
    own = [row for row in rows if (row["family"], row["depth"]) == (name, depth)]
    methods = [method for method in titles if any(method in row["verdicts"] for row in own)]
    head = line(["", *(titles[method] for method in methods)])
    rule = line(["---", *["---:"] * len(methods)])
    body = (line([row["activation"], *(cell(row["verdicts"].get(method)) for method in methods)]) for row in own)
    return "\n".join([f"### {FAMILIES[name].format(depth=depth)}", "", head, rule, *body])


def cell(one: Row | None) -> str:
    """Loss and interval."""
    if one is None:
        return ""
    if not trained(one):
        return "–"
    text = f"{one['loss']:.2f} ({one['low']:.2f}–{one['high']:.2f})"
    return f"**{text}**" if one["tied"] else text


def trained(one: Row) -> bool:
    """From every seed."""
    return one["trains"] == one["seeds"]


def lost(rows: list[Row], titles: dict[str, str]) -> str:
    """The rows in which neither of ours is best or tied."""
    if not any(name in row["verdicts"] for row in rows for name in OURS):
        return ""
    found = []
    for row in rows:
        ours = [row["verdicts"][name] for name in OURS if name in row["verdicts"]]
        best = [name for name, one in row["verdicts"].items() if one["best"]]
        if ours and best and not any(one["tied"] for one in ours):
            nearest = min(ours, key=lambda one: one["loss"])
            winner = row["verdicts"][best[0]]
            found.append(line([f"`{row['name']}`", cell(nearest), f"{titles[best[0]]}: {cell(winner)}"]))
    if not found:
        return "In every row `init_` or `stage_` is best or tied."
    return "\n".join(["Rows in which ours lose:", "", "| | ours | best |", "| --- | ---: | --- |", *found])


def line(cells: Iterable[str]) -> str:
    """A row in Markdown."""
    return f"| {' | '.join(cells)} |"
