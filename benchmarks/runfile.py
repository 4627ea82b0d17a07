"""How fast and how large is the run file? Writes a long run, reads it back, and prints what it took as JSON.

Every sample holds one Signal per site and one Update per two sites, with numbers that do not compress. The target:
a sample of 100 signals in under a millisecond, 10,000 samples x 100 sites opened in under 1.5 seconds.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gainstage.record.reader import load
from gainstage.record.schema import Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.record.writer import Writer

RESULT = Path(__file__).parent / "results" / "runfile.json"


def sample(step: int, sites: int, draw: random.Random) -> tuple[Step, list[Signal], list[Update]]:
    """One step's records, filled as an observed training fills them."""
    numbers = [draw.lognormvariate(0.0, 3.0) for _ in range(11)]
    signals = [
        Signal(step, site, 128, *(number * (1 + site) for number in numbers), silent_units=site, dead_units=0)
        for site in range(sites)
    ]
    updates = [
        Update(step, index, *(number / (1 + index) for number in numbers[:7]), distinct=64)
        for index in range(sites // 2)
    ]
    state = {"momentum": 0.9, "weight_decay": 0.0}
    return Step(step, step * 0.01, "SGD", 0.1, state, numbers[0], -numbers[1], 128, 1, 0.0), signals, updates


def write(folder: Path, samples: int, sites: int) -> tuple[Path, list[float]]:
    """Write the run; returns its folder and the seconds that each sample took."""
    writer = Writer.create(folder / "bench", RunInfo("bench", ("bench.py",), "bench.py", time.time()))
    draw = random.Random(0)
    for index in range(sites):
        writer.site(Site(index, f"layers.{index}", "linear", 0, "affine", weight=f"layers.{index}.weight"))
    for index in range(sites // 2):
        writer.parameter(Parameter(index, f"layers.{index}.weight", (256, 256)))
    seconds: list[float] = []
    for step in range(samples):
        records = sample(step, sites, draw)
        start = time.perf_counter()
        writer.sample(*records)
        seconds.append(time.perf_counter() - start)
    writer.close()
    return writer.path.parent, sorted(seconds)


def measure(samples: int, sites: int, repeats: int) -> dict[str, Any]:
    """Milliseconds per written sample, megabytes on disk, seconds to open (the best and the worst of ``repeats``)."""
    with TemporaryDirectory() as folder:
        run, written = write(Path(folder), samples, sites)
        loaded = load(run)
        opened: list[float] = []
        for _ in range(repeats):
            start = time.perf_counter()
            load(run)
            opened.append(time.perf_counter() - start)
        size = sum(file.stat().st_size for file in run.iterdir())
    return {
        "samples": samples,
        "sites": sites,
        "loaded": len(loaded.steps),
        "write_ms": {"median": 1e3 * written[samples // 2], "p99": 1e3 * written[samples * 99 // 100]},
        "write_ms_worst": 1e3 * written[-1],
        "megabytes": size / 1e6,
        "load_seconds": {"best": min(opened), "worst": max(opened)},
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version},
        "machine": platform.machine(),
    }


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=10_000, help="sampled steps to write (default %(default)s)")
    parser.add_argument("--sites", type=int, default=100, help="sites per sample (default %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="times to open the file (default %(default)s)")
    parser.add_argument("--output", type=Path, default=RESULT, help="JSON to write (default %(default)s)")
    options = parser.parse_args()
    result = measure(options.samples, options.sites, options.repeats)
    text = json.dumps(result, indent=2)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
