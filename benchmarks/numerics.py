"""How many digits are right? torch's kernels, torch.compile's and ours against the truth, over float32 inputs.

For each function and each way of computing it: the largest error in units in the last place where the true result is
a normal number, zeros where it is not zero, NaN and infinity where the true result is finite; for values and
gradients, and the NaN of second derivatives. Also on how many inputs a strided tensor gives other bits than a
contiguous one, and which limits at infinity are wrong.

The truth is the float64 formulas, which the tests hold to 50 digits; the worst inputs are judged once more at 50 digits
here. The default is a dense sample (every 4,093rd bit pattern and where things happen); --all takes all 2^32 inputs in
pieces, goes on where it was stopped, and needs a day.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import RESULTS, save
from contestants import CONTESTS, ELEMENTWISE, Contest

from gainstage.nn.accuracy import ulp_error
from gainstage.nn.formulas import FORMULAS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from nn import reference

STEP = 4093  # prime
PIECE = 2**24  # bit patterns in a piece of --all
DERIVATIVES = ("value", "gradient")
Way = Callable[[torch.Tensor], torch.Tensor]


def main() -> None:
    """Measure what is asked for and write results/numerics.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *ELEMENTWISE], help="functions; all of them by default")
    parser.add_argument("--all", action="store_true", help="all 2^32 float32 inputs instead of a sample")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--output", type=Path, help="write there instead of results/numerics.json")
    options = parser.parse_args()
    names = options.names or ELEMENTWISE
    partial = RESULTS / "numerics-all.partial.json"
    found: dict[str, Any] = json.loads(partial.read_text()) if options.all and partial.exists() else {}
    pieces = list(everything() if options.all else [("sample", sample)])
    for number, (label, numbers) in enumerate(pieces, 1):
        for name in names:
            known = found.setdefault(name, {"pieces": [], "ways": {}})
            if label not in known["pieces"]:
                measure(CONTESTS[name], numbers(), known["ways"], not options.no_compile)
                known["pieces"].append(label)
            progress(number, len(pieces), name)
        if options.all:
            partial.write_text(json.dumps(found))
    rows = [{"name": name, "ways": judged(name, found[name]["ways"]), **edges(CONTESTS[name])} for name in names]
    inputs = 2**32 if options.all else len(sample())
    save("numerics", {"functions": rows, "inputs": inputs, "sample": not options.all}, options.output)
    partial.unlink(missing_ok=True)


def sample() -> torch.Tensor:
    """Bit patterns spread evenly, the range where functions bend, and the surroundings of the zeros of slopes."""
    spread = torch.from_numpy(np.arange(-(2**31), 2**31, STEP).astype(np.int32)).view(torch.float32)
    zeros = [torch.linspace(zero - 1e-3, zero + 1e-3, 20_001) for zero in (-1.2784645, -0.7517915, -0.75246, -1.192431)]
    dense = [torch.linspace(-20, 20, 1_000_001), torch.linspace(-110, -80, 100_001), torch.linspace(-1, 1, 200_001)]
    return torch.cat([spread[spread.isfinite()], *dense, *zeros])


def everything() -> Iterator[tuple[str, Callable[[], torch.Tensor]]]:
    """All float32 numbers in pieces, each with a label."""

    def numbers(start: int) -> torch.Tensor:
        x = torch.arange(start, start + PIECE).to(torch.int32).view(torch.float32)
        return x[x.isfinite()]

    for start in range(-(2**31), 2**31, PIECE):
        yield str(start), lambda start=start: numbers(start)


def ways(contest: Contest, compiled: bool) -> dict[str, Way]:
    """The ways of computing one function."""
    found: dict[str, Way] = {"torch": contest.theirs, "ours": contest.ours}
    if compiled:
        torch._dynamo.reset()
        found["torch_compile"] = torch.compile(contest.theirs)
    return found


def measure(contest: Contest, x: torch.Tensor, into: dict[str, Any], compiled: bool) -> None:
    """Compare every way with the truth at ``x`` and merge what is found."""
    formulas, wide = FORMULAS[contest.formula], x.double()
    truths = (formulas.value(wide, *contest.constants), formulas.slope(wide, *contest.constants))
    curved = formulas.curvature(wide, *contest.constants).isfinite()
    for name, way in ways(contest, compiled).items():
        known = into.setdefault(name, {})
        given = x.clone().requires_grad_()
        y = way(given)
        (gradient,) = torch.autograd.grad(y, given, torch.ones_like(y), create_graph=name != "torch_compile")
        for key, computed, truth in zip(DERIVATIVES, (y, gradient), truths, strict=True):
            merge(known.setdefault(key, {}), compare(x, computed.detach(), truth))
        if name != "torch_compile":
            merge(known.setdefault("curvature", {}), {"nans": nans(x, second(gradient, given), curved)})
            merge(known, {"strided": strided(way, x, y.detach())})


def second(gradient: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The second derivative by autograd; zero where the gradient does not depend on x, NaN where there is none."""
    if not gradient.requires_grad:
        return torch.zeros_like(x)
    try:
        (curvature,) = torch.autograd.grad(gradient.sum(), x, allow_unused=True)
    except RuntimeError as error:
        if "not implemented" not in str(error):
            raise
        return torch.full_like(x, torch.nan)
    return torch.zeros_like(x) if curvature is None else curvature


def compare(x: torch.Tensor, computed: torch.Tensor, truth: torch.Tensor) -> dict[str, Any]:
    """The faults at ``x``: each as a count with the input nearest to zero, the error with its input."""
    fits = truth.abs() <= torch.finfo(torch.float32).max
    error = ulp_error(torch.where(computed.isfinite(), computed, 0.0), torch.where(computed.isfinite(), truth, 0.0))
    worst = int(error.argmax())
    zeros = (computed == 0) & (truth.abs() >= torch.finfo(torch.float32).tiny)
    return {
        "ulp": {"error": error[worst].item(), "at": x[worst].item()},
        "zeros": first(x, zeros),
        "nans": nans(x, computed, fits),
    }


def nans(x: torch.Tensor, computed: torch.Tensor, fits: torch.Tensor) -> dict[str, Any]:
    """NaN and infinity where the truth is a finite number of the format."""
    return first(x, ~computed.isfinite() & fits)


def first(x: torch.Tensor, where: torch.Tensor) -> dict[str, Any]:
    """How many there are, and the one nearest to zero."""
    hits = x[where]
    return {"count": len(hits), "at": hits[hits.abs().argmin()].item() if len(hits) else None}


def strided(way: Way, x: torch.Tensor, contiguous: torch.Tensor) -> dict[str, Any]:
    """Where every second element of a tensor twice as long gives other bits."""
    with torch.no_grad():
        other = way(x.repeat_interleave(2)[::2])
    return first(x, (other != contiguous) & ~(other.isnan() & contiguous.isnan()))


def merge(known: dict[str, Any], more: dict[str, Any]) -> None:
    """Add up counts, keep the largest error and the inputs nearest to zero."""
    for key, new in more.items():
        old = known.get(key)
        if old is None:
            known[key] = new
        elif "error" in new:
            known[key] = max(old, new, key=lambda entry: entry["error"])
        else:
            places = [entry["at"] for entry in (old, new) if entry["at"] is not None]
            known[key] = {"count": old["count"] + new["count"], "at": min(places, key=abs, default=None)}


def judged(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """The largest errors once more, their truth computed with 50 digits."""
    contest = CONTESTS[name]
    constants = {contest.formula: contest.constants}
    for way, known in found.items():
        for order, key in enumerate(DERIVATIVES):
            entry = known[key]["ulp"]
            x = torch.tensor([entry["at"]])
            truth = reference.true(contest.formula, entry["at"], order, constants)
            if truth is not None and way != "torch_compile":
                computed = by_order(contest.ours if way == "ours" else contest.theirs, x)[order]
                entry["checked"] = ulp_error(computed, torch.tensor([float(truth)], dtype=torch.float64)).item()
    return found


def by_order(way: Way, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Value and gradient, in a tensor long enough for the kernels that long tensors get."""
    given = x.repeat(64).requires_grad_()
    y = way(given)
    (gradient,) = torch.autograd.grad(y.sum(), given)
    return y[:1].detach(), gradient[:1]


def edges(contest: Contest) -> dict[str, Any]:
    """Values and gradients at the infinities, and what they are far out in float64."""
    formulas = FORMULAS[contest.formula]
    far = torch.tensor([-1e200, 1e200], dtype=torch.float64)
    infinite = torch.tensor([-torch.inf, torch.inf] * 32)
    limits = {
        "truth": [formula(far, *contest.constants).float().tolist() for formula in (formulas.value, formulas.slope)]
    }
    for name, way in (("torch", contest.theirs), ("ours", contest.ours)):
        given = infinite.clone().requires_grad_()
        y = way(given)
        (gradient,) = torch.autograd.grad(y, given, torch.ones_like(y))
        limits[name] = [y[:2].tolist(), gradient[:2].tolist()]
    return {
        "limits": json.loads(
            json.dumps(limits).replace("-Infinity", '"-inf"').replace("Infinity", '"inf"').replace("NaN", '"nan"')
        )
    }


def progress(piece: int, pieces: int, name: str) -> None:
    """One line on stderr, written over."""
    done = round(30 * piece / pieces)
    end = "\n" if piece == pieces and name == ELEMENTWISE[-1] else ""
    print(f"\r[{'#' * done}{'.' * (30 - done)}] {piece}/{pieces} {name:<16}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
