"""What an operation costs, as a multiple of copying its input: the one number that machines agree about roughly."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 21  # each operation in turn, so that a slow moment of the machine meets all of them
REPEATS = {10_000: 200, 1_000_000: 4}  # elements, and calls that are timed together


def cost(operations: Mapping[str, str], *, backward: bool) -> dict[str, dict[str, list[float]]]:
    """Time over that of a copy into a buffer: by number of elements, by name, one ratio for each round.

    Args:
        operations: names to report, and the torch function behind each.
        backward: whether the backward pass is timed too.
    """
    import torch

    found: dict[str, dict[str, list[float]]] = {}
    for elements, repeats in REPEATS.items():
        x = torch.randn(elements, requires_grad=backward)
        source, buffer, ones = torch.randn(elements), torch.empty(elements), torch.ones(elements)
        calls = {name: _call(torch_name, x, ones, backward) for name, torch_name in operations.items()}
        ratios: dict[str, list[float]] = {name: [] for name in operations}
        for _ in range(ROUNDS):
            copy = _timed(lambda: buffer.copy_(source), repeats)  # noqa: B023
            for name, call in calls.items():
                ratios[name].append(_timed(call, repeats) / copy)
        found[str(elements)] = ratios
    return found


def _call(name: str, x: Any, ones: Any, backward: bool) -> Callable[[], object]:
    import torch

    operation = getattr(torch, name, None) or getattr(torch.nn.functional, name)
    if backward:
        return lambda: torch.autograd.grad(operation(x), x, ones)
    return lambda: operation(x)


def _timed(call: Callable[[], object], repeats: int) -> float:
    call()
    begun = time.perf_counter()
    for _ in range(repeats):
        call()
    return time.perf_counter() - begun
