"""``init_``: reads a network and starts every layer as what feeds and follows it demands."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import nn

from gainstage.errors import GainstageError
from gainstage.init import reasons
from gainstage.init.draw import Generator
from gainstage.init.graph import Graph
from gainstage.init.guard import all_or_nothing, check_inputs, check_model
from gainstage.init.plan import Plan, plans
from gainstage.init.reading import watched
from gainstage.init.staging import Staging
from gainstage.init.table import NAN, Row, Table
from gainstage.init.tracing import traced
from gainstage.init.whole import Given, wholes
from gainstage.observe.naming import unwrap


def init_(
    model: nn.Module, inputs: Any = None, *, only: Iterable[str] | None = None, generator: Generator = None
) -> Table:
    """Initialise a whole network in place, each layer with the gain that what feeds and follows it demands.

    The network is read from one forward pass on ``inputs``, or without them by ``torch.fx``, or by the order of its
    modules; functional operations count as modules do. Weights are orthogonal. Activations in series bend the signal
    less the more there are, so that the whole network's slope of the correlation map stays 1.5 (Martens et al. 2021):
    odd functions work at a lower level, of others pairs of units get opposite weights (Balduzzi et al. 2017), and
    biases take away means. Residual branches begin with one share of the sum each (in the spirit of Zhang et al. 2019),
    recurrent matrices are orthogonal, an LSTM's forget bias is 1.

    Args:
        model: any network; frozen parameters, scales of normalisations, parametrised and quantised weights stay.
        inputs: a batch as the model takes it: one tensor, a tuple of arguments, or a mapping of named ones. Where a
            variance would drift (see the table), it is staged on this batch as by ``stage_``.
        only: names of parameters or modules, wildcards allowed: only these are initialised, as for a new head.
        generator: where the random numbers come from; torch's global state is not touched then.

    Returns:
        A table: what each parameter got and why; ``print`` it.

    Raises:
        GainstageError: lazy, meta or non-finite parameters, nothing to initialise, inputs that are empty, not finite
            or do not fit. The model is then as it was, bit for bit.

    Example:
        >>> model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
        >>> table = init_(model, generator=torch.Generator().manual_seed(0))
        >>> table["2.weight"].why
        'reads relu; the output: unit variance'
    """
    check_model(model, "init_")
    if inputs is not None:
        check_inputs(inputs, "init_")
    graph = traced(unwrap(model)) if inputs is None else watched(model, inputs)
    may = chosen(model, only, "init_")
    found = plans(graph, may)
    with all_or_nothing(model):
        given = draw(model, graph, found, may, generator)
        drifting = inputs is not None and any(plan.level and reasons.drifts(plan.level, graph.series) for plan in found)
        if drifting:
            watched(model, inputs, Staging(found, graph, may))
    return table(model, graph, found, given, may, staged=drifting)


def chosen(model: nn.Module, only: Iterable[str] | None, verb: str) -> set[int]:
    """Identities of the parameters that may be changed."""
    names = None if only is None else [only] if isinstance(only, str) else list(only)
    may = {
        id(parameter)
        for name, parameter in model.named_parameters(remove_duplicate=False)
        if parameter.requires_grad and parameter.is_floating_point() and _matches(name, names)
    }
    if not may:
        wanted = "" if names is None else f" among only={names}"
        raise GainstageError(
            f"{verb}: {type(model).__name__} has no trainable floating-point parameter{wanted}; expected at least one "
            "(is everything frozen? parameter.requires_grad_(True))"
        )
    return may


def draw(
    model: nn.Module, graph: Graph, found: list[Plan], may: set[int], generator: Generator
) -> dict[int, tuple[str, str]]:
    """Write new values into every planned layer; by parameter's identity the activation and the reason."""
    given: list[Given] = []
    said: dict[int, tuple[str, str]] = {}
    for plan in found:
        matrices = plan.matrices(generator)
        assert plan.call.weight is not None
        given.append(Given(plan.call.weight, plan.layout.to_tensor(matrices), reasons.weight(plan, graph)))
        if plan.call.bias is not None and id(plan.call.bias) in may:
            given.append(Given(plan.call.bias, plan.biases(matrices), reasons.bias(plan)))
        function = plan.role.activation.function if plan.role.activation is not None else ""
        said.update((id(each), (function, "")) for each in (plan.call.weight, plan.call.bias) if each is not None)
    given += wholes(model, may, generator)
    if not given:
        raise GainstageError(
            f"init_: {type(model).__name__} has no layer with a weight to initialise (read by {graph.way}); expected a "
            "linear, convolution, embedding, attention or recurrent layer or a product with a parameter"
        )
    with torch.no_grad():
        for each in given:
            each.parameter.copy_(each.values)
    return {id(each.parameter): (said.get(id(each.parameter), ("", ""))[0], each.why) for each in given}


def table(
    model: nn.Module,
    graph: Graph,
    found: list[Plan],
    given: dict[int, tuple[str, str]],
    may: set[int],
    *,
    staged: bool = False,
) -> Table:
    """What became of every parameter."""
    fans = {id(plan.call.weight): plan.layout.fan_in for plan in found}
    set_ = {id(each) for plan in found if not plan.layout.chosen for each in (plan.call.weight, plan.call.bias)}
    rows = []
    for name, parameter in model.named_parameters():
        layer = name.rpartition(".")[0]
        if id(parameter) not in given:
            why = reasons.untouched(model, name, parameter, id(parameter) in may)
            rows.append(Row(name, layer, "", NAN, NAN, why))
            continue
        function, why = given[id(parameter)]
        std = float(parameter.detach().double().square().mean().sqrt())
        wide = fans.get(id(parameter), parameter.shape[-1] if parameter.dim() == 2 else NAN)
        why += "; staged by data" if staged and id(parameter) in set_ else ""
        rows.append(Row(name, layer, function, std * math.sqrt(wide), std, why))
    return Table(tuple(rows), graph.way, graph.series)


def _matches(name: str, names: list[str] | None) -> bool:
    return names is None or any(fnmatchcase(name, each) or fnmatchcase(name, f"{each}.*") for each in names)
