"""Throws damaged run files, odd settings, command lines and hostile names at the readers, and counts what comes back.

`python benchmarks/fuzz.py --examples 20000` takes minutes; `--write` puts the figures into results/fuzz.json, of which
`make docs` makes the table in docs/security.md. The exit code is 1 when a fault was found; it is printed, made small.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
import traceback
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fuzz_targets import Target, targets
from hypothesis import HealthCheck, Phase, given, seed, settings

BATCH = 200  # between two looks at the clock
RESULTS = Path(__file__).parent / "results" / "fuzz.json"


def main() -> int:
    """Fuzz every target, print a line each, and return 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=2000, metavar="N", help="inputs for each target (2000)")
    parser.add_argument("--seconds", type=float, default=600, help="no new input to a target after so long (600)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32, help="to repeat a run")
    parser.add_argument("--only", metavar="TARGET", help="one target alone")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chosen = [one for one in targets(Path(folder)) if options.only in (None, one.name)]
        rows = [fuzz(one, options.examples, options.seconds, options.seed) for one in chosen]
    if options.write:
        write(rows, options.seed)
    return int(any(row["faults"] for row in rows))


def fuzz(target: Target, examples: int, seconds: float, number: int) -> dict[str, Any]:
    """Try ``examples`` inputs on ``target``, or as many as ``seconds`` allow; the counts as a row."""
    start = time.perf_counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "inner"
        place.mkdir()
        for batch in range(0, examples, BATCH):
            if time.perf_counter() - start > seconds or faults:
                break
            try:
                one_batch(target, place, min(BATCH, examples - batch), number + batch)
            except Exception:
                faults.append(traceback.format_exc())
                print(faults[-1], file=sys.stderr)
    took = time.perf_counter() - start
    tried = sum(target.outcomes.values())
    print(f"{target.name}: {tried} inputs, {dict(target.outcomes)}, {len(faults)} faults, {took:.0f} s", flush=True)
    counted = {"inputs": tried, "outcomes": dict(sorted(target.outcomes.items()))}
    return {"target": target.name, "what": target.what, **counted, "faults": len(faults), "seconds": round(took)}


def one_batch(target: Target, place: Path, examples: int, number: int) -> None:
    """Hand ``examples`` inputs to ``target``; raises what the smallest failing one raises."""

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def try_one(case: Any) -> None:
        target.outcomes[target.check(case, place)] += 1

    try_one()


def write(rows: list[dict[str, Any]], number: int) -> None:
    """Store the counts with what is needed to repeat them."""
    versions = {name: version(name) for name in ("gainstage", "hypothesis", "torch")}
    versions["python"] = platform.python_version()
    date = datetime.now(timezone.utc).date().isoformat()
    document = {"date": date, "seed": number, "machine": platform.machine(), "versions": versions, "targets": rows}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
