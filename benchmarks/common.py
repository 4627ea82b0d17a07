"""What the benchmarks share: the workloads, blocks of bare and watched steps in turn, and how a result is written."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import optimizer as hooks

import gainstage
from gainstage.config import Config
from gainstage.observe.session import Session

RESULTS = Path(__file__).parent / "results"


def mlp(layers: int = 20, width: int = 256, batch: int = 128) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """A plain ReLU chain with He's initialisation, and one batch for it."""
    chain: list[nn.Module] = []
    for _ in range(layers):
        linear = nn.Linear(width, width)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        chain += [linear, nn.ReLU()]
    return nn.Sequential(*chain, nn.Linear(width, 10)), torch.randn(batch, width), torch.randint(10, (batch,))


class Block(nn.Module):
    """Two 3 x 3 convolutions with batch normalisation and a shortcut (He et al., 2016)."""

    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(entering, leaving, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(leaving)
        self.second = nn.Conv2d(leaving, leaving, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(leaving)
        self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(entering, leaving, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm2(self.second(F.relu(self.norm1(self.first(x)))))
        return F.relu(y + self.shortcut(x))


def cnn(width: int = 32, batch: int = 16) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """ResNet-18 for 32 x 32 images: four levels of two blocks, ``width`` channels in the first."""
    levels = [width, 2 * width, 4 * width, 8 * width]
    blocks: list[nn.Module] = []
    entering = width
    for level, leaving in enumerate(levels):
        blocks += [Block(entering, leaving, 1 if level == 0 else 2), Block(leaving, leaving, 1)]
        entering = leaving
    start = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(entering, 10)]
    return nn.Sequential(*start, *blocks, *end), torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))


class Layer(nn.Module):
    """A pre-norm transformer layer with causal attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        parts = self.mix(self.norm1(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        heard = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        x = x + self.project(heard.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class Transformer(nn.Module):
    """A GPT: ids of shape (batch, length) in, logits of shape (batch, words, length) out."""

    def __init__(self, layers: int, width: int, words: int, length: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
        self.layers = nn.ModuleList(Layer(width, width // 64) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)).transpose(1, 2)


def gpt(
    layers: int = 4, width: int = 256, batch: int = 8, length: int = 128, words: int = 1024
) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """A small language model and one batch of random text."""
    ids = torch.randint(words, (batch, length + 1))
    return Transformer(layers, width, words, length), ids[:, :-1], ids[:, 1:]


@dataclass(frozen=True, slots=True)
class Workload:
    """One training: how it is called, how it is made, its optimizer."""

    name: str
    make: Callable[[], tuple[nn.Module, torch.Tensor, torch.Tensor]]
    adam: bool = False

    def start(self) -> Callable[[], None]:
        """A function that trains for one step."""
        torch.manual_seed(0)
        model, inputs, targets = self.make()
        parameters = model.parameters()
        optimizer = torch.optim.AdamW(parameters, 3e-4) if self.adam else torch.optim.SGD(parameters, 1e-3, 0.9)

        def step() -> None:
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), targets).backward()
            optimizer.step()

        return step


WORKLOADS = {
    "mlp": Workload("MLP, 20 × 256, batch 128", mlp),
    "cnn": Workload("CNN as ResNet-18, 32 × 32, batch 16", cnn),
    "gpt": Workload("GPT, 4 × 256, 8 × 128 tokens", gpt, adam=True),
}


@dataclass(slots=True)
class Times:
    """Seconds per step of each block, bare and watched in turn: processor time and wall time."""

    bare: list[tuple[float, float]] = field(default_factory=list)
    watched: list[tuple[float, float]] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Median of the pairs' ratios of processor time, their first and last decile, and the same of wall time."""
        found: dict[str, Any] = {}
        for clock, prefix in ((0, ""), (1, "wall_")):
            ratios = [watched[clock] / bare[clock] for bare, watched in zip(self.bare, self.watched, strict=True)]
            deciles = quantiles(ratios, n=10, method="inclusive") if len(ratios) > 1 else ratios
            found |= {f"{prefix}ratio": median(ratios), f"{prefix}low": deciles[0], f"{prefix}high": deciles[-1]}
        found["bare_ms"] = 1e3 * median(cpu for cpu, _ in self.bare)
        found["watched_ms"] = 1e3 * median(cpu for cpu, _ in self.watched)
        return {**found, "pairs": len(self.bare)}


def timed(step: Callable[[], None], steps: int) -> tuple[float, float]:
    """Seconds per step over a block, as (processor time, wall time)."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        step()
    return (time.process_time() - cpu) / steps, (time.perf_counter() - wall) / steps


def peak_mb() -> float:
    """This process's peak resident memory so far, in megabytes (Linux)."""
    # Not getrusage: its maximum survives exec, and a child would report its parent's.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def unhooked() -> Iterator[None]:
    """A stretch of bare training: the global optimizer hooks, whosever they are, are taken away and come back."""
    tables = (hooks._global_optimizer_pre_hooks, hooks._global_optimizer_post_hooks)
    kept = [dict(table) for table in tables]
    for table in tables:
        table.clear()
    try:
        yield
    finally:
        for table, entries in zip(tables, kept, strict=True):
            table.update(entries)


@contextmanager
def watched(folder: str, **settings: Any) -> Iterator[Session]:
    """A session that records into a new file in ``folder``."""
    session = Session.open(Config(output=f"{folder}/run", **settings), ("benchmark",), "benchmark.py")
    session.install()
    try:
        yield session
    finally:
        session.close("finished")
        if session.disabled_reason:
            raise SystemExit(f"watching stopped: {session.disabled_reason}")


def save(name: str, result: dict[str, Any], output: Path | None) -> None:
    """Write ``result`` with date, versions and threads to ``output`` (default: results/NAME.json), and print it."""
    versions = {"gainstage": gainstage.__version__, "torch": torch.__version__, "python": platform.python_version()}
    date = datetime.now(timezone.utc).date().isoformat()
    about = {"date": date, "machine": platform.machine(), "threads": torch.get_num_threads(), "versions": versions}
    text = json.dumps({**result, **about}, indent=2, ensure_ascii=False)
    path = output or RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    print(text)
