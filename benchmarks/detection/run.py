"""The fault matrix: runs every training of a set under Gainstage and compares the findings with the truth.

python benchmarks/detection/run.py                       # the matrix, a quarter of an hour on two cores
python benchmarks/detection/run.py --set strangers       # the trainings that an examiner wrote
python benchmarks/detection/run.py --only vanish --kinds sick,cured
python benchmarks/detection/run.py --bare                # without Gainstage: do the sick really suffer?
python benchmarks/detection/run.py --markdown docs/detection.md --judge-only
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from execute import HERE, SCRIPTS, Outcome, Task, execute
from judge import judge, summary
from matrix import EXAMS, Exam
from table import markdown, text

KINDS = ("sick", "cured", "healthy")


def tasks(exam: Exam, kinds: list[str], only: str) -> Iterator[Task]:
    """Every run of a set whose name contains a part of ``only`` (parts separated by commas)."""
    folder, parts = SCRIPTS / exam.folder, only.split(",")
    for case in exam.sick:
        source = (folder / "sick" / f"{case.script}.py").read_text()
        for kind, content in (("sick", source), ("cured", case.cured(source))):
            if kind in kinds and any(part in case.script for part in parts):
                yield Task(case.script, kind, content, case.reading)
    for case in exam.healthy:
        if "healthy" in kinds and any(part in case.script for part in parts):
            source = (folder / "healthy" / f"{case.script}.py").read_text()
            yield Task(case.script, "healthy", source, case.reading)


def run_all(todo: list[Task], watched: bool, jobs: int, limit: float) -> Iterator[Outcome]:
    """Outcomes in the order of ``todo``, each as soon as it is there."""
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(lambda task: execute(task, watched, limit), todo):
            print(progress(outcome), file=sys.stderr, flush=True)
            yield outcome


def progress(outcome: Outcome) -> str:
    said = ", ".join(f["code"] + ("i" if f["severity"] == "info" else "") for f in outcome.findings)
    number = "no number" if outcome.metric is None else f"{outcome.label} {outcome.metric:.4g}"
    trouble = outcome.trouble[-300:] if outcome.exit_code or not outcome.label else ""
    return f"{outcome.key:48} {outcome.seconds:6.1f} s  {number:36} {said} {trouble}".rstrip()


def measure(exam: Exam, options: argparse.Namespace) -> dict[str, Any]:
    """Run what is asked for of a set; what is stored of the rest is kept. Its results, as they are on disk now."""
    output = options.output or HERE / "results" / ("bare-" * options.bare + exam.results)
    todo = [] if options.judge_only else list(tasks(exam, options.kinds.split(","), options.only))
    known = {task.key for task in tasks(exam, list(KINDS), "")}
    outcomes = {key: outcome for key, outcome in stored(output).items() if key in known}
    result = save(outcomes, exam, output, options)
    for outcome in run_all(todo, not options.bare, options.jobs, options.limit):
        outcomes[outcome.key] = outcome
        result = save(outcomes, exam, output, options)
    return result


def save(outcomes: dict[str, Outcome], exam: Exam, output: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Judge and write what is there, after every run: an interrupted matrix keeps what it has measured."""
    result = {"file": output.name, **document(outcomes, exam, not options.bare, options.note)}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n")
    return result


def document(outcomes: dict[str, Outcome], exam: Exam, watched: bool, note: str) -> dict[str, Any]:
    """Everything about these runs, as it is written to the results file."""
    verdict = judge(outcomes, exam)
    lists = {key: getattr(verdict, key) for key in ("misses", "wrong_causes", "false_alarms", "unasked", "unsound")}
    if not watched:
        lists = {key: entries if key == "unsound" else [] for key, entries in lists.items()}
    return {
        "schema": "gainstage.detection/1", "set": exam.name, "date": date.today().isoformat(),
        "watched": watched, "note": note, "origin": exam.origin,
        "first_look": asdict(exam.first_look) if exam.first_look else None,
        "versions": {"python": platform.python_version(), **{name: installed(name) for name in ("torch", "gainstage")}},
        "summary": summary(outcomes, verdict),
        "rules": {name: asdict(row) for name, row in sorted(verdict.rows.items())},
        **lists,
        "runs": [outcome.as_json() for outcome in outcomes.values()],
    }  # fmt: skip


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def stored(path: Path) -> dict[str, Outcome]:
    """The outcomes of an earlier run, keyed by kind and name."""
    runs = json.loads(path.read_text())["runs"] if path.exists() else []
    outcomes = [Outcome(**{**run, "findings": tuple(run["findings"])}) for run in runs]
    return {outcome.key: outcome for outcome in outcomes}


def page() -> str:
    """The Markdown page, from the results on disk of every set."""
    files = [HERE / "results" / exam.results for exam in EXAMS.values()]
    return markdown([json.loads(file.read_text()) for file in files if file.exists()])


def main() -> int:
    """Exit code 1 where a script does not show what it claims, or crashes the watching."""
    options = arguments()
    failed = False
    for exam in EXAMS.values() if options.set == "all" else [EXAMS[options.set]]:
        result = measure(exam, options)
        print(text(result))
        unwatched = not options.bare and any(not run["observed"] for run in result["runs"])
        failed = failed or unwatched or bool(result["unsound"])
    if options.markdown:
        options.markdown.write_text(page())
    return int(failed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=(*EXAMS, "all"), default="matrix", help="which trainings (default: matrix)")
    parser.add_argument("--only", default="", help="scripts whose name contains one of these, separated by commas")
    parser.add_argument("--kinds", default=",".join(KINDS), help="any of sick, cured, healthy (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a script may take (default: 120)")
    parser.add_argument("--bare", action="store_true", help="without Gainstage, to check the matrix itself")
    parser.add_argument("--judge-only", action="store_true", help="run nothing, judge the stored outcomes again")
    parser.add_argument("--output", type=Path, help="results file (default: that of the set in results/)")
    parser.add_argument("--note", default="", help="a sentence to publish with the results")
    parser.add_argument("--markdown", type=Path, help="write the stored results of all sets as Markdown")
    options = parser.parse_args()
    if options.output and options.set == "all":
        parser.error("--output names one file, --set all has one for each set: leave out one of the two")
    return options


if __name__ == "__main__":
    sys.exit(main())
