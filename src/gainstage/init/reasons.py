"""Why a parameter got what it got, in words."""

from __future__ import annotations

from torch import nn

from gainstage.init.graph import Graph
from gainstage.init.level import BUDGET, Level, at
from gainstage.init.plan import Plan
from gainstage.theory.gains import gain

_NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


def weight(plan: Plan, graph: Graph) -> str:
    """The reason for a weight's size and direction."""
    if plan.layout.chosen:
        free = "a normalisation or the output's use of it sets the scale, and shorter vectors learn faster"
        return "vectors of unit variance" if plan.std == 1 else f"vectors of length one: {free}"
    return f"{_reads(plan)}; {_makes(plan, graph)}"


def bias(plan: Plan) -> str:
    """The reason for a bias."""
    said = []
    if plan.received:
        said.append(f"takes away the mean {plan.received:.3g} of what comes in")
    if plan.offset:
        said.append(f"moves {_name(plan)} to {plan.offset:+.2f}, where it is straighter")
    return "; ".join(said) or "zero"


def untouched(model: nn.Module, name: str, parameter: nn.Parameter, chosen: bool) -> str:
    """Why a parameter was left alone."""
    owner, _, own = name.rpartition(".")
    if not parameter.requires_grad:
        return "left alone: frozen"
    if not parameter.is_floating_point():
        return "left alone: not of floating point"
    if not chosen:
        return "left alone: not among only="
    if ".parametrizations." in f".{name}" or own.endswith(("_orig", "_g", "_v")):
        return "left alone: the weight is computed from it (a parametrisation)"
    if parameter.dim() > 1 and not parameter.detach().any():
        return "left alone: zero, beside a frozen layer that it adapts"
    module = model.get_submodule(owner)
    if isinstance(module, _NORMALISATIONS):
        return "left alone: scale or shift of a normalisation"
    if isinstance(module, nn.PReLU):
        return "left alone: the activation's own parameter"
    return "left alone: no operation read it as a matrix"


def drifts(level: Level, series: int) -> bool:
    """Whether so many stages in series let a deviation of the variance grow by more than the budget of bends."""
    return level.slope**series > BUDGET


def _reads(plan: Plan) -> str:
    feeds = sorted({feed.function for feed in plan.role.feeds})
    if plan.reads:
        return f"reads pairs of {'/'.join(feeds)}, whose even parts cancel"
    return f"reads {'/'.join(feeds)}" if feeds else "reads unit variance"


def _makes(plan: Plan, graph: Graph) -> str:
    if plan.role.branch:
        share = f"1/{graph.branches}" if graph.branches > 1 else "all"
        return f"end of a residual branch: {share} of the sum's deviation, so that the sum keeps its variance"
    if plan.level is not None:
        return _level(plan, plan.level, graph.series)
    return {
        "gate": "a gate: unit variance around a half-open gate",
        "attention": "queries, keys or values: unit variance",
        "output": "the output: unit variance",
    }.get(plan.role.kind, "another layer follows: unit variance")


def _level(plan: Plan, level: Level, series: int) -> str:
    name = _name(plan)
    if plan.role.normalised:
        return f"{name} behind a normalisation, which sets the scale"
    alone = at(level.function, 1.0)
    budget = f"{series} in series may bend the whole by {level.distortion**series:.2f}"
    if level.paired:
        return f"{name} in pairs of opposite units (alone it would bend {alone.distortion**series:.3g}-fold): {budget}"
    if level.offset:
        return f"{name} at level {level.std:.2f} around {level.offset:+.2f}, where it is straighter: {budget}"
    if level.std < 1:
        return f"{name} at level {level.std:.2f}: {budget}"
    if drifts(level, series):
        grown = gain(level.function).amplification(series)
        return (
            f"{name} at unit variance, a fixed point that repels: {series} in series grow a deviation {grown:.3g}-fold"
        )
    return f"{name} at unit variance"


def _name(plan: Plan) -> str:
    return plan.role.activation.function if plan.role.activation is not None else "what follows"
