"""How long the explorer's panels take to answer a slider: every request through the server, as a browser sends it.

    python benchmarks/lab.py               prints, and writes benchmarks/results/lab.json
    python benchmarks/lab.py --requests 5  only a look, at five of each panel
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

RESULTS = Path(__file__).parent / "results" / "lab.json"
TOKEN = "benchmark"
GOAL = 0.1  # seconds
REQUESTS = 40
# A slider of each panel and where it is dragged: no two requests of a row are the same, so that no cache answers.
DRAGGED: dict[str, tuple[dict[str, str], str, list[float]]] = {
    "functions": ({"f": "swish", "g": "elu", "h": "leaky_relu"}, "f.beta", [0.1 + 0.04 * n for n in range(100)]),
    "functions, own": ({"f": "own", "f.f": "x*sigmoid(2*x)", "g": "gelu"}, "spread", [n / 10 for n in range(1, 50)]),
    "chain": ({"activation": "silu", "init": "he"}, "depth", [float(n) for n in range(1, 61)]),
    "chain, 96 units": ({"activation": "gelu", "init": "he", "width": "96"}, "depth", [float(n) for n in range(1, 61)]),
    "chain, gain": ({"activation": "tanh", "init": "set"}, "gain", [0.2 + 0.05 * n for n in range(76)]),
    "neuron": ({"activation": "gelu"}, "w", [-6 + 0.1 * n for n in range(120)]),
    "towers": ({}, "n", [float(n) for n in range(2, 129)]),
    "towers, placed": ({"placing": "placed", "unit": "relu"}, "n", [float(n) for n in range(2, 129)]),
    "softmax": ({"classes": "5"}, "z1", [-8 + 0.1 * n for n in range(160)]),
    "train": ({}, "width", [float(n) for n in range(1, 65)]),
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"of each panel; fewer than {REQUESTS}: no file")
    options = parser.parse_args()
    with server() as (port, process):
        rows = {name: measured(port, process, *asked, options.requests) for name, asked in DRAGGED.items()}
    for name, row in rows.items():
        p50, p95, busy = (1000 * row[key] for key in ("p50", "p95", "processor"))
        print(f"{name:16} p50 {p50:5.0f} ms   p95 {p95:5.0f} ms   processor {busy:4.0f} ms   {row['requests']} asked")
    if options.requests >= REQUESTS:
        RESULTS.write_text(json.dumps({**machine(), "goal": GOAL, "panels": rows}, indent=1) + "\n", encoding="utf-8")


@contextmanager
def server() -> Iterator[tuple[int, psutil.Process]]:
    """The explorer as a user starts it; its port, and the process."""
    command = [sys.executable, "-m", "gainstage", "lab", "--no-open"]
    environment = {**os.environ, "GAINSTAGE_TOKEN": TOKEN}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    try:
        yield urlsplit(process.stderr.readline().split()[-1]).port or 0, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def measured(
    port: int, process: psutil.Process, query: dict[str, str], slider: str, stops: list[float], count: int
) -> dict[str, Any]:
    """Seconds from sending a request to having read the answer; the first one, which imports things, apart.

    ``processor`` is the server's own processor time of one request, which does not depend on who else is at work.
    """
    panel = next(name.partition(",")[0] for name, asked in DRAGGED.items() if asked[0] is query)
    times: list[float] = []
    busy = 0.0
    for stop in [stops[-1], *stops[:: max(1, len(stops) // count)][:count]]:
        busy = busy if len(times) != 1 else sum(process.cpu_times()[:2])
        path = f"/answer?{urlencode({'panel': panel, **query, slider: f'{stop:g}'})}"
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Cookie": f"gainstage-{port}={TOKEN}"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        times.append(time.perf_counter() - began)
        assert answer["parts"] and not answer["troubles"], (path, answer["troubles"])
    first, *rest = times
    return {
        "slider": slider,
        "requests": len(rest),
        "first": first,
        "p50": median(rest),
        "p95": quantiles(rest, n=20)[-1] if len(rest) > 1 else rest[0],
        "worst": max(rest),
        "processor": (sum(process.cpu_times()[:2]) - busy) / len(rest),
    }


def machine() -> dict[str, Any]:
    """Where and when; ``load`` and ``niceness`` say how much of the machine there was to have."""
    import gainstage

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "schema": "gainstage.benchmark.lab/1",
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "gainstage": gainstage.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": load,
        "niceness": psutil.Process().nice(),
    }


if __name__ == "__main__":
    main()
