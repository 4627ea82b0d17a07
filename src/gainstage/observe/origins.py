"""Where tensors come from: the data flow between recorded operations.

Every tensor seen on a sampled step is remembered by a weak reference, with the recorded operations that
fed it and the names of the unrecorded ones in between. Nothing is kept alive, and nothing is
written onto the tensor. What a ``torch.autograd.Function`` makes passes no function mode: there autograd's own
graph is asked.
"""

from __future__ import annotations

import weakref
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.autograd.graph import Node

from gainstage.observe.visits import Moments, Slot, Visit

_MOST_NAMES = 12
_MOST_NODES = 64
_BOOKKEEPING = ("RegisterPostBackwardFunction", "_DDPSink")  # what data-parallel wrappers put around a tensor as it is


@dataclass(slots=True)
class Origin:
    """What is known of one tensor.

    ``parameter`` is the leaf it is a view of, if any; ``moments`` and ``slot`` are what was measured of it,
    with the dimension ``unit_dim`` as units, so that two neighbours need not measure it twice.
    """

    sources: tuple[Visit, ...] = ()
    via: tuple[str, ...] = ()
    parameter: torch.Tensor | None = None
    moments: Moments | None = None
    slot: Slot | None = None
    unit_dim: int = -1
    dimensions: int = 0


@dataclass(slots=True)
class Origins:
    """A weak map from tensors (by identity) to their origins."""

    known: dict[int, tuple[weakref.ref[torch.Tensor], Origin]] = field(default_factory=dict)
    nodes: dict[int, Origin] = field(default_factory=dict)  # by autograd's number of the node that made the tensor

    def of(self, tensor: torch.Tensor) -> Origin | None:
        """The tensor's origin, or ``None`` for one that was not seen before."""
        entry = self.known.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return entry[1]
        return None if tensor.grad_fn is None else self._behind(tensor, tensor.grad_fn)

    def need(self, tensor: torch.Tensor) -> Origin:
        """The tensor's origin; an empty one is made for data that enters here."""
        return self.of(tensor) or self.set(tensor, Origin())

    def set(self, tensor: torch.Tensor, origin: Origin) -> Origin:
        """Remember where a tensor comes from, or what an in-place operation made of it."""
        self.known[id(tensor)] = (weakref.ref(tensor), origin)
        if tensor.grad_fn is not None and origin.sources:
            self.nodes[tensor.grad_fn._sequence_nr()] = origin
        return origin

    def clear(self) -> None:
        """Forget everything."""
        self.known.clear()
        self.nodes.clear()

    def _behind(self, tensor: torch.Tensor, made_by: Node) -> Origin | None:
        """The origin of a tensor that was made out of sight, from the nearest nodes that are known."""
        sources: dict[int, Visit] = {}
        waiting = deque([made_by])
        for _ in range(_MOST_NODES):
            if not waiting:
                break
            node = waiting.popleft()
            origin = self.nodes.get(node._sequence_nr())
            if origin is not None:
                sources.update((id(visit), visit) for visit in origin.sources)
            else:
                waiting += [behind for behind, _ in node.next_functions if behind is not None]
        if not sources:
            return None
        name = made_by.name().removesuffix("Backward")
        return self.set(tensor, Origin(tuple(sources.values()), () if name in _BOOKKEEPING else (name,)))

    def follow(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """An unrecorded operation: its outputs come from wherever its inputs came from."""
        outputs = tensors((output,), {})
        if not outputs:
            return
        sources: dict[int, Visit] = {}
        merged = Origin()
        for tensor in tensors(args, kwargs):
            origin = self.of(tensor)
            if origin is None:
                if tensor.is_leaf and (tensor.requires_grad or isinstance(tensor, torch.nn.Parameter)):
                    merged.parameter = tensor
                continue
            sources.update((id(visit), visit) for visit in origin.sources)
            if len(origin.via) >= len(merged.via):
                merged.via, merged.unit_dim, merged.dimensions = origin.via, origin.unit_dim, origin.dimensions
            merged.parameter = origin.parameter if merged.parameter is None else merged.parameter
        if not sources and merged.parameter is None:
            return
        merged.sources = tuple(sources.values())
        merged.parameter = None if sources else merged.parameter
        merged.via = (*merged.via, name) if len(merged.via) < _MOST_NAMES else merged.via
        for tensor in outputs:
            self.set(tensor, merged if len(outputs) == 1 else _copy(merged))


def _copy(origin: Origin) -> Origin:
    """Of several outputs each gets its own measurements later."""
    return Origin(origin.sources, origin.via, origin.parameter, None, None, origin.unit_dim, origin.dimensions)


def leaves(loss: Any) -> list[torch.Tensor]:
    """The leaf tensors that the loss was computed from, by autograd's graph."""
    found: list[torch.Tensor] = []
    waiting = deque([loss.grad_fn] if isinstance(loss, torch.Tensor) and loss.grad_fn is not None else [])
    seen: set[Node] = set(waiting)
    while waiting and len(seen) < _MOST_NODES**2:
        node = waiting.popleft()
        if isinstance(variable := getattr(node, "variable", None), torch.Tensor):
            found.append(variable)
        fresh = [behind for behind, _ in node.next_functions if behind is not None and behind not in seen]
        seen.update(fresh)
        waiting += fresh
    return found


def tensors(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """Tensor arguments, also those in a list or tuple (``torch.cat``)."""
    found: list[torch.Tensor] = []
    for value in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(item for item in value if isinstance(item, torch.Tensor))
    return found
