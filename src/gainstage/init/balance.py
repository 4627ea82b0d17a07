"""Levels at which signal and gradient share what unequal widths and bends take from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from gainstage.errors import GainstageError
from gainstage.init.graph import Call
from gainstage.init.level import at
from gainstage.init.plan import Plan
from gainstage.init.reading import watched
from gainstage.init.staging import deviation, units

WORSE = 1e-3  # a distortion this much above the planned one is too much


def balanced(model: nn.Module, inputs: Any, loss: Callable[[Any], torch.Tensor], found: list[Plan]) -> dict[int, float]:
    """Deviations of hidden stages, by their weight's identity, from one forward and one backward pass.

    A factor on a stage changes its forward and its backward gain by the same number of decibels, so their difference is
    the network's: it stems from widths and bends. Both are equally far from 0 dB when signal and gradient fall and rise
    alike, which they do at deviations in proportion to sqrt(signal * gradient). No stage is driven into more bends
    than planned.
    """
    hidden = {id(plan.call.weight): plan for plan in found if plan.role.kind == "hidden" and not plan.role.branch}
    taps = Taps(hidden)

    def descend(output: Any) -> None:
        value = loss(output)
        if not isinstance(value, torch.Tensor) or value.numel() != 1 or not value.requires_grad:
            given = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
            raise GainstageError(f"stage_: loss(output) gave {given}, expected one number that depends on the network")
        tensors = [output for output, _ in taps.heard.values()]
        if not tensors:
            return
        gradients = torch.autograd.grad(value, tensors, allow_unused=True)
        taps.gradients = [0.0 if each is None else float(each.double().square().mean().sqrt()) for each in gradients]

    watched(model, inputs, taps, descend=descend)
    pairs = [(signal, heard) for (_, signal), heard in zip(taps.heard.values(), taps.gradients, strict=True)]
    levels = [math.sqrt(signal * gradient) for signal, gradient in pairs]
    if not levels or not all(0 < each < math.inf for each in levels):
        return {}
    unit = pairs[0][0] / levels[0]
    return {key: _bounded(hidden[key], unit * each) for key, each in zip(taps.heard, levels, strict=True)}


class Taps:
    """Keeps the first output of each hidden layer, as it was before an activation worked on it in place."""

    def __init__(self, hidden: dict[int, Plan]) -> None:
        self.hidden = hidden
        self.heard: dict[int, tuple[torch.Tensor, float]] = {}
        self.gradients: list[float] = []

    def __call__(self, call: Call, output: torch.Tensor) -> torch.Tensor:
        """A copy for the network, so that the original keeps its gradient."""
        plan = self.hidden.get(id(call.weight))
        if plan is None or id(call.weight) in self.heard or not output.requires_grad:
            return output
        signal = float(deviation(output, units(call, output, len(plan.layout.kernel))))
        self.heard[id(call.weight)] = (output, signal)
        return output.clone()


def _bounded(plan: Plan, std: float) -> float:
    level = plan.level
    if level is None or std <= level.std:
        return std
    bent = at(level.function, float(f"{std:.3g}"), level.offset, paired=level.paired).distortion
    return std if bent <= level.distortion + WORSE else level.std
