"""The fault matrix: runs every training of the manifest under Gainstage and compares the findings with the truth.

    python benchmarks/detection/run.py                       # everything, a quarter of an hour on two cores
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
from matrix import HEALTHY, SICK
from table import markdown, text

KINDS = ("sick", "cured", "healthy")


def tasks(kinds: list[str], only: str) -> Iterator[Task]:
    """Every run of the manifest whose name contains a part of ``only`` (parts separated by commas)."""
    parts = only.split(",")
    for case in SICK:
        source = (SCRIPTS / "sick" / f"{case.script}.py").read_text()
        for kind, content in (("sick", source), ("cured", case.cured(source))):
            if kind in kinds and any(part in case.script for part in parts):
                yield Task(case.script, kind, content)
    for case in HEALTHY:
        if "healthy" in kinds and any(part in case.script for part in parts):
            yield Task(case.script, "healthy", (SCRIPTS / "healthy" / f"{case.script}.py").read_text())


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


def save(outcomes: dict[str, Outcome], watched: bool, output: Path, note: str) -> dict[str, Any]:
    """Judge and write what is there, after every run: an interrupted matrix keeps what it has measured."""
    result = document(outcomes, watched, output.name, note)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1) + "\n")
    return result


def document(outcomes: dict[str, Outcome], watched: bool, file: str, note: str) -> dict[str, Any]:
    """Everything about these runs, as it is written to the results file."""
    verdict = judge(outcomes)
    lists = {key: getattr(verdict, key) for key in ("misses", "wrong_causes", "false_alarms", "unasked", "unsound")}
    if not watched:
        lists = {key: entries if key == "unsound" else [] for key, entries in lists.items()}
    return {
        "schema": "gainstage.detection/1", "file": file, "date": date.today().isoformat(),
        "watched": watched, "note": note,
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


def main() -> int:
    """Exit code 1 where a script does not show what it claims, or crashes the watching."""
    options = arguments()
    output = options.output or HERE / "results" / ("bare.json" if options.bare else "detection.json")
    todo = [] if options.judge_only else list(tasks(options.kinds.split(","), options.only))
    known = {task.key for task in tasks(list(KINDS), "")}
    outcomes = {key: outcome for key, outcome in stored(output).items() if key in known}
    result = save(outcomes, not options.bare, output, options.note)
    for outcome in run_all(todo, not options.bare, options.jobs, options.limit):
        outcomes[outcome.key] = outcome
        result = save(outcomes, not options.bare, output, options.note)
    if options.markdown:
        options.markdown.write_text(markdown(result))
    print(text(result))
    unwatched = not options.bare and any(not outcome.observed for outcome in outcomes.values())
    return 1 if unwatched or result["unsound"] else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="scripts whose name contains one of these, separated by commas")
    parser.add_argument("--kinds", default=",".join(KINDS), help="any of sick, cured, healthy (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a script may take (default: 120)")
    parser.add_argument("--bare", action="store_true", help="without Gainstage, to check the matrix itself")
    parser.add_argument("--judge-only", action="store_true", help="run nothing, judge the stored outcomes again")
    parser.add_argument("--output", type=Path, help="results file (default: results/detection.json or bare.json)")
    parser.add_argument("--note", default="", help="a sentence to publish with the results")
    parser.add_argument("--markdown", type=Path, help="write the verdict as Markdown, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
