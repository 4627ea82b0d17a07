"""What staging costs and how exact it is, beside LSUV (Mishkin and Matas 2016) by the package of its first author.

Plain chains of ReLU and SiLU, one batch; LSUV's residual is allowed 0.1 in variance, as by default. Times are the least
of several repetitions, in turn; what counts is their ratio, and how it grows with the depth. The error is the largest
deviation of a layer's standard deviation from the one aimed at, in dB, measured on the same batch.

    python benchmarks/staging.py            # writes results/staging.json
"""

from __future__ import annotations

import copy
import math
import time
from typing import Any

import torch
from common import save
from torch import nn

import gainstage
from gainstage.init.plan import plans
from gainstage.init.reading import watched
from gainstage.init.staging import deviation

DEPTHS = (5, 10, 20, 50, 100)
WIDTH, BATCH, REPETITIONS = 256, 128, 5
ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU}


def chain(depth: int, activation: type[nn.Module]) -> nn.Sequential:
    """``depth`` layers with an activation each, and a linear output."""
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(WIDTH, WIDTH), activation()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 10))


def lsuv(model: nn.Module, batch: torch.Tensor) -> None:
    """LSUV with its defaults."""
    from lsuv import lsuv_with_singlebatch

    lsuv_with_singlebatch(model, batch, verbose=False)


def staged(model: nn.Module, batch: torch.Tensor) -> None:
    """``stage_`` with its defaults: read, draw, stage."""
    gainstage.stage_(model, batch)


def rescaled(model: nn.Module, batch: torch.Tensor) -> None:
    """``stage_`` on the weights as they are."""
    gainstage.stage_(model, batch, draw=False)


def error_db(model: nn.Module, batch: torch.Tensor, *, planned: bool) -> float:
    """The largest deviation of a layer's level from its target: 1 for LSUV, the plan's for ``stage_``."""
    graph = watched(model, batch)
    targets = {id(plan.call.weight): plan.std for plan in plans(graph, {id(p) for p in model.parameters()})}
    worst = 0.0
    x = batch
    for layer in model:  # type: ignore[union-attr]
        x = layer(x).detach()
        if isinstance(layer, nn.Linear):
            # LSUV's target is the variance of all numbers of the layer together, stage_'s that over the examples.
            found = float(deviation(x, -1)) if planned else float(x.std())
            worst = max(worst, abs(20 * math.log10(found / (targets[id(layer.weight)] if planned else 1.0))))
    return worst


def row(depth: int, name: str) -> dict[str, Any]:
    """Times and errors of one network."""
    torch.manual_seed(0)
    batch, original = torch.randn(BATCH, WIDTH), chain(depth, ACTIVATIONS[name])
    methods = {"lsuv": lsuv, "stage": staged, "rescale": rescaled}
    seconds = dict.fromkeys(methods, math.inf)
    errors: dict[str, float] = {}
    for _ in range(REPETITIONS if depth <= 20 else 2):
        for method, apply in methods.items():
            model = copy.deepcopy(original)
            started = time.perf_counter()
            apply(model, batch)
            seconds[method] = min(seconds[method], time.perf_counter() - started)
            errors[method] = error_db(model, batch, planned=method == "stage")
    return {
        "depth": depth,
        "activation": name,
        "seconds": seconds,
        "error_db": {"lsuv": errors["lsuv"], "stage": errors["stage"]},
        "times_faster": seconds["lsuv"] / seconds["stage"],
    }


def main() -> None:
    """All rows, printed and written."""
    torch.set_num_threads(1)
    rows = []
    for name in ACTIVATIONS:
        for depth in DEPTHS:
            rows.append(row(depth, name))
            print(rows[-1], flush=True)
    save("staging", {"width": WIDTH, "batch": BATCH, "rows": rows}, None)


if __name__ == "__main__":
    main()
