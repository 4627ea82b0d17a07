"""Comparisons of a real script: on this machine, interrupted and gone on with; on a cluster where a worker dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gainstage.comparison import pool as pools
from gainstage.comparison.answer import Comparison
from gainstage.comparison.options import Options
from gainstage.comparison.script import Open, compare
from gainstage.comparison.store import Store, told_of
from gainstage.errors import GainstageError, NothingObserved
from gainstage.observe.script import Target
from gainstage.record.reader import load
from gainstage.verify.watched import order_for

SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 8)
y = (x[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(8, 16), nn.Sigmoid(), nn.Linear(16, 16), nn.Sigmoid(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for step in range(60):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
print("score", -loss.item())
"""
FEW = Options(("sigmoid", "relu"), ("default",), rates=(0.5, 0.1), seeds=2, jobs=2)
TARGET = Target("file", "train.py")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


@pytest.fixture(scope="module")
def here() -> Iterator[Open]:
    """One pool for all comparisons: its process imports torch once."""
    with pools.local(2) as pool:
        yield lambda slots, order: nullcontext(pool)


def numbers(found: Comparison) -> list[tuple[str, tuple[float, ...]]]:
    """What a comparison measured: the same wherever and however often it ran."""
    return [(row.arm.name, row.best.values or row.best.losses) for row in found.rows]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_comparison_is_stopped_and_goes_on(folder: Path, here: Open) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if "step 33" in stage:
            raise KeyboardInterrupt

    first = compare(TARGET, FEW, progress=stop, where=here)
    assert first.interrupted and first.cost.steps > 0 and len(first.rows) == 2
    second = compare(TARGET, FEW, where=here)
    assert not second.interrupted and second.cost.known > 0
    third = compare(TARGET, FEW, where=here)
    assert third.cost.steps == 0 and third.cost.known == third.cost.trials
    assert numbers(third) == numbers(second)
    assert second.rows[0].arm.activation == "relu" and second.tied == second.rows[:1]
    best = second.rows[0].best
    assert best.facts is not None and best.facts.functions == ("relu",)
    assert best.step_seconds > 0 and best.memory > 0 and best.reached <= 60
    assert load(folder / "train-compare.gs").sampled > 10  # the script as it is, watched

    told = told_of(order_for(TARGET, FEW.plan), 0)
    base = folder / "train-compare"
    assert Store.find(base, told).folder.name == "train-compare.gs"
    assert Store.find(base, {**told, "threads": 2}).folder.name == "train-compare-2.gs"
    (folder / "train.py").write_text(SCRIPT.replace("16", "12"))  # another script: nothing of it is known
    assert Store.find(base, told).folder.name == "train-compare-2.gs"


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("text", "options", "error", "said"),
    [
        ("print('nothing')", FEW, NothingObserved, "without training"),
        ("import no_such_module", FEW, GainstageError, "fails before it trains: ModuleNotFoundError"),
        (SCRIPT, replace(FEW, metric="val_acc"), GainstageError, "was not seen in 60 steps.*'score"),
        (SCRIPT.replace("nn.Sigmoid()", "nn.Identity()"), FEW, GainstageError, "no activation between layers"),
    ],
)
def test_what_cannot_be_compared_is_told_at_once(
    folder: Path, here: Open, text: str, options: Options, error: type[Exception], said: str
) -> None:
    (folder / "train.py").write_text(text)
    with pytest.raises(error, match=said):
        compare(TARGET, options, where=here)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a Dask scheduler on this machine, and its two workers' processes."""
    pytest.importorskip("distributed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:], "--no-dashboard"]
        process = subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
        deadline = time.monotonic() + 90
        while not listening(port):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        workers = [start("dask_worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield address, workers


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_worker_that_dies_costs_only_its_trial(
    folder: Path, here: Open, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    from distributed import Client

    from gainstage.comparison.cluster import cluster

    address, workers = scheduler
    with Client(address, timeout=90, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=90)

    def kill(stage: str, done: int, total: int) -> None:
        if "candidates" in stage and workers[0].poll() is None:
            os.kill(workers[0].pid, signal.SIGKILL)

    where: Callable[..., object] = partial(_at, cluster, address)
    found = compare(TARGET, FEW, progress=kill, where=where)  # type: ignore[arg-type]
    assert workers[0].poll() is not None and workers[1].poll() is None
    alone = compare(TARGET, FEW, output="alone", where=here)
    assert numbers(found) == numbers(alone)
    assert found.folder == "train-compare.gs" and not any(row.best.errors for row in found.rows)


def _at(cluster: Callable[..., object], address: str, slots: int, order: object) -> object:
    return cluster(address, order)


def test_a_scheduler_that_is_not_there_is_told_at_once() -> None:
    from gainstage.comparison.cluster import alike, reach

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(GainstageError, match="no scheduler answers there"):
            reach(f"tcp://127.0.0.1:{port}")
    with pytest.raises(GainstageError, match="expected a scheduler's address"):
        reach("tcp://")
    with pytest.raises(GainstageError, match=r"tcp://w:1 has torch 1\.0 \(here"):
        alike({"tcp://w:1": {"python": sys.version.split()[0], "torch": "1.0", "gainstage": version()}})


def version() -> str:
    import importlib.metadata

    return importlib.metadata.version("gainstage")
