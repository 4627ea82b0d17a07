"""The calls of one forward pass and what feeds what: enough of a network to know how each layer should start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

from gainstage.init.layout import Layout
from gainstage.record.schema import Kind

ADDITIONS = frozenset({"add", "iadd", "radd", "addcmul"})
PRODUCTS = frozenset({"mul", "imul", "rmul", "multiply"})


@dataclass(eq=False, slots=True)
class Call:
    """One operation. ``name`` is a recorded operation's ("linear", "relu") or that of any other ("add", "view").

    ``sources`` are the calls whose outputs it takes, in their order; data and parameters are none.
    """

    index: int
    name: str
    kind: Kind | None = None
    sources: tuple[Call, ...] = ()
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None
    layout: Layout | None = None
    function: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    takers: list[Call] = field(default_factory=list)
    gate: bool = False

    @property
    def opens(self) -> bool:
        """Does it begin a stage: an operation with a weight matrix of its own?"""
        return self.kind in ("affine", "embedding", "recurrent") or self.name == "multi_head_attention"


class Graph:
    """All calls in order of execution; ``way`` says how they were read."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.calls: list[Call] = []

    def add(self, name: str, sources: Iterable[Call] = (), **known: Any) -> Call:
        """Append a call and tell its sources."""
        unique = tuple({id(source): source for source in sources}.values())
        call = Call(len(self.calls), name.strip("_"), sources=unique, **known)
        for source in unique:
            source.takers.append(call)
        self.calls.append(call)
        if call.name in PRODUCTS and len(unique) > 1:
            _mark_gate(call)
        return call

    @cached_property
    def ancestors(self) -> list[int]:
        """Of each call the set of calls before it, as bits."""
        found: list[int] = []
        for call in self.calls:
            bits = 0
            for source in call.sources:
                bits |= found[source.index] | (1 << source.index)
            found.append(bits)
        return found

    def is_skip(self, call: Call) -> bool:
        """Does this call add a path to another one that leads around it?"""
        if call.name not in ADDITIONS or len(call.sources) < 2:
            return False
        first, second = call.sources[:2]
        reach = [self.ancestors[each.index] | (1 << each.index) for each in (first, second)]
        return bool(reach[0] & reach[1])

    def passed_by(self, call: Call) -> Call | None:
        """What goes past the residual branch that this call ends."""
        waiting, seen = [call], set[int]()
        while waiting:
            before = waiting.pop()
            for taker in before.takers:
                if self.is_skip(taker) and self.branch(taker) is before:
                    return next((side for side in taker.sources if side is not before), None)
                if taker.index not in seen and not taker.opens and taker.kind != "activation":
                    seen.add(taker.index)
                    waiting.append(taker)
        return None

    def stages_before(self, call: Call) -> int:
        """How many layers have worked on what a call gets, on the longest way."""
        return self._depths[call.index]

    @cached_property
    def _depths(self) -> list[int]:
        found: list[int] = []
        for call in self.calls:
            found.append(max((found[source.index] + source.opens for source in call.sources), default=0))
        return found

    def branch(self, call: Call) -> Call:
        """Of the two sides of a skip's addition the one with more work in it."""
        first, second = call.sources[:2]
        return max((first, second), key=lambda side: (self._work(side, second if side is first else first), side.index))

    def _work(self, side: Call, other: Call) -> int:
        own = (self.ancestors[side.index] | (1 << side.index)) & ~(self.ancestors[other.index] | (1 << other.index))
        return sum(1 for each in self.calls[: side.index + 1] if own >> each.index & 1 and each.opens)

    @cached_property
    def branches(self) -> int:
        """How many residual branches are added to what goes past them."""
        return sum(1 for call in self.calls if self.is_skip(call))

    @cached_property
    def series(self) -> int:
        """Activations in series on the longest way through the network; a skip shortens it to the shorter side."""
        length: list[int] = []
        for call in self.calls:
            before = [length[source.index] for source in call.sources]
            shortest = min(before, default=0) if self.is_skip(call) else max(before, default=0)
            length.append(shortest + (call.kind == "activation" and not call.gate and not is_mixing(call)))
        return max(length, default=0)


def is_mixing(call: Call) -> bool:
    """Softmax and its like weigh inputs against each other; they are no stage's activation."""
    return call.function in ("softmax", "log_softmax", "softmin", "glu")


def _mark_gate(product: Call) -> None:
    """x * sigmoid(y): an activation whose output multiplies another path. Of two, the bounded one is the gate."""
    found = [source for source in product.sources if source.kind == "activation"]
    bounded = [source for source in found if source.function in ("sigmoid", "hardsigmoid", "tanh", "softmax")]
    for source in bounded or (found if len(found) < len(product.sources) else []):
        source.gate = True
