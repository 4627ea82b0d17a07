"""``stage_``: sets the gains of a whole network by data, every stage in the same forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from gainstage.init import model as whole_model
from gainstage.init import reasons
from gainstage.init.balance import balanced
from gainstage.init.draw import Generator
from gainstage.init.graph import Graph
from gainstage.init.guard import all_or_nothing, check_inputs, check_model
from gainstage.init.plan import Plan, plans
from gainstage.init.reading import watched
from gainstage.init.staging import Staging
from gainstage.init.table import Table


def stage_(
    model: nn.Module,
    inputs: Any,
    *,
    target_db: float = 0.0,
    loss: Callable[[Any], torch.Tensor] | None = None,
    draw: bool = True,
    only: Iterable[str] | None = None,
    generator: Generator = None,
) -> Table:
    """Stage the gains of a network in place, by one batch: every stage hands on the level that it gets.

    Weights are drawn as by ``init_``. Then one forward pass goes through the network, and each affine operation is
    rescaled as the pass reaches it, so that what it puts out has the planned standard deviation over the batch, and its
    bias takes each unit's mean away: later stages see what the earlier ones now give them. That is two passes, whatever
    the depth. The end of a residual branch gets its share of what goes past it; a shared weight is set once.

    The signal's gain is then ``target_db`` from stage to stage. The gradient's differs by what widths and bends
    make of it, which no factor can change: a factor moves both alike. With ``loss`` one backward pass measures this,
    and the stages are set so that signal and gradient are equally far from the target (balanced).

    Args:
        model: any network; frozen parameters, running statistics, the training flag and the random state stay.
        inputs: a batch as the model takes it, two examples or more (64 are good): one tensor, a tuple of arguments,
            or a mapping of named ones. Dropout is left out.
        target_db: gain of each stage in dB, 0 by default.
        loss: of the model's output, a number; for the balance with the gradient.
        draw: False keeps the weights' directions and only rescales and shifts: for weights that mean something.
        only: names of parameters or modules, wildcards allowed: only these are changed.
        generator: where the random numbers come from; torch's global state is not touched then.

    Returns:
        A table: what each parameter got and why; ``print`` it.

    Raises:
        GainstageError: as for ``init_``; the model is then as it was, bit for bit.

    Example:
        >>> model = nn.Sequential(nn.Linear(8, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
        >>> batch = torch.randn(256, 8, generator=torch.Generator().manual_seed(0))
        >>> table = stage_(model, batch, generator=torch.Generator().manual_seed(1))
        >>> round(float(model(batch).std(correction=0)), 3)
        1.0
    """
    check_model(model, "stage_")
    check_inputs(inputs, "stage_", least=2)
    graph = watched(model, inputs)
    may = whole_model.chosen(model, only, "stage_")
    found = [_at_its_place(plan, graph, target_db) for plan in plans(graph, may, keep=not draw)]
    with all_or_nothing(model):
        if draw:
            given = whole_model.draw(model, graph, found, may, generator)
        else:
            given = {id(plan.call.weight): ("", reasons.weight(plan, graph)) for plan in found}
        watched(model, inputs, Staging(found, graph, may))
        if loss is not None:
            levels = balanced(model, inputs, loss, found)
            watched(model, inputs, Staging(found, graph, may, levels))
    return whole_model.table(model, graph, found, given, may, staged=True)


def _at_its_place(plan: Plan, graph: Graph, target_db: float) -> Plan:
    """The plan with the level that the target makes of it behind so many stages."""
    factor = 10 ** (target_db * graph.stages_before(plan.call) / 20)
    return replace(plan, std=plan.std * factor) if target_db else plan
