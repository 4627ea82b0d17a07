"""Does watching scale? Chains of ten to a thousand layers, and a transformer of a hundred million parameters.

The price of a sampled step (processor time over a bare one) is fitted to a power of the number of sites: an exponent
of 1 is linear. Memory is the process's peak beside that of the bare training. Every training runs in a process of
its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from math import log
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from typing import Any

import torch
from common import Workload, gpt, mlp, peak_mb, save, timed, watched

from gainstage import load

WIDTH, BATCH = 48, 32
LAYERS = (10, 30, 100, 300, 1000)
HUGE = Workload("GPT, 12 × 768, 1 × 128 tokens", lambda: gpt(12, 768, 1, 128, 16_384))


def workload(layers: int) -> Workload:
    """A ReLU chain so deep, or the transformer for 0 layers."""
    return Workload(f"MLP, {layers} × {WIDTH}", lambda: mlp(layers, WIDTH, BATCH)) if layers else HUGE


def train(layers: int, steps: int, *, watching: bool) -> dict[str, float]:
    """Median seconds per step, bare and with every step sampled, and the process's peak memory in megabytes."""
    step = workload(layers).start()
    if not watching:
        seconds = [timed(step, 1)[0] for _ in range(steps + 1)][1:]
        return {"bare": median(seconds), "peak_mb": peak_mb()}
    with TemporaryDirectory() as folder:
        with watched(folder, every=1) as session:
            found = alternate(step, steps)
        sites = len(load(session.run_path).sites) if session.run_path is not None else 0
    return {**found, "sites": sites, "peak_mb": peak_mb()}


def alternate(step: Callable[[], None], steps: int) -> dict[str, float]:
    """The first sample finds the sites; it is reported on its own."""
    first = timed(step, 1)[0]
    return {"first": first, "watched": median(timed(step, 1)[0] for _ in range(steps))}


def in_process(layers: int, steps: int, way: str) -> dict[str, float]:
    """``train`` in a process of its own."""
    command = [sys.executable, __file__, "--train", way, "--layers", str(layers), "--steps", str(steps)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(layers: int, steps: int) -> dict[str, Any]:
    """One network, bare and watched."""
    bare, seen = (in_process(layers, steps, way) for way in ("bare", "watched"))
    row = {
        "name": workload(layers).name,
        "layers": layers,
        "sites": seen["sites"],
        "bare_ms": 1e3 * bare["bare"],
        "watched_ms": 1e3 * seen["watched"],
        "first_sample_ms": 1e3 * seen["first"],
        "sample_ms": 1e3 * (seen["watched"] - bare["bare"]),
        "bare_mb": bare["peak_mb"],
        "watched_mb": seen["peak_mb"],
        "memory_ratio": seen["peak_mb"] / bare["peak_mb"],
    }
    print(f"{row['name']}: {row['sample_ms']:.1f} ms a sample, memory × {row['memory_ratio']:.3f}", file=sys.stderr)
    return row


def exponent(rows: list[dict[str, Any]], key: str) -> float:
    """The slope of ``key`` over sites on logarithmic axes."""
    points = [row for row in rows if row[key] > 0]
    return linear_regression([log(row["sites"]) for row in points], [log(row[key]) for row in points]).slope


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, nargs="+", default=list(LAYERS), help="depths (default %(default)s)")
    parser.add_argument("--steps", type=int, default=8, help="sampled steps per chain (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: two short chains, nothing saved by default")
    parser.add_argument("--output", type=Path, help="JSON to write (default results/scale.json)")
    parser.add_argument("--train", choices=("bare", "watched"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.train:
        print(json.dumps(train(options.layers[0], options.steps, watching=options.train == "watched")))
        return
    layers, steps = ((10, 100), 2) if options.quick else (options.layers, options.steps)
    chains = [measure(depth, steps) for depth in layers]
    result: dict[str, Any] = {"chains": chains, "time_exponent": exponent(chains, "sample_ms")}
    if not options.quick:
        result["transformer"] = measure(0, 3)
    save("scale", result, options.output or (Path("/dev/null") if options.quick else None))


if __name__ == "__main__":
    main()
