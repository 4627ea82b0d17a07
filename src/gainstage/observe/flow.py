"""What the data flow tells of a call's tensors: which are weights, which came through the network, which are data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from gainstage.observe.operations import Operation
from gainstage.observe.origins import Origins, tensors
from gainstage.observe.visits import Visit

DATA = Operation("data", "input")
_BOUNDED = frozenset(("sigmoid", "hardsigmoid", "tanh", "hardtanh", "softmax"))


def is_fed(origins: Origins, value: Any) -> bool:
    """Did it come through an operation of the network, rather than straight from the data?"""
    origin = origins.of(value) if isinstance(value, torch.Tensor) else None
    return origin is not None and any(visit.operation is not DATA for visit in origin.sources)


def fed_by(origins: Origins, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Visit, ...]:
    """What several inputs come from: a cell's hidden state, attention's keys and values."""
    known = [origins.of(tensor) for tensor in tensors(args, kwargs)]
    found = [visit for origin in known if origin is not None for visit in origin.sources]
    return tuple({id(visit): visit for visit in found}.values())


def factor(origins: Origins, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor | None:
    """The parameter among a product's factors: itself, or a transposed or reshaped view of it."""
    for tensor in reversed(tensors(args, kwargs)):
        if tensor.is_leaf and tensor.requires_grad and tensor.dim() >= 1:
            return tensor
        origin = origins.of(tensor)
        if origin is not None and origin.parameter is not None and not origin.sources:
            return origin.parameter
    return None


def is_residual(origins: Origins, args: tuple[Any, ...]) -> bool:
    """prediction - target: one side comes out of the network, the other is data."""
    pair = [value for value in args[:2] if isinstance(value, torch.Tensor)]
    if len(pair) != 2 or any(not tensor.is_floating_point() or tensor.dim() == 0 for tensor in pair):
        return False
    fed = [is_fed(origins, tensor) for tensor in pair]
    data = pair[1] if fed[0] else pair[0]
    return fed[0] != fed[1] and not data.requires_grad and origins.of(data) is None


def mark_gates(origins: Origins, factors: list[torch.Tensor]) -> None:
    """An activation whose output multiplies another path is a gate: its saturation is its purpose.

    Of two activations the bounded one is the gate: sigmoid(scale) * relu(maps).
    """
    found: list[Visit] = []
    for tensor in factors:
        origin = origins.of(tensor)
        if origin is None or len(origin.sources) != 1 or origin.sources[0].operation.kind != "activation":
            continue
        if any(other is not tensor and is_fed(origins, other) for other in factors):
            found.append(origin.sources[0])
    bounded = [visit for visit in found if visit.operation.function in _BOUNDED]
    for visit in bounded or found:
        visit.gate = True


def joining(
    origins: Origins, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[tuple[torch.Tensor, int]]:
    """The data among the tensors that a concatenation puts side by side, unit by unit, and where its units lie.

    Joined along the batch (a GAN's real and generated images) or in time it is no column of the same example.
    """
    parts = tensors(args[:1], kwargs)
    fed = [origin for part in parts if is_fed(origins, part) and (origin := origins.of(part)) is not None]
    if not fed or (name == "hstack" and parts[0].dim() != 2):
        return
    along = 1 if name == "hstack" else kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else 0))
    dimensions = parts[0].dim()
    units = fed[0].unit_dim if fed[0].dimensions == dimensions else -1
    if not isinstance(along, int) or along % dimensions != units % dimensions:
        return
    for part in parts:
        if part.is_floating_point() and not part.requires_grad and origins.of(part) is None:
            yield part, units % dimensions
