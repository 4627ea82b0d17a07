"""Models that nobody here wrote: one look and three watched steps of each, without a crash and without a false error.

    pip install torchvision timm transformers peft     # what is not there is left out, and said so
    OMP_NUM_THREADS=1 python benchmarks/models/run.py                # all, half an hour on one core
    OMP_NUM_THREADS=1 python benchmarks/models/run.py --only timm,GPT

Every model runs in a process of its own, with a time limit. Recorded are what `gainstage.check` and three watched steps
of SGD find (each model is as its authors start it, so that an error is one of ours or one of theirs), whether watched
weights end as unwatched ones do, and what a watched step costs beside a bare one, both sampled and not.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import language
import others
import torch
import vision
from case import Case
from torch import Tensor, nn

import gainstage

RESULTS = Path(__file__).resolve().parents[1] / "results" / "models.json"
SOURCES = {"by hand": others.cases, "torchvision": vision.torchvision_cases, "transformers": language.cases,
           "timm": vision.timm_cases}  # fmt: skip
LIBRARIES = ("torch", "torchvision", "timm", "transformers", "peft")
STEPS = 3
SEED = 0


def main() -> None:
    """Look at every model that is not in the results yet; write them after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="models whose library or name contains one of these, by commas")
    parser.add_argument("--again", action="store_true", help="also those that are there")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each (default %(default)s)")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    rows = (
        {}
        if not options.output.exists()
        else {row["model"]: row for row in json.loads(options.output.read_text())["rows"]}
    )
    for case in cases():
        model = f"{case.package} {case.name}"
        wanted = any(part in model for part in options.only.split(","))
        if wanted and (options.again or model not in rows):
            rows[model] = {"model": model, "library": case.package, "name": case.name} | apart(case, options.limit)
            print(model, told(rows[model]), flush=True)
            save(options.output, rows)


def cases() -> Iterator[Case]:
    """All models of the libraries that are there."""
    for name, source in SOURCES.items():
        try:
            yield from source()
        except ImportError as error:
            print(f"{name} is left out: {error}", flush=True)


def apart(case: Case, limit: float) -> dict[str, Any]:
    """The row of one model, made in a process of its own."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(case, sending))
    worker.start()
    sending.close()
    try:
        row = receiving.recv() if receiving.poll(limit) else {"outcome": f"not ready in {limit:g} s"}
    except EOFError:
        row = {"outcome": "the process died"}
    worker.kill()
    worker.join()
    return row


def work(case: Case, sending: Any) -> None:
    """In the process: the row, or why there is none; what the model's own code raises is no fault of watching."""
    torch.set_num_threads(1)
    try:
        torch.manual_seed(SEED)
        model, inputs, loss = case.build()
        bare(model, inputs, loss)
    except Exception as error:
        sending.send({"outcome": "does not run here", "why": f"{type(error).__name__}: {error}"[:300]})
        return
    try:
        sending.send({"outcome": "seen"} | look(case))
    except Exception as error:
        sending.send({"outcome": "failed under watch", "why": f"{type(error).__name__}: {error}"[:300]})


def bare(model: nn.Module, inputs: Any, loss: Callable[[Any], Tensor]) -> list[float]:
    """Seconds of each of the steps."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer, seconds = torch.optim.SGD(learning, lr=1e-3), []
    for _ in range(STEPS):
        begun = time.perf_counter()
        optimizer.zero_grad()
        loss(answer(model, inputs)).backward()
        optimizer.step()
        seconds.append(time.perf_counter() - begun)
    return seconds


def answer(model: nn.Module, inputs: Any) -> Any:
    """The model's output, whichever way it takes its inputs."""
    if isinstance(inputs, dict):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs)


def look(case: Case) -> dict[str, Any]:
    """Check and three watched steps, beside three bare ones from the same weights."""
    torch.manual_seed(SEED)
    checked = gainstage.check(*case.build())
    ends, times = [], []
    for watched in (False, True):
        torch.manual_seed(SEED)
        model, inputs, loss = case.build()
        torch.manual_seed(SEED)
        with tempfile.TemporaryDirectory() as folder:
            if watched:
                with gainstage.watch(Path(folder) / "run", every=1) as watching:
                    times.append(bare(model, inputs, loss))
                diagnosis, run = watching.diagnosis, watching.run
            else:
                times.append(bare(model, inputs, loss))
        ends.append([parameter.detach().clone() for parameter in model.parameters()])
    faults = [event.text for event in run.events if event.kind == "observer-error"]
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "stages": len(diagnosis.view.stages),
        "sites": len(run.sites),
        "same_weights": all(torch.equal(a, b) for a, b in zip(*ends, strict=True)),
        "observer_errors": faults,
        "watched": [[finding.code, finding.severity, finding.text] for finding in diagnosis.findings],
        "checked": [[finding.code, finding.severity, finding.text] for finding in checked.findings],
        "bare_seconds": median(times[0]),
        "ratio": median(times[1]) / median(times[0]),
    }


def told(row: dict[str, Any]) -> str:
    """A row in a line."""
    if row["outcome"] != "seen":
        return f"{row['outcome']}: {row.get('why', '')}"
    said = sorted({f"{code}:{severity}" for code, severity, _ in row["watched"] + row["checked"]})
    return f"{row['stages']} stages, x{row['ratio']:.2f}, same {row['same_weights']}, {' '.join(said)}"


def save(path: Path, rows: dict[str, Any]) -> None:
    """All rows so far, with where and when."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    document = {
        "schema": "gainstage.benchmark.models/1",
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": versions,
        "rows": list(rows.values()),
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
