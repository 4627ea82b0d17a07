"""What each layer of a network is to be given: level, gain, offset, and the reason in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from gainstage.init.draw import Generator, normal, orthogonal
from gainstage.init.graph import Call, Graph
from gainstage.init.layout import Layout
from gainstage.init.level import Level, level
from gainstage.init.roles import Role, function_of, pairs, role, spread


@dataclass(frozen=True, slots=True)
class Plan:
    """One weight, with its bias: ``std`` is that of the output it aims at, ``gain`` the weights' share in it.

    ``paired``: the second half of the outputs is the negative of the first. ``reads`` is (blocks, inner) of inputs
    that come in such pairs. ``received`` is the mean of what enters, ``offset`` that of what is to come out.
    """

    call: Call
    role: Role
    level: Level | None
    layout: Layout
    std: float
    gain: float
    paired: bool
    reads: tuple[int, int] | None
    received: float
    offset: float

    def matrices(self, generator: Generator) -> torch.Tensor:
        """New weights of shape (groups, outputs, inputs, taps)."""
        layout = self.layout
        if self.call.kind == "embedding":
            return normal(layout, self.gain, generator)
        outputs = layout.outputs // 2 if self.paired else layout.outputs
        inputs = layout.inputs // 2 if self.reads else layout.inputs
        half = Layout(layout.groups, outputs, inputs, layout.kernel, layout.stride, layout.flipped)
        drawn = orthogonal(half, self.gain, generator)
        if self.reads:
            drawn = drawn.unflatten(2, (self.reads[0], -1, self.reads[1]))
            drawn = torch.cat([drawn, -drawn], 3).flatten(2, 4)
        return torch.cat([drawn, -drawn], 1) if self.paired else drawn

    def biases(self, matrices: torch.Tensor) -> torch.Tensor:
        """Biases that take away what the received mean becomes, and add the offset."""
        if self.call.layout is not None and self.call.layout.flipped and self.call.layout.stride > 1:
            matrices = matrices / self.call.layout.stride  # on average that many taps miss an output
        return self.offset - self.received * matrices.sum((2, 3)).flatten()


def plans(graph: Graph, trainable: Iterable[torch.Tensor]) -> list[Plan]:
    """A plan for every layer whose weight is among ``trainable`` and is a matrix to the graph."""
    may = {id(tensor) for tensor in trainable}
    first: dict[int, Call] = {}
    uses = Counter(id(call.weight) for call in graph.calls if call.weight is not None)
    for call in graph.calls:
        if call.layout is not None and id(call.weight) in may:
            first.setdefault(id(call.weight), call)
    roles = {call.index: role(graph, call) for call in first.values()}
    free = {number: count for number, count in uses.items() if number in may}
    levels, paired, reads = _levels(graph, free)
    branches = max(sum(each.branch for each in roles.values()), 1)
    return [_plan(call, roles[call.index], levels, paired, reads, branches) for call in first.values()]


def _levels(graph: Graph, uses: dict[int, int]) -> tuple[dict[int, Level], set[int], dict[int, tuple[int, int]]]:
    """Levels by activation call, layers whose outputs are paired, and how layers read paired inputs."""
    levels: dict[int, Level] = {}
    paired: set[int] = set()
    reads: dict[int, tuple[int, int]] = {}
    for call in graph.calls:
        function = function_of(call) if call.kind == "activation" and not call.gate else None
        if function is None:
            continue
        found = pairs(graph, call, uses)
        levels[call.index] = level(function, graph.series, found is not None)
        if levels[call.index].paired and found is not None:
            before, after = found
            paired.add(before.index)
            reads.update((each.index, spread(before, each)) for each in after)
    return levels, paired, reads


def _plan(
    call: Call,
    role: Role,
    levels: dict[int, Level],
    paired: set[int],
    reads: dict[int, tuple[int, int]],
    branches: int,
) -> Plan:
    assert call.layout is not None
    own = levels.get(role.activation.index) if role.activation is not None and role.kind == "hidden" else None
    entering = [levels[feed.index] for feed in role.feeds if feed.index in levels]
    variance = sum(each.variance for each in entering) / len(entering) if entering else 1.0
    mean = sum(each.mean for each in entering) / len(entering) if entering else 0.0
    half = reads.get(call.index)
    if call.bias is None and half is None:
        variance, mean = variance + mean**2, 0.0
    std = own.std if own is not None else 1.0
    if role.branch:
        std /= math.sqrt(branches)
    return Plan(
        call=call,
        role=role,
        level=own,
        layout=call.layout,
        std=std,
        gain=std / math.sqrt(variance) / (2 if half else 1),
        paired=call.index in paired,
        reads=half,
        received=0.0 if half else mean,
        offset=own.offset if own is not None else 0.0,
    )
