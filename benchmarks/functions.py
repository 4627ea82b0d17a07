"""How fast are the activation functions? Ours beside torch eager, torch.compile, jax.jit (where installed) and NumPy.

Times are processor time as multiples of `copy_` of as many numbers into a preallocated tensor, measured in the same
round: every round times the copy and every contestant in turn, so that a busy machine slows all of them. Reported
are medians over the rounds with their lowest and highest; one thread, float32. Beside them the bytes per element
that autograd keeps between two linear layers.

    OMP_NUM_THREADS=1 python benchmarks/functions.py
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import torch
from common import save
from contestants import CONTESTS, WEIGHT, Contest

SIZES = (10_000, 1_000_000, 10_000_000)
WIDTH = 1000  # the last dimension
SECONDS = 0.004  # a timing repeats a call until it has lasted as long
Call = Callable[[], Any]


def main() -> None:
    """Measure what is asked for and write results/functions.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *CONTESTS], help="functions; all of them by default")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers in a tensor")
    parser.add_argument("--rounds", type=int, default=5, help="how often all contestants take their turn (default 5)")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out; it takes most of the time")
    parser.add_argument("--output", type=Path, help="write there instead of results/functions.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name in options.names or CONTESTS:
        row = {"name": name, "linear": CONTESTS[name].linear, "kept_bytes": kept_bytes(CONTESTS[name])}
        row["sizes"] = [measure(CONTESTS[name], size, options) for size in options.sizes]
        rows.append(row)
        print(name, *(slowest(entry) for entry in row["sizes"]), file=sys.stderr)
    save("functions", {"functions": rows, "rounds": options.rounds}, options.output)


def measure(contest: Contest, size: int, options: argparse.Namespace) -> dict[str, Any]:
    """Forward, and forward with backward, of every contestant at one size, in copies."""
    x = torch.randn(size // WIDTH, WIDTH)
    place = torch.empty_like(x)
    calls = contestants(contest, x, compiled=not options.no_compile)
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    counts = {name: repeats(call) for name, call in calls.items()}
    copies = repeats(lambda: place.copy_(x))
    for _ in range(options.rounds):
        copy = timed(lambda: place.copy_(x), copies)
        for name, call in calls.items():
            rounds[name].append(timed(call, counts[name]) / copy)
    result: dict[str, Any] = {"size": size, "forward": {}, "both": {}}
    for name, times in rounds.items():
        who, _, mode = name.partition(" ")
        result[mode][who] = {"median": median(times), "low": min(times), "high": max(times)}
    return result


def contestants(contest: Contest, x: torch.Tensor, compiled: bool) -> dict[str, Call]:
    """What is timed, by "who mode"."""
    who = {"ours": contest.ours, "eager": contest.theirs}
    if compiled:
        who["compile"] = _compiled(contest.theirs)
    calls: dict[str, Call] = {}
    for name, function in who.items():
        calls |= torch_calls(name, function, contest, x)
    if contest.numpy is not None:
        array, formula = x.numpy(), contest.numpy
        calls["numpy forward"] = lambda: formula(array)
    return calls | (jax_calls(contest, x) if contest.jax and find_spec("jax") else {})


@cache
def _compiled(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Once for all sizes: compiling takes longer than everything else here."""
    torch._dynamo.reset()
    return torch.compile(function, dynamic=True)


def torch_calls(name: str, function: Callable[..., torch.Tensor], contest: Contest, x: torch.Tensor) -> dict[str, Call]:
    """Forward without gradients, and a forward and backward."""
    leaves = [x.clone().requires_grad_()]
    if contest.weight:
        leaves.append(torch.full((1,), WEIGHT, requires_grad=True))
    plain = [leaf.detach() for leaf in leaves]
    seed = torch.ones_like(function(*plain))

    def forward() -> None:
        with torch.no_grad():
            function(*plain)

    def both() -> None:
        for leaf in leaves:
            leaf.grad = None
        function(*leaves).backward(seed)

    return {f"{name} forward": forward, f"{name} both": both}


def jax_calls(contest: Contest, x: torch.Tensor) -> dict[str, Call]:
    """The same by jax.jit."""
    jax = import_module("jax")
    name, _, keyword = contest.jax.partition(":")
    settings = {k: {"False": False}.get(v) if v == "False" else float(v) for k, _, v in [keyword.partition("=")] if k}
    function = getattr(jax.nn, name, None) or getattr(jax.numpy, name)
    array = jax.numpy.asarray(x.numpy())
    forward = jax.jit(lambda a: function(a, **settings))
    both = jax.jit(jax.value_and_grad(lambda a: function(a, **settings).sum()))
    return {
        "jax forward": lambda: forward(array).block_until_ready(),
        "jax both": lambda: jax.block_until_ready(both(array)),
    }


def repeats(call: Call) -> int:
    """How many calls last ``SECONDS``; the first ones, which compile and allocate, do not count."""
    call()
    call()
    return max(1, min(500, round(SECONDS / max(timed(call, 1), 1e-7))))


def timed(call: Call, count: int) -> float:
    """Seconds of processor time per call."""
    start = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - start) / count


def kept_bytes(contest: Contest) -> dict[str, float]:
    """Bytes per output that autograd keeps between two linear layers; the input of the second is among them."""
    return {"ours": kept(contest, contest.ours), "eager": kept(contest, contest.theirs)}


def kept(contest: Contest, function: Callable[..., torch.Tensor]) -> float:
    """Bytes in all storages that are kept and are as large as the tensor between the layers."""
    width, rows = 64, 1024
    before = torch.nn.Linear(width, width * (2 if contest.halves else 1))
    after = torch.nn.Linear(width, width)
    more = [torch.full((1,), WEIGHT, requires_grad=True)] if contest.weight else []
    storages: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x = before(torch.randn(rows, width))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        after(function(x, *more))
    storages.pop(after.weight.untyped_storage().data_ptr(), None)
    return sum(size for size in storages.values() if size >= rows * width) / (rows * width)


def slowest(entry: dict[str, Any]) -> str:
    """One size in a few words: ours and the faster of torch's two."""
    parts = []
    for mode in ("forward", "both"):
        times = {who: found["median"] for who, found in entry[mode].items()}
        rival = min(times[who] for who in ("eager", "compile") if who in times)
        parts.append(f"{mode} {times['ours']:.1f} against {rival:.1f}")
    return f"| {entry['size']:.0e}: " + ", ".join(parts)


if __name__ == "__main__":
    main()
