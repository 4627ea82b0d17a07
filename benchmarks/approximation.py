"""Networks that are built beside networks that are trained, and beside splines and polynomials.

Four parts (--only picks one): `units`, what a certified error of 0.01 costs for functions of several kinds; `rates`,
how the error falls with the number of pieces; `training`, the built network, the same fine-tuned by gradient descent,
and networks of the same size trained from PyTorch's random start, on equal terms: the same points, steps and optimizer,
for each the best of the same learning rates; with scipy's splines and Chebyshev series of as many parameters; `speed`,
building, evaluating and proving, with the exponent of the proof's growth. Errors are the largest on the interval.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import RESULTS, save
from scipy.interpolate import make_interp_spline
from torch import nn

from gainstage.construct import placement
from gainstage.construct.build import construct
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.exact.certify import certify
from gainstage.construct.exact.surface import Surface
from gainstage.construct.line import polygon, staircase
from gainstage.construct.local import local
from gainstage.construct.module import activation
from gainstage.construct.network import Network
from gainstage.construct.rates import rates
from gainstage.construct.target import Target, target
from gainstage.construct.unit import unit

TARGETS = {
    "decaying wave": ("sin(3*x)*exp(-x/2)", (0.0, 6.0)),
    "square root": ("sqrt(x)", (0.0, 1.0)),
    "cusp": ("abs(x - 1/3)", (-1.0, 1.0)),
    "narrow peak": ("exp(-1000*(x - 1/2)**2)", (0.0, 1.0)),
    "soft step": ("tanh(40*(x - 1/2))", (0.0, 1.0)),
    "chirp": ("sin(1/x)", (0.05, 1.0)),
}
TOLERANCE = 0.01
UNITS = ("sigmoid", "tanh", "binary_step", "relu", "gelu", "softplus", "sin", "gaussian")
TRAINED = ("sigmoid", "relu")
SIZES = (16, 64, 256)
RATES = (1e-2, 1e-3, 1e-4)
SEEDS = (0, 1)
STEPS = 2000
TRAINING_POINTS = 512
CHECKED = 20_001
TOWERS = (500, 1000, 2000, 4000)
MANY_TOWERS, MANY_POINTS = 10_000, 1_000_000
PARTS = ("units", "rates", "training", "speed")


def main() -> None:
    """Measure what is asked for and write results/approximation.json; parts that are not, stay as they are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may be repeated")
    parser.add_argument("--output", type=Path, help="write there instead of results/approximation.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = known(options.output)
    for name in options.only or PARTS:
        found[name] = {"units": units, "rates": all_rates, "training": training, "speed": speed}[name]()
        save("approximation", found, options.output)


def known(output: Path | None) -> dict[str, Any]:
    """The parts that were measured before."""
    path = output or RESULTS / "approximation.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    return {name: stored[name] for name in PARTS if name in stored}


def units() -> list[dict[str, Any]]:
    """What a certified error of 0.01 costs; the reason where it cannot be had."""
    rows = []
    for name, (formula, side) in TARGETS.items():
        for kind in UNITS:
            row: dict[str, Any] = {"target": name, "formula": formula, "unit": kind}
            try:
                report = construct(formula, side, TOLERANCE, kind).report
                row |= {"units": report.units[0], "equal_width": report.equal_width, "bound": report.bound}
                row |= {"proof": report.proof, "measured": report.measured_error, "weight": report.largest_weight}
            except CannotApproximate as error:
                row["refused"] = str(error)
            rows.append(row)
    return rows


def all_rates() -> list[dict[str, Any]]:
    """Exponents of error against pieces, equal widths and placed."""
    rows = []
    for name, (formula, side) in TARGETS.items():
        for kind in TRAINED:
            for rate in rates(construct(formula, side, 0.05, kind)):
                exponent = {"exponent": rate.exponent, "theory": rate.theory}
                errors = {"pieces": rate.pieces, "errors": rate.errors}
                rows.append({"target": name, "unit": kind, "placement": rate.placement, **exponent, **errors})
    return rows


def training() -> list[dict[str, Any]]:
    """Errors (largest, root mean square) of built, fine-tuned and trained networks of one size, and of yardsticks."""
    rows = []
    for name in ("decaying wave", "square root"):
        formula, side = TARGETS[name]
        wanted = target(formula)
        for kind in TRAINED:
            for size in SIZES:
                network = of_size(wanted, side, kind, size)
                row = {"target": name, "unit": kind, "units": network.units[0], "built": errors(wanted, side, network)}
                tuned = (trained(wanted, side, network, rate, None) for rate in RATES)
                row["fine_tuned"] = min(tuned, key=lambda found: found[1])
                starts = [[trained(wanted, side, network, rate, seed) for seed in SEEDS] for rate in RATES]
                row["random_start"] = min(starts, key=lambda found: np.median([error[1] for error in found]))
                rows.append(row | yardsticks(wanted, side, 3 * network.units[0] + 1))
    return rows


def of_size(wanted: Target, side: tuple[float, float], kind: str, size: int) -> Network:
    """The best network of at most ``size`` units, by bisection on the tolerance."""
    samples = placement.look(wanted, *side, 4 * size)
    low, high = 1e-9, float(np.ptp(samples.y))
    best = made(wanted, side, kind, high, samples)
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        network = made(wanted, side, kind, middle, samples)
        low, high, best = (low, middle, network) if network.units[0] <= size else (middle, high, best)
    return best


def made(
    wanted: Target, side: tuple[float, float], kind: str, tolerance: float, samples: placement.Samples | None = None
) -> Network:
    """A network of double precision for a tolerance, without its proof."""
    taken, one = samples or placement.look(wanted, *side), unit(kind)
    if one.kind == "step":
        return staircase(one, placement.stairs(taken, tolerance), *side, "float64")
    return polygon(one, placement.polyline(taken, tolerance), "float64", tolerance)


Errors = tuple[float, float]


def errors(wanted: Target, side: tuple[float, float], network: Network) -> Errors:
    """The largest error at many points, and the root mean square."""
    x = np.linspace(*side, CHECKED)
    apart = network(x[:, None]) - wanted.value(x)
    return float(np.max(np.abs(apart))), float(np.sqrt(np.mean(apart**2)))


def trained(wanted: Target, side: tuple[float, float], network: Network, rate: float, seed: int | None) -> Errors:
    """The errors after training with Adam on the mean square error, from the built weights or from ``seed``.

    From a random start inputs are scaled to -1...1, without which training gets nowhere on most intervals.
    """
    torch.manual_seed(seed or 0)
    count = network.units[0]
    model = nn.Sequential(nn.Linear(1, count), activation(network.unit), nn.Linear(count, 1)).double()
    x = torch.linspace(*side, TRAINING_POINTS, dtype=torch.float64)[:, None]
    check = torch.linspace(*side, CHECKED, dtype=torch.float64)[:, None]
    y, truth = (torch.from_numpy(wanted.value(part.numpy()).copy()) for part in (x, check))
    if seed is None:
        with torch.no_grad():
            for layer, weights in zip((model[0], model[2]), network.layers, strict=True):
                layer.weight.copy_(torch.from_numpy(weights.weight))
                layer.bias.copy_(torch.from_numpy(weights.bias))
    else:
        x, check = (2 * (part - side[0]) / (side[1] - side[0]) - 1 for part in (x, check))
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        apart = (model(check) - truth).nan_to_num(nan=float("inf"))
    return apart.abs().max().item(), apart.square().mean().sqrt().item()


def yardsticks(wanted: Target, side: tuple[float, float], parameters: int) -> dict[str, float]:
    """Largest errors of splines through equally spaced points and of a Chebyshev series, each of as many numbers."""
    x, nodes = np.linspace(*side, CHECKED), np.linspace(*side, parameters)
    truth, found = wanted.value(x), {}
    for name, degree in (("linear_spline", 1), ("cubic_spline", 3)):
        found[name] = float(np.max(np.abs(make_interp_spline(nodes, wanted.value(nodes), degree)(x) - truth)))
    series = np.polynomial.Chebyshev.interpolate(wanted.value, parameters - 1, domain=side)
    return found | {"chebyshev": float(np.max(np.abs(series(x) - truth)))}


def speed() -> dict[str, Any]:
    """Seconds to build and evaluate 10,000 towers, and to prove bounds of more and more; clock and CPU."""
    formula, side = TARGETS["decaying wave"]
    wanted = target(formula)
    variation = placement.look(wanted, *side).variation
    x = np.random.default_rng(0).uniform(*side, MANY_POINTS)
    start, cpu = time.perf_counter(), time.process_time()
    tolerance = variation / (2 * MANY_TOWERS)
    network = made(wanted, side, "sigmoid", tolerance, placement.look(wanted, *side, MANY_TOWERS))
    built, built_cpu = time.perf_counter(), time.process_time()
    near = local(network)
    assert near is not None
    values = near(x)
    done, done_cpu = time.perf_counter(), time.process_time()
    error = float(np.max(np.abs(values - wanted.value(x))))
    proofs = [proved(wanted, side, variation, count) for count in TOWERS]
    growth = np.polyfit(np.log([p["towers"] for p in proofs]), np.log([p["cpu_seconds"] for p in proofs]), 1)[0]
    return {
        "towers": network.units[0] + 1, "points": MANY_POINTS, "error": error, "tolerance": tolerance,
        "build_seconds": built - start, "build_cpu_seconds": built_cpu - cpu,
        "evaluate_seconds": done - built, "evaluate_cpu_seconds": done_cpu - built_cpu,
        "proofs": proofs, "growth_exponent": float(growth),
    }  # fmt: skip


def proved(wanted: Target, side: tuple[float, float], variation: float, count: int) -> dict[str, Any]:
    """Seconds to prove the bound of about ``count`` towers."""
    tolerance = variation / (2 * count)
    network = made(wanted, side, "sigmoid", 0.97 * tolerance, placement.look(wanted, *side, count))
    start, cpu = time.perf_counter(), time.process_time()
    found = certify(network, Surface(wanted.expression, wanted.variables), *side, tolerance)
    seconds = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    return {"towers": network.units[0] + 1, "bound": found.bound, "boxes": found.boxes, **seconds}


if __name__ == "__main__":
    main()
