"""``init_``: reads a network and starts every layer as what follows and feeds it demands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from gainstage.init.draw import Generator
from gainstage.init.plan import Plan, plans
from gainstage.init.reading import watched
from gainstage.init.table import NAN, Row, Table
from gainstage.init.tracing import traced


def init_(model: nn.Module, inputs: Any = None, *, generator: Generator = None) -> Table:
    """Initialise every layer of a network in place."""
    graph = traced(model) if inputs is None else watched(model, inputs)
    found = plans(graph, {id(parameter) for parameter in model.parameters() if parameter.requires_grad})
    values: dict[int, torch.Tensor] = {}
    for plan in found:
        matrices = plan.matrices(generator)
        assert plan.call.weight is not None
        values[id(plan.call.weight)] = plan.layout.to_tensor(matrices)
        if plan.call.bias is not None:
            values[id(plan.call.bias)] = plan.biases(matrices)
    write(model, values)
    return table(model, found, graph.way, graph.series)


def write(model: nn.Module, values: Mapping[int, torch.Tensor]) -> None:
    """Put new values into parameters, in their own dtype and on their own device."""
    with torch.no_grad():
        for parameter in model.parameters():
            if id(parameter) in values:
                parameter.copy_(values[id(parameter)])


def table(model: nn.Module, found: list[Plan], way: str, series: int) -> Table:
    """What became of every parameter."""
    weights = {id(plan.call.weight): plan for plan in found}
    biases = {id(plan.call.bias): plan for plan in found if plan.call.bias is not None}
    rows = []
    for name, parameter in model.named_parameters():
        layer = name.rpartition(".")[0]
        plan = weights.get(id(parameter)) or biases.get(id(parameter))
        if plan is None:
            rows.append(Row(name, layer, "", NAN, NAN, "left alone"))
            continue
        std = float(parameter.detach().float().square().mean().sqrt())
        function = plan.role.activation.function if plan.role.activation is not None else ""
        gain = std * math.sqrt(plan.layout.fan_in) if id(parameter) in weights else NAN
        rows.append(Row(name, layer, function, gain, std, plan.role.kind))
    return Table(tuple(rows), way, series)
