"""Does the initialisation help? The same networks from different starts, each with the best of the same learning rates.

    OMP_NUM_THREADS=1 python benchmarks/initialisation/run.py                       # all rows, an hour on one core
    OMP_NUM_THREADS=1 python benchmarks/initialisation/run.py --only chain-50,relu  # rows whose names contain a part
    OMP_NUM_THREADS=1 python benchmarks/initialisation/run.py --methods he,init --again

A row is a network, an activation, real data and a fixed number of steps; a cell is a row with a method, trained with
every learning rate from three seeds. Finished cells are kept in results/initialisation.json and run again only with
--again, so that a run that was stopped goes on where it was. `judging.py` says what counts as trained, best and tied.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime, timezone
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from descent import train
from judging import judge
from methods import METHODS, Situation
from tasks import TASKS, Task

import gainstage

RESULTS = Path(__file__).resolve().parents[1] / "results" / "initialisation.json"
SEEDS = 3
Cell = dict[str, Any]


def main() -> None:
    """Run what is missing; write the results after every cell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="rows whose name contains one of these parts, separated by commas")
    parser.add_argument("--exactly", default="", help="rows with these names, separated by commas")
    parser.add_argument("--methods", default=",".join(METHODS), help="of %(default)s")
    parser.add_argument("--again", action="store_true", help="run cells again that are there")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default %(default)s)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="JSON to write and to go on from")
    options = parser.parse_args()
    results = load(options.output)
    for name, method, cell in run_all(list(todo(options, results)), options.jobs):
        results.setdefault(name, {})[method] = cell
        print(progress(name, method, results[name]), file=sys.stderr, flush=True)
        save(results, options.output)
    save(results, options.output)


def todo(options: argparse.Namespace, results: dict[str, dict[str, Cell]]) -> Iterator[tuple[str, str]]:
    """The cells that are asked for and not there yet."""
    parts, exact = options.only.split(","), set(filter(None, options.exactly.split(",")))
    for name, task in TASKS.items():
        if name not in exact if exact else not any(part in name for part in parts):
            continue
        for method in options.methods.split(","):
            # A cell that failed is tried again: the method or the package may have been repaired.
            fresh = options.again or "error" in results.get(name, {}).get(method, {"error": "not run"})
            if fresh and METHODS[method].applies(task) and METHODS[method].installed:
                yield name, method


def run_all(cells: list[tuple[str, str]], jobs: int) -> Iterator[tuple[str, str, Cell]]:
    """Each finished cell as soon as it is there."""
    if jobs == 1:
        yield from ((name, method, measure(name, method)) for name, method in cells)
        return
    with ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(measure, name, method): (name, method) for name, method in cells}
        for future in as_completed(running):
            yield (*running[future], future.result())


def measure(name: str, method: str) -> Cell:
    """Start the row's network from every seed, train all copies, and say what came out and what starting cost."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # a gradient that vanishes would take a hundred times as long
    task = TASKS[name]
    try:
        started = [start(task, method, seed) for seed in range(SEEDS)]
    except Exception as error:  # a method that cannot start a network is a result, too
        nothing: Cell = {"loss": [], "held_loss": [], "accuracy": [], "seconds": None}
        return nothing | {"error": f"{type(error).__name__}: {error}"}
    runs = train([model for model, _ in started], task)
    cell: Cell = {"seconds": max(seconds for _, seconds in started)}
    for key in ("loss", "held_loss", "accuracy"):
        values = [getattr(run, key) for run in runs]
        rounded = [float(f"{value:.5g}") if math.isfinite(value) else None for value in values]
        cell[key] = [rounded[place : place + SEEDS] for place in range(0, len(rounded), SEEDS)]
    return cell


def start(task: Task, method: str, seed: int) -> tuple[torch.nn.Module, float]:
    """A network with its start, and the seconds of processor time that it took, building the network included."""
    chosen, situation = METHODS[method], Situation(task, seed)
    task.load()
    for package in chosen.needs:
        import_module(package)
    torch.manual_seed(seed)
    before = time.process_time()
    model = chosen.make(task)
    chosen.start(model, situation)
    return model, time.process_time() - before


def progress(name: str, method: str, cells: dict[str, Cell]) -> str:
    """One line about a finished cell."""
    if cells[method].get("error"):
        return f"{name:20} {method:10} {cells[method]['error']}"
    one = verdicts(name, {method: cells[method]})[method]
    outcome = f"loss {one['loss']:.3f} ({one['low']:.3f}–{one['high']:.3f}) at {one['rate']:g}"
    return f"{name:20} {method:10} {outcome}, {one['trains']} of {one['seeds']} train, {cells[method]['seconds']:.3f} s"


def verdicts(name: str, cells: dict[str, Cell]) -> dict[str, Any]:
    """The judgement on a row."""
    return judge(cells, TASKS[name].rates, TASKS[name].load().guessing)


def load(path: Path) -> dict[str, dict[str, Cell]]:
    """The cells of an earlier run, by row and method."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return {row["name"]: row["cells"] for row in rows if row["name"] in TASKS}


def save(results: dict[str, dict[str, Cell]], path: Path) -> None:
    """Write cells and verdicts, with date, machine and versions."""
    rows = [described(TASKS[name], results[name]) for name in TASKS if name in results]
    packages = {package for method in METHODS.values() for package in method.needs if method.installed}
    versions = {"gainstage": gainstage.__version__, "torch": torch.__version__, "python": platform.python_version()}
    about = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": platform.machine(),
        "threads": 1,
        "versions": versions | {package: version(package) for package in sorted(packages)},
        "methods": {name: method.title for name, method in METHODS.items()},
        "seeds": SEEDS,
        "tasks": len(TASKS),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**about, "rows": rows}, ensure_ascii=False) + "\n", encoding="utf-8")


def described(task: Task, cells: dict[str, Cell]) -> dict[str, Any]:
    """A row of the results."""
    return {
        "name": task.name,
        "family": task.family,
        "depth": task.depth,
        "activation": task.activation,
        "steps": task.steps,
        "batch": task.batch,
        "optimizer": "Adam" if task.adam else "SGD, momentum 0.9",
        "rates": task.rates,
        "guessing": task.load().guessing,
        "cells": {name: cells[name] for name in METHODS if name in cells},
        "complete": all(name in cells for name, method in METHODS.items() if method.applies(task)),
        "verdicts": verdicts(task.name, cells),
    }


if __name__ == "__main__":
    main()
