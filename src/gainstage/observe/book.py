"""Every parameter and site seen so far, with its index in the run file."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch

from gainstage.observe.naming import Names, Place
from gainstage.observe.shards import shard_shape
from gainstage.observe.visits import Visit
from gainstage.record.schema import Parameter, Site

SiteKey = tuple[str, str, str, int]


@dataclass(slots=True)
class Parameters:
    """Parameters by identity, none of them kept alive. A record is completed when its optimizer is known.

    A new tensor with the root, name and shape of one that is gone continues its record.
    """

    known: dict[int, tuple[weakref.ref[torch.Tensor], Parameter]] = field(default_factory=dict)
    indices: dict[tuple[str, str, tuple[int, ...]], int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    fresh: list[Parameter] = field(default_factory=list)
    count: int = 0

    def enter(self, tensor: torch.Tensor, name: str = "", root: str = "", optimizer: str = "") -> Parameter:
        """The record of ``tensor``; made where it is new, completed where more is known now."""
        entry = self.known.get(id(tensor))
        if entry is None or entry[0]() is not tensor:
            record = self._new(tensor, name, root, optimizer)
        else:
            old = entry[1]
            if old.optimizer or not optimizer:
                return old
            record = replace(old, optimizer=optimizer)
        self.known[id(tensor)] = (weakref.ref(tensor), record)
        self.fresh.append(record)
        return record

    def _new(self, tensor: torch.Tensor, name: str, root: str, optimizer: str) -> Parameter:
        shape, shard = tuple(tensor.shape), shard_shape(tensor)
        index = self.indices.get((root, name, shape), -1) if name else -1
        held = next((record for _, record in self.alive() if record.index == index), None)
        if held is not None and (shard or held.shard):  # FSDP has two tensors of one parameter: shard, and gathered
            return replace(held, optimizer=held.optimizer or optimizer, shard=held.shard or shard)
        if index < 0 or held is not None:
            index = self.count
            self.count += 1
        name = name or f"parameter {index}"
        self.indices[root, name, shape] = index
        if self.owners.setdefault(name, index) != index:  # two networks of a GAN may both have a "0.weight"
            name = f"{root}.{name}" if root else f"{name}#{index}"
        return Parameter(index, name, shape, tensor.requires_grad, optimizer, root, shard=shard)

    def gathered(self, tensor: torch.Tensor, place: Place, part: str) -> str:
        """The sharded parameter of the running module that ``tensor`` is, gathered for the pass; "" where none is."""
        if id(tensor) in self.known or not place.module:
            return ""
        own = [
            record.name
            for _, record in self.alive()
            if record.shard and record.root == place.root and record.shape == tuple(tensor.shape)
            and record.name.rpartition(".")[0] == place.module
        ]  # fmt: skip
        return next((name for name in own if name.endswith(f".{part}")), own[0] if own else "")

    def alive(self) -> Iterator[tuple[torch.Tensor, Parameter]]:
        """Every parameter that still exists, with its record."""
        for reference, record in list(self.known.values()):
            tensor = reference()
            if tensor is not None:
                yield tensor, record

    def name(self, tensor: torch.Tensor | None) -> str:
        """The parameter's name; "" for a tensor that is none."""
        entry = self.known.get(id(tensor)) if tensor is not None else None
        return entry[1].name if entry is not None and entry[0]() is tensor else ""

    def enter_modules(self, names: Names) -> None:
        """Enter every parameter of every root module seen, whether or not an optimizer holds it."""
        for label, name, tensor in names.parameters():
            self.enter(tensor, name, label)

    def take_fresh(self) -> list[Parameter]:
        """Records that are new or changed since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh


@dataclass(slots=True)
class Sites:
    """Sites by place, operation and call."""

    known: dict[SiteKey, Site] = field(default_factory=dict)
    fresh: list[Site] = field(default_factory=list)

    def enter(self, visit: Visit, sources: tuple[int, ...], via: tuple[str, ...], parameters: Parameters) -> Site:
        """The site of a visit, made on the first one."""
        key = (*visit.key, visit.call)
        site = self.known.get(key)
        if site is None or (visit.gate and not site.gate):
            site = self.known[key] = _site(
                visit, len(self.known) if site is None else site.index, sources, via, parameters
            )
            self.fresh.append(site)
        return site

    def take_fresh(self) -> list[Site]:
        """Records that are new or changed since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh


def _site(visit: Visit, index: int, sources: tuple[int, ...], via: tuple[str, ...], parameters: Parameters) -> Site:
    operation = visit.operation
    fan_in, fan_out = visit.fans
    return Site(
        index=index,
        module=visit.place.module,
        operation=operation.name,
        call=visit.call,
        kind=operation.kind,
        root=visit.place.root,
        module_class=visit.place.module_class,
        function=operation.function,
        parameters={name: value for name, value in visit.parameters.items() if isinstance(value, (int, float, str))},
        weight=parameters.name(visit.weight),
        bias=parameters.name(visit.bias),
        fan_in=fan_in,
        fan_out=fan_out,
        units=visit.outputs.units if visit.outputs is not None else 0,
        sources=sources,
        via=via,
        source_line=visit.source_line,
        in_place=operation.in_place,
        gate=visit.gate,
    )
