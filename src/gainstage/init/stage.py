"""``stage_``: sets the gain of every stage by data, each as one forward pass reaches it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from gainstage.init.draw import Generator
from gainstage.init.graph import Call
from gainstage.init.model import init_, table
from gainstage.init.plan import Plan, plans
from gainstage.init.reading import watched
from gainstage.init.table import Table


def stage_(
    model: nn.Module, inputs: Any, *, target_db: float = 0.0, draw: bool = True, generator: Generator = None
) -> Table:
    """Stage the gains of a network in place, by one batch."""
    if draw:
        init_(model, inputs, generator=generator)
    graph = watched(model, inputs)
    found = plans(graph, {id(parameter) for parameter in model.parameters() if parameter.requires_grad})
    watched(model, inputs, Staging(found, 10 ** (target_db / 20)))
    return table(model, found, graph.way, graph.series)


class Staging:
    """Rescales each layer's weight and sets its bias when its first output is there."""

    def __init__(self, found: list[Plan], factor: float) -> None:
        self.plans = {id(plan.call.weight): plan for plan in found if plan.call.kind == "affine"}

    def __call__(self, call: Call, output: torch.Tensor) -> torch.Tensor:
        """The output as it is with the new weight and bias."""
        plan = self.plans.pop(id(call.weight), None)
        if plan is None or call.weight is None:
            return output
        unit = output.dim() - 1 - (len(plan.layout.kernel) if call.name.startswith("conv") else 0)
        rows = output.detach().movedim(unit, -1).flatten(0, -2).float()
        mean, variance = rows.mean(0), rows.var(0).mean()
        if call.bias is None:
            variance, mean = variance + mean.square().mean(), torch.zeros_like(mean)
        if not variance > 0:
            return output
        scale = plan.std / variance.sqrt()
        call.weight.mul_(scale)
        if call.bias is not None:
            call.bias.copy_((call.bias.float() - mean) * scale + plan.offset)
        shape = [1] * output.dim()
        shape[unit] = -1
        return (output - mean.view(shape)) * scale + plan.offset
