"""From the runs of a row to its verdicts: which learning rate, does it train, who is best or tied with the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from scipy.stats import t as student

LEARNT = 0.9  # of the loss of guessing: a training that ends above it has not learnt
CONFIDENCE = 0.95
Losses = Sequence[Sequence[float | None]]  # by learning rate, then by seed; None where a copy was taken out


def judge(cells: Mapping[str, Mapping[str, Any]], rates: Sequence[float], guessing: float) -> dict[str, Any]:
    """Verdicts on all methods of one row.

    Every method stands with the learning rate at which its mean loss over the seeds is lowest, a loss above that of
    guessing counting as guessing. ``trains`` says how many seeds end below nine tenths of guessing. The interval is
    Student's over the seeds, of the logarithm of the loss. ``best`` has the lowest mean, ``tied`` are those whose
    interval overlaps the best one's and who train with as many seeds.
    """
    found = {name: verdict(cell["loss"], rates, guessing) for name, cell in cells.items() if cell["loss"]}
    if not found:
        return {}
    leader = min(found.values(), key=lambda one: one["loss"])
    for one in found.values():
        one["best"] = one is leader and one["trains"] > 0
        one["tied"] = leader["trains"] > 0 and one["trains"] >= leader["trains"] and one["low"] <= leader["high"]
    return found


def verdict(losses: Losses, rates: Sequence[float], guessing: float) -> dict[str, Any]:
    """One method's best learning rate and what it gives: geometric mean of the losses with its interval."""
    capped = [[math.log(min(guessing if loss is None else loss, guessing)) for loss in seeds] for seeds in losses]
    place = min(range(len(rates)), key=lambda index: fmean(capped[index]))
    chosen = capped[place]
    middle = fmean(chosen)
    factor = float(student.ppf((1 + CONFIDENCE) / 2, len(chosen) - 1)) / math.sqrt(len(chosen))
    reach = factor * stdev(chosen)
    return {
        "rate": rates[place],
        "loss": math.exp(middle),
        "low": math.exp(middle - reach),
        "high": math.exp(middle + reach),
        "trains": sum(loss is not None and loss < LEARNT * guessing for loss in losses[place]),
        "seeds": len(chosen),
    }
