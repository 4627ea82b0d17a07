"""What each layer of a network is to be given: a level, a gain, an offset, and how its units are paired."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import torch

from gainstage.init.draw import Generator, normal, orthogonal
from gainstage.init.graph import Call, Graph
from gainstage.init.layout import Layout
from gainstage.init.level import Level, level
from gainstage.init.roles import Role, beside, function_of, pairs, role, spread


@dataclass(frozen=True, slots=True)
class Plan:
    """One weight with its bias: ``std`` and ``offset`` are what its output is to have, ``gain`` the weights' share.

    ``level`` is that of the activation that follows. ``paired``: the second half of the outputs is the negative of the
    first. ``reads`` is (blocks, inner) of inputs that come in such pairs. ``received`` is the mean of what enters.
    """

    call: Call
    role: Role
    layout: Layout
    level: Level | None
    std: float
    gain: float
    offset: float = 0.0
    received: float = 0.0
    paired: bool = False
    reads: tuple[int, int] | None = None

    def matrices(self, generator: Generator) -> torch.Tensor:
        """New weights of shape (groups, outputs, inputs, taps)."""
        layout = self.layout
        if layout.chosen:
            return normal(layout, self.gain, generator)
        outputs = layout.outputs // 2 if self.paired else layout.outputs
        inputs = layout.inputs // 2 if self.reads else layout.inputs
        drawn = orthogonal(replace(layout, outputs=outputs, inputs=inputs), self.gain, generator)
        if self.reads:
            drawn = drawn.unflatten(2, (self.reads[0], -1, self.reads[1]))
            drawn = torch.cat([drawn, -drawn], 3).flatten(2, 4)
        return torch.cat([drawn, -drawn], 1) if self.paired else drawn

    def biases(self, matrices: torch.Tensor) -> torch.Tensor:
        """Biases that take away what the received mean becomes, and add the offset."""
        # Of a transposed convolution with a stride only every so-manieth tap meets an output.
        share = self.layout.stride if self.layout.flipped else 1
        return self.offset - self.received / share * matrices.sum((2, 3)).flatten()


def plans(graph: Graph, may: Collection[int], *, keep: bool = False) -> list[Plan]:
    """A plan for every layer whose weight is among ``may`` (identities of parameters) and is a matrix to the graph.

    A weight that is used several times is planned for its first use. ``keep``: the weights' directions will stay, so
    units are pairs only where they are already.
    """
    first: dict[int, Call] = {}
    for call in graph.calls:
        if call.layout is not None and id(call.weight) in may and not _adapts(call, may):
            first.setdefault(id(call.weight), call)
    roles = {call.index: role(graph, call) for call in first.values()}
    chosen = _Levels(graph, may, keep)
    return [_plan(call, roles[call.index], chosen, graph.branches) for call in first.values()]


class _Levels:
    """Levels by activation call, and which layers write and read units in pairs."""

    def __init__(self, graph: Graph, may: Collection[int], keep: bool) -> None:
        self.of: dict[int, Level] = {}
        self.paired: set[int] = set()
        self.reads: dict[int, tuple[int, int]] = {}
        self.uses = Counter(id(call.weight) for call in graph.calls if id(call.weight) in may)
        for call in graph.calls:
            function = function_of(call) if call.kind == "activation" and not call.gate else None
            if function is None:
                continue
            found = pairs(call, self.uses)
            if keep and found is not None and not _opposite(found[0]):
                found = None
            # An offset would go past the branches and add up.
            chosen = level(function, graph.series, pairable=found is not None, movable=not graph.branches)
            self.of[call.index] = chosen
            if chosen.paired and found is not None:
                before, after = found
                self.paired.add(before.index)
                self.reads.update((each.index, spread(before, each)) for each in after)


def _adapts(call: Call, may: Collection[int]) -> bool:
    """Zeros that are added to what a frozen layer gives (LoRA): the network is to start as it was."""
    frozen = any(other.weight is not None and id(other.weight) not in may for other in beside(call))
    return frozen and call.weight is not None and not call.weight.detach().any()


def _opposite(call: Call) -> bool:
    """Is the second half of a layer's outputs the negative of the first?"""
    assert call.layout is not None and call.weight is not None
    first, second = call.weight.detach().chunk(2, dim=1 if call.layout.flipped else 0)
    return bool((first == -second).all())


def _plan(call: Call, role: Role, levels: _Levels, branches: int) -> Plan:
    layout, half = call.layout, levels.reads.get(call.index)
    assert layout is not None
    own = levels.of.get(role.activation.index) if role.kind == "hidden" and role.activation is not None else None
    entering = [levels.of[feed.index] for feed in role.feeds if feed.index in levels.of]
    variance = sum(each.variance for each in entering) / len(entering) if entering else 1.0
    mean = sum(each.mean for each in entering) / len(entering) if entering else 0.0
    if call.bias is None and not half:  # nothing takes the mean away
        variance, mean = variance + mean**2, 0.0
    std = own.std if own is not None else 1.0
    if role.branch:
        std /= max(branches, 1)
    if layout.chosen and (role.normalised or levels.uses[id(call.weight)] > 1):
        std /= math.sqrt(layout.outputs)  # vectors of length one
    return Plan(
        call=call,
        role=role,
        layout=layout,
        level=own,
        std=std,
        gain=std / math.sqrt(variance) / (2 if half else 1),
        offset=own.offset if own is not None else 0.0,
        received=0.0 if half else mean,
        paired=call.index in levels.paired,
        reads=half,
    )
