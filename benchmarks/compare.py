"""Does the race find what the exhaustive comparison finds, and for how much less?

python benchmarks/compare.py --record            # every candidate on every seed to the end (goes on if stopped)
python benchmarks/compare.py                     # what the race does on these courses, over bootstrap repetitions
python benchmarks/compare.py --speed             # one worker against two: needs two idle cores
python benchmarks/compare.py --dask              # Dask's overhead per trial, on a scheduler and two workers here
python benchmarks/compare.py --simulate          # 1,000 trials, 100 workers, failures, stragglers

The tasks are trainings of seconds on real data from benchmarks/detection. A repetition draws as many seeds as there are
with replacement and races the recorded courses: a race only ever looks at a course up to the step that it came to, so
that this is the race itself, less the waiting.

The race agrees with the exhaustive comparison where its winner is the exhaustive one's on the same seeds, or is tied
with it there: the 95 % interval of their paired difference, all candidates run to the end, shows no difference that
matters. The share of repetitions with the very same winner is given beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from compare_workers import simulated, speed, through_dask

from gainstage.comparison.candidate import Candidate
from gainstage.comparison.options import Options
from gainstage.comparison.race import Race
from gainstage.comparison.script import candidates, compare, pace
from gainstage.comparison.store import BASE, Store, key_of
from gainstage.observe.script import Target
from gainstage.verify.order import Course
from gainstage.verify.proof import Measure
from gainstage.verify.rows import filled
from gainstage.verify.verdict import effect

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "detection" / "scripts"
RESULTS = HERE / "results" / "compare.json"
TASKS = (
    "sigmoid_hidden_cancer", "sparse_relu_digits", "regression_mpg", "tanh_mlp_wine", "tiny_table",
    "silu_residual_income", "gelu_mlp_mnist1d", "selu_deep_digits", "sgd_cosine_cnn1d", "leaky_relu_cnn",
)  # fmt: skip
WHAT = Options(("relu", "tanh", "gelu", "silu"), ("default", "critical"), seeds=5, risk=0.0)
RISK = 0.05


@dataclass(slots=True)
class Recorded:
    """Trials that have all been run: bringing one to a step is only counted. ``seeds`` says which one stands where."""

    courses: dict[tuple[int, int], Course]
    seeds: Sequence[int]
    reached: dict[tuple[int, int], int] = field(default_factory=dict)

    def bring(self, stage: str, wanted: Sequence[tuple[int, int]], steps: int) -> None:
        """Note how far each trial has come."""
        for pair in wanted:
            self.reached[pair] = max(self.reached.get(pair, 0), min(steps, self._whole(pair).steps))

    def course(self, pair: tuple[int, int]) -> Course | None:
        """The recorded course: the race looks at its first steps only."""
        return self._whole(pair) if pair in self.reached else None

    def give_up(self, candidates: Sequence[int], seeds: int) -> None:
        """Nothing is kept for them."""

    def _whole(self, pair: tuple[int, int]) -> Course:
        return self.courses[pair[0], self.seeds[pair[1]]]


def record(folder: Path, names: Sequence[str]) -> None:
    """Run every candidate of these tasks to the end; what is done already is not run again."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONPATH"] = str(SCRIPTS)
    os.environ["OMP_NUM_THREADS"] = "1"
    os.chdir(folder)
    for name in names:
        told = {"stage": ""}

        def progress(stage: str, done: int, total: int, told: dict[str, str] = told, name: str = name) -> None:
            if stage != told["stage"]:
                told["stage"] = stage
                print(f"{name}: {stage}", flush=True)

        options = Options(WHAT.activations, WHAT.inits, seeds=WHAT.seeds, risk=0.0, jobs=1)
        compare(Target("file", str(SCRIPTS / "healthy" / f"{name}.py")), options, output=name, progress=progress)


def recorded(folder: Path, name: str) -> tuple[list[Candidate], dict[tuple[int, int], Course], int] | None:
    """(candidates, courses by candidate and seed, length); None where not everything is recorded yet."""
    store = Store(folder / f"{name}.gs")
    if not store.file.exists() or not store._read():
        return None
    base = store.results[BASE]
    able = candidates(store, base, WHAT).candidates
    length = pace(base.course, WHAT).length
    courses: dict[tuple[int, int], Course] = {}
    for number, candidate in enumerate(able):
        for seed in range(WHAT.seeds):
            result = store.results.get(key_of(candidate.texts, seed))
            if result is None or (result.course.steps < length and not result.course.broke):
                return None
            courses[number, seed] = result.course
    return able, courses, length


def judged(name: str, folder: Path, repeats: int) -> dict[str, Any] | None:
    """The race against the exhaustive comparison of one task."""
    found = recorded(folder, name)
    if found is None:
        return None
    able, courses, length = found
    random = np.random.default_rng(0)
    draws = [list(range(WHAT.seeds)), *random.integers(WHAT.seeds, size=(repeats, WHAT.seeds)).tolist()]
    rows = [repetition(able, courses, length, seeds) for seeds in draws if len(set(seeds)) > 1]
    own, drawn = rows[0], rows[1:]
    return {
        "task": name,
        "candidates": len(able),
        "steps": length,
        "measure": own["measure"],
        "winner": own["winner"],
        "exhaustive_winner": own["exhaustive"],
        "agrees": own["agrees"],
        "agreement": float(np.mean([row["agrees"] for row in drawn])),
        "same_winner": float(np.mean([row["winner"] == row["exhaustive"] for row in drawn])),
        "cost": float(np.mean([row["cost"] for row in rows])),
        "cost_of_all_seeds": own["cost"],
        "order_kept": [own["held"], own["pairs"]],
    }


def repetition(
    able: list[Candidate], courses: dict[tuple[int, int], Course], length: int, seeds: Sequence[int]
) -> dict[str, Any]:
    """One race on these seeds, and the exhaustive comparison on the same."""
    trials = Recorded(courses, seeds)
    race = Race(trials, len(able), len(seeds), length, "", RISK)
    race.run()
    cost = sum(trials.reached.values()) / (length * len(able) * len(seeds))
    pairs = race.held()
    every = range(len(able))
    trials.bring("", [(n, seed) for n in every for seed in range(len(seeds))], length)
    measure = race.measure(every, length, len(seeds))
    assert measure is not None
    values = filled({n: race.courses(n) for n in every}, measure, length)
    table = race.table(every, measure, length, len(seeds)).mean(axis=1)
    best = int(table.argmin())
    mine = min(race.alive, key=lambda n: table[n])
    return {
        "measure": measure.name,
        "winner": told(able[mine]),
        "exhaustive": told(able[best]),
        "agrees": mine == best or not shown(measure, values[best], values[mine]),
        "cost": cost,
        "held": pairs.held,
        "pairs": pairs.pairs,
    }


def shown(measure: Measure, best: Sequence[float], other: Sequence[float]) -> bool:
    """Whether the exhaustive comparison shows that one is better."""
    return effect(measure, best, other).clear


def told(candidate: Candidate) -> str:
    return f"{candidate.arm.name}, ×{candidate.factor:g}"


def main() -> int:
    """Record, judge or measure; what is measured goes into the results, the rest of which stays."""
    options = arguments()
    names = [name for name in TASKS if not options.only or name in options.only.split(",")]
    if options.record:
        record(options.folder, names)
        return 0
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    found |= {"date": date.today().isoformat(), "torch": torch.__version__, "python": sys.version.split()[0]}
    others = {
        "speed": lambda: speed(options.folder, SCRIPTS),
        "simulation": lambda: simulated(100, 1000),
        "dask": lambda: through_dask(options.jobs),
    }
    for name, measured in others.items():
        if getattr(options, name):
            found[name] = measured()
            print(name, json.dumps(found[name], indent=1))
            RESULTS.write_text(json.dumps(found, indent=1) + "\n")
            return 0
    rows = [row for name in names if (row := judged(name, options.folder, options.repeats)) is not None]
    found["agreement"] = rows and {
        "risk": RISK,
        "seeds": WHAT.seeds,
        "repeats": options.repeats,
        "agreement": float(np.mean([row["agreement"] for row in rows])),
        "same_winner": float(np.mean([row["same_winner"] for row in rows])),
        "cost": float(np.mean([row["cost"] for row in rows])),
        "tasks": rows,
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    for row in rows:
        print(f"{row['task']:24} agrees {row['agreement']:.3f} same {row['same_winner']:.3f} cost {row['cost']:.3f} "
              f"order kept {row['order_kept']} {row['winner']} | {row['exhaustive_winner']}")  # fmt: skip
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--simulate", action="store_true", dest="simulation")
    parser.add_argument("--folder", type=Path, default=HERE / ".compare", help="where the recordings lie")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=100, help="of --dask")
    parser.add_argument("--repeats", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
