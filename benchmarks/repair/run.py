"""The repair benchmark: does the cure that is proved bring a sick training to where its healthy twin comes?

python benchmarks/repair/run.py                          # every patient of both sets, an hour or two on two cores
python benchmarks/repair/run.py --only vanish,softmax --set matrix
python benchmarks/repair/run.py --sample 8               # a few, spread over the faults
python benchmarks/repair/run.py --judge-only            # the figures of what is stored

A patient is a script of benchmarks/detection; its twin is the same script with the fault taken out. Strategies:

* untouched: the script as it is;
* random: the random remedy that the proof was controlled with, whatever it brings;
* autotrainer: AutoTrainer's order of remedies (Zhang et al., 2021, ICSE), see autotrainer.py;
* gainstage: what `gainstage fix --unsafe` proves, else the script as it is.

Each is trained to the end once more; its last printed number counts. Interrupted runs go on where they stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "detection"))

from execute import SCRIPTS, Task, environment, execute  # noqa: E402
from matrix import EXAMS, Exam, Sick  # noqa: E402
from verdicts import document, text  # noqa: E402

RESULTS = HERE.parent / "results" / "repair.json"
ATTEMPT = HERE / "attempt.py"
AUTOTRAINER = HERE / "autotrainer.py"


def patients(sets: list[str], only: str) -> Iterator[tuple[Exam, Sick]]:
    """The sick scripts whose last number can be compared with that of their twin."""
    for exam in (EXAMS[name] for name in sets):
        for case in exam.sick:
            if case.comparable and any(part in case.script for part in only.split(",")):
                yield exam, case


def treat(exam: Exam, case: Sick, options: argparse.Namespace) -> dict[str, Any]:
    """All strategies on one patient: the final numbers, and what finding the cure has cost."""
    source = (SCRIPTS / exam.folder / "sick" / f"{case.script}.py").read_text()
    label, sick = trained(case, source, options.limit)
    healthy_label, healthy = trained(case, case.cured(source), options.limit)
    found = attempted(ATTEMPT, case.script, source, options, str(options.seeds))
    row: dict[str, Any] = {
        "set": exam.name,
        "script": case.script,
        "label": healthy_label or label,
        "healthy": healthy,
        "untouched": {"metric": sick},
        "gainstage": outcome(case, found.get("cured"), sick, options),
        "random": outcome(case, found.get("random"), sick, options),
    }
    row["gainstage"] |= told(found)
    if options.autotrainer:
        tried = attempted(AUTOTRAINER, case.script, source, options)
        row["autotrainer"] = outcome(case, tried.get("cured"), sick, options) | {
            key: tried.get(key) for key in ("symptoms", "tried", "silent", "trainings", "error")
        }
    return row


def trained(case: Sick, source: str, limit: float) -> tuple[str, float | None]:
    """Label and final number of a script, trained without Gainstage."""
    done = execute(Task(case.script, "final", source, case.reading), False, limit)
    return done.label, done.metric


def outcome(case: Sick, cured: str | None, sick: float | None, options: argparse.Namespace) -> dict[str, Any]:
    """What a strategy leaves: its own training, or the untouched one where it changes nothing."""
    metric = trained(case, cured, options.limit)[1] if cured is not None else sick
    return {"metric": metric, "changed": cured is not None}


def told(found: dict[str, Any]) -> dict[str, Any]:
    """What the proof says, without its length."""
    proof = found.get("proof")
    if proof is None:
        return {"error": found.get("error", "no result"), "trainings": None}
    return {
        "chosen": proof["chosen"],
        "reason": proof["reason"],
        "findings": [finding["code"] for finding in proof["findings"]],
        "candidates": [one["remedy"] for one in proof["candidates"]],
        "not_tried": [one["remedy"] for one in proof["not_tried"]],
        "measure": (proof["measure"] or {}).get("name"),
        "steps": proof["steps"],
        "trainings": proof["cost"]["trainings"],
        "seconds": proof["cost"]["seconds"],
    }


def attempted(program: Path, name: str, source: str, options: argparse.Namespace, *rest: str) -> dict[str, Any]:
    """Run one of the strategies on a script in an empty folder; a strategy that fails is an outcome, too."""
    with tempfile.TemporaryDirectory() as folder:
        script, result = Path(folder) / f"{name}.py", Path(folder) / "result.json"
        script.write_text(source)
        command = [sys.executable, str(program), str(script), str(result), *rest]
        try:
            done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True,
                                  timeout=options.patience)  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"error": f"no end after {options.patience:g} s"}
        if result.exists():
            return json.loads(result.read_text())
        return {"error": done.stderr.strip().rpartition("\n")[2][-300:]}


def main() -> int:
    """Treat whoever has not been treated yet; write after every patient."""
    options = arguments()
    rows = stored(options.output)
    todo = [pair for pair in patients(options.set.split(","), options.only) if key(*pair) not in rows or options.again]
    if options.sample:
        todo = todo[:: max(1, len(todo) // options.sample)][: options.sample]
    with ThreadPoolExecutor(options.jobs) as pool:
        started = time.monotonic()
        for row in pool.map(lambda pair: treat(*pair, options), [] if options.judge_only else todo):
            name = f"{row['set']}/{row['script']}"
            # Who is measured again keeps what was seen first, before anything was changed for what it had shown.
            row["first look"] = rows.get(name, {}).get("first look", row["gainstage"])
            rows[name] = {**rows.get(name, {}), **row}
            options.output.write_text(json.dumps(document(rows), indent=1) + "\n")
            ours = row["gainstage"]
            print(f"{time.monotonic() - started:6.0f} s {row['script']:36} healthy {row['healthy']} untouched "
                  f"{row['untouched']['metric']} random {row['random']['metric']} gainstage {ours['metric']} "
                  f"{ours.get('chosen') or ours.get('reason') or ours.get('error')}", flush=True)  # fmt: skip
    print(text(document(rows)))
    return 0


def key(exam: Exam, case: Sick) -> str:
    return f"{exam.name}/{case.script}"


def stored(path: Path) -> dict[str, dict[str, Any]]:
    """The patients that have been treated before."""
    rows = json.loads(path.read_text())["patients"] if path.exists() else []
    return {f"{row['set']}/{row['script']}": row for row in rows}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default=",".join(EXAMS), help="sets, separated by commas (default: all)")
    parser.add_argument("--only", default="", help="scripts whose name contains one of these, separated by commas")
    parser.add_argument("--sample", type=int, default=0, help="so many, evenly spread (default: all)")
    parser.add_argument("--again", action="store_true", help="also those that have been treated before")
    parser.add_argument("--seeds", type=int, default=3, help="trials per arm (default: 3)")
    parser.add_argument("--jobs", type=int, default=1, help="patients at a time (default: 1)")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a training may take (default: 300)")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds for finding a cure (default: 1800)")
    parser.add_argument("--autotrainer", action="store_true", help="with AutoTrainer's strategy, which is slow")
    parser.add_argument("--judge-only", action="store_true", help="treat nobody, judge what is stored")
    parser.add_argument("--output", type=Path, default=RESULTS, help="results file")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
