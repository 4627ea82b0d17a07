"""What a function costs here: its time as a multiple of copying the same elements."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gainstage.functions.card import Card

ELEMENTS = 1_000_000  # in the last cache of most machines: neither overhead nor memory decides
ROUNDS = 7


def measure(card: Card) -> dict[str, float]:
    """Time of the function's torch expression over that of ``copy_``: forward, and forward with backward.

    The fastest of several rounds in turn, float32, one thread; needs torch.
    """
    import torch

    import gainstage  # gives its modules by name when an expression asks for them

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        x = torch.randn(ELEMENTS)
        target, watched, gradient = torch.empty_like(x), x.clone().requires_grad_(), torch.ones_like(x)
        names = {"gainstage": gainstage, "torch": torch, "F": torch.nn.functional, **card.parameters}
        code = compile(card.torch, "<torch>", "eval")

        def forward() -> Any:
            with torch.no_grad():
                return eval(code, {**names, "x": x})

        def both() -> Any:
            watched.grad = None
            eval(code, {**names, "x": watched}).backward(gradient)

        copy, once, twice = _fastest([lambda: target.copy_(x), forward, both])
    finally:
        torch.set_num_threads(threads)
    return {"forward": once / copy, "forward_backward": twice / copy, "elements": float(ELEMENTS), "threads": 1.0}


def _fastest(jobs: list[Callable[[], Any]]) -> list[float]:
    best = [float("inf")] * len(jobs)
    for _ in range(ROUNDS):
        for number, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            best[number] = min(best[number], time.perf_counter() - start)
    return best
