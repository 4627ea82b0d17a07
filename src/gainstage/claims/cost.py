"""Claims about what activations cost, measured on this machine against a copy of the input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median, quantiles
from typing import Any

from gainstage.claims.claim import Part, across, claim
from gainstage.claims.timing import cost

EXPONENTIAL = {"sigmoid": "sigmoid", "tanh": "tanh", "ELU": "elu", "softplus": "softplus", "SiLU": "silu"}
WAYS = {"forward": False, "forward and backward": True}


def time_all() -> dict[str, Any]:
    """ReLU and functions with an exponential, both ways."""
    return {way: cost({"ReLU": "relu", **EXPONENTIAL}, backward=backward) for way, backward in WAYS.items()}


@claim("relu-cheap", "ReLU is cheaper to compute than functions with an exponential.", time_all)
def relu_cheap(measured: dict[str, Any]) -> Iterator[Part]:
    """Against each of five, by size and direction: is it slower in three rounds of four?"""
    for name in EXPONENTIAL:
        yield _slower(name, measured)


def time_elu() -> dict[str, Any]:
    """ELU and ReLU alone, both ways."""
    return {way: cost({"ReLU": "relu", "ELU": "elu"}, backward=backward) for way, backward in WAYS.items()}


@claim("elu-cost", "ELU is slower than ReLU because of its exponential.", time_elu)
def elu_cost(measured: dict[str, Any]) -> Iterator[Part]:
    """By size and direction."""
    yield _slower("ELU", measured)


def _slower(name: str, measured: Mapping[str, Any]) -> Part:
    """Whether three rounds of four find it slower than ReLU, which was timed in the same round."""
    outcomes, told, numbers = {}, [], {}
    for way, sizes in measured.items():
        for size, ratios in sizes.items():
            times = quantiles([a / b for a, b in zip(ratios[name], ratios["ReLU"], strict=True)], n=4)
            setting = f"{way}, {int(size):,} elements"
            outcomes[setting] = times[0] > 1.0
            mine, relu = median(ratios[name]), median(ratios["ReLU"])
            told.append(f"{setting}: {mine:.3g} against {relu:.3g}")
            numbers[setting] = {"copies": {name: mine, "ReLU": relu}, "times_relu_quartiles": times}
    text = f"time over that of a copy, medians — {'; '.join(told)}"
    return across(f"{name} is slower than ReLU", outcomes, text, "experiment", settings_measured=numbers)
