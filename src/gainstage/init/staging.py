"""Sets each layer's weight and bias when its first output is there: one pass, however deep the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import torch

from gainstage.errors import GainstageError
from gainstage.init.graph import Call, Graph
from gainstage.init.plan import Plan

_NONE: Mapping[int, float] = MappingProxyType({})


class Staging:
    """Called with every operation's output; of a planned layer it changes weight, bias and output alike.

    ``levels`` are standard deviations to use instead of the plans', by the weight's identity.
    """

    def __init__(
        self, found: list[Plan], graph: Graph, may: Collection[int], levels: Mapping[int, float] = _NONE
    ) -> None:
        self.plans = {id(plan.call.weight): plan for plan in found if not plan.layout.chosen}
        self.levels, self.may, self.branches = levels, may, max(graph.branches, 1)
        self.sums = {id(plan.call.weight): graph.passed_by(plan.call) for plan in found if plan.role.branch}
        # What goes past a branch counts its units where the branch's end does.
        ranks = {key: len(plan.layout.kernel) for key, plan in self.plans.items()}
        self._needed = {each.index: ranks[key] for key, each in self.sums.items() if each is not None}
        self._heard: dict[int, float] = {}

    def __call__(self, call: Call, output: torch.Tensor) -> torch.Tensor:
        """The output as it is with the new weight and bias."""
        plan = self.plans.pop(id(call.weight), None)
        if plan is not None:
            output = self._staged(plan, call, output)
        if call.index in self._needed:
            self._heard[call.index] = float(deviation(output, output.dim() - 1 - self._needed[call.index]))
        return output

    def _staged(self, plan: Plan, call: Call, output: torch.Tensor) -> torch.Tensor:
        weight, bias = plan.call.weight, plan.call.bias
        assert weight is not None
        unit = units(call, output, len(plan.layout.kernel))
        free = bias is not None and id(bias) in self.may
        mean, std = _moments(output, unit, centred=free)
        if not torch.isfinite(std):
            raise GainstageError(
                f"stage_: the layer with the weight of shape {tuple(weight.shape)} puts out NaN or infinity; start "
                "with draw=True, which sets the weights anew"
            )
        if not std > 0:
            return output  # nothing that depends on the input arrives here: no factor would help
        scale = self._target(plan) / std
        weight.mul_(scale)
        # A product's bias is added later, by an operation of its own.
        added = bias.to(mean.dtype, copy=True) if bias is not None and call.bias is not None else torch.zeros_like(mean)
        if not free:
            return _along(added, output, unit) + (output - _along(added, output, unit)) * scale
        new = (added - mean) * scale + plan.offset
        assert bias is not None
        bias.copy_(new)
        pure = (output - _along(added, output, unit)) * scale
        return pure + _along(new, output, unit) if call.bias is not None else pure

    def _target(self, plan: Plan) -> float:
        """The deviation that the output is to have; of a branch, a share of what goes past it."""
        past = self.sums.get(id(plan.call.weight))
        heard = self._heard.get(past.index, 0.0) if past is not None else 0.0
        return heard / self.branches if heard > 0 else self.levels.get(id(plan.call.weight), plan.std)


def units(call: Call, output: torch.Tensor, rank: int) -> int:
    """Which dimension of an affine operation's output counts the units."""
    if call.name.startswith("conv"):
        return output.dim() - 1 - rank
    return max(output.dim() - 2, 0) if call.settings.get("columns") else output.dim() - 1


def deviation(output: torch.Tensor, unit: int) -> torch.Tensor:
    """Root of the mean over the units of the variance over all else."""
    return _moments(output, unit, centred=True)[1]


def _moments(output: torch.Tensor, unit: int, *, centred: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Each unit's mean, and the deviation from it; where no bias can take the mean away, from zero."""
    rows = output.detach().movedim(unit, -1).flatten(0, -2)
    rows = rows if rows.dtype is torch.float64 else rows.float()
    mean, variance = rows.mean(0), rows.var(0, correction=0).mean()
    return mean, (variance if centred else variance + mean.square().mean()).sqrt()


def _along(values: torch.Tensor, output: torch.Tensor, unit: int) -> torch.Tensor:
    """One value a unit, shaped to be added to the output."""
    shape = [1] * output.dim()
    shape[unit] = -1
    return values.to(output.dtype).view(shape)
