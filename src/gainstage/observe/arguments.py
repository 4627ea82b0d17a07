"""What a call's arguments say: which tensor enters, which comes out, which dimension counts the units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gainstage.observe import products
from gainstage.observe.operations import Operation
from gainstage.observe.origins import Origin, tensors
from gainstage.observe.tables import tables
from gainstage.observe.visits import Visit

_PLAIN = (torch.Tensor, torch.nn.Parameter)
_WEIGHTS = {
    "multi_head_attention": (5, 6),
    "bilinear": (2, 3),
    **dict.fromkeys(("embedding", "embedding_bag", "prelu"), (1, None)),
}


def readable(tensor: torch.Tensor) -> bool:
    """A plain, strided tensor with data: not a subclass, not sparse, not on the meta device."""
    return type(tensor) in _PLAIN and tensor.layout is torch.strided and not tensor.is_meta


def entering(operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], weight: Any) -> torch.Tensor | None:
    """The tensor that carries the signal into a call."""
    if operation.name == "einsum" or weight is not None:
        candidates = [
            tensor for tensor in tensors(args, kwargs) if tensor is not weight and not _is_view(tensor, weight)
        ]
        if operation.name == "addmm":
            candidates = tensors(args[1:], kwargs)[:1]
        return candidates[0] if candidates else None
    if args:
        first = args[1] if operation.name.startswith("embedding") and _is_weight(args) else args[0]
    else:
        first = kwargs.get("input", kwargs.get("query"))
    return first if isinstance(first, torch.Tensor) else None


def _is_weight(args: tuple[Any, ...]) -> bool:
    """torch.embedding takes (weight, indices), F.embedding (indices, weight)."""
    return isinstance(args[0], torch.Tensor) and args[0].is_floating_point()


def _is_view(tensor: torch.Tensor, weight: Any) -> bool:
    return weight is not None and tensor._base is weight


def leaving(operation: Operation, output: Any) -> torch.Tensor | None:
    """The tensor that carries the signal out of a call; of an RNN the sequence, of attention the values."""
    if isinstance(output, torch.Tensor):
        return output
    found = tensors((output,), {})
    return found[0] if found else None


def input_dim(operation: Operation, tensor: torch.Tensor, origin: Origin) -> int:
    """Which dimension of the entering tensor counts the units."""
    dimensions = tensor.dim()
    name = operation.name
    if name.startswith("conv"):
        return dimensions - int(name[-2]) - 1
    if name in ("batch_norm", "instance_norm", "group_norm", "local_response_norm"):
        return min(1, dimensions - 1)
    if operation.kind in ("affine", "recurrent", "attention", "embedding") or name in ("layer_norm", "rms_norm"):
        return dimensions - 1
    if operation.kind == "loss":
        return min(1, dimensions - 1) if name in ("cross_entropy", "nll_loss") else dimensions - 1
    return inherited_dim(tensor, origin)


def time_dim(operation: Operation, args: tuple[Any, ...], sequence: torch.Tensor) -> int | None:
    """The dimension that counts the moments of a fused recurrent layer's input; None for a cell or a packed sequence.

    torch.lstm, gru, rnn_tanh and rnn_relu end with ``batch_first``; of a packed sequence the second argument is sizes.
    """
    fused = operation.kind == "recurrent" and not operation.name.endswith("_cell") and len(args) == 9
    if not fused or sequence.dim() != 3 or not isinstance(args[8], bool):
        return None
    return 1 if args[8] else 0


def inherited_dim(tensor: torch.Tensor, origin: Origin) -> int:
    """Elementwise operations keep the producer's units; unknown ones: channels from four dimensions on."""
    if origin.dimensions == tensor.dim():
        return origin.unit_dim
    return 1 if tensor.dim() >= 4 else tensor.dim() - 1


def output_dim(operation: Operation, tensor: torch.Tensor, entered: int) -> int:
    """Which dimension of the leaving tensor counts the units."""
    if operation.kind in ("recurrent", "attention", "embedding") or operation.name in ("einsum", "bilinear"):
        return tensor.dim() - 1
    return min(entered, tensor.dim() - 1)


def read(
    visit: Visit, args: tuple[Any, ...], kwargs: dict[str, Any], weight: torch.Tensor | None, entering: torch.Tensor
) -> None:
    """Fill in weight, bias, fans and the settings worth keeping; ``weight`` is given for a product."""
    operation = visit.operation
    if operation.kind in ("affine", "embedding", "attention", "normalisation") or operation.name == "prelu":
        positions = _WEIGHTS.get(operation.name, (1, 2))
        if operation.kind == "normalisation":
            positions = (3, 4) if operation.name in ("batch_norm", "instance_norm") else (2, 3)
        names = ("in_proj_weight", "in_proj_bias") if operation.name == "multi_head_attention" else ("weight", "bias")
        visit.weight = weight if weight is not None else _tensor(args, kwargs, positions[0], names[0])
        visit.bias = None if weight is not None else _tensor(args, kwargs, positions[1], names[1])
        if operation.kind == "affine":
            product = weight is not None
            visit.fans = products.fans(operation.name, args, entering) if product else _fans(visit.weight, operation)
    elif operation.kind == "recurrent" and len(args) > 2 and isinstance(args[2], (list, tuple)):
        visit.weight = args[2][0]
    elif operation.kind == "recurrent" and len(args) > 2:
        visit.weight = args[2] if isinstance(args[2], torch.Tensor) else None
    for position, (name, default) in (operation.settings or {}).items():
        visit.parameters[name] = args[position] if len(args) > position else kwargs.get(name, default)
    entered = args[0] if args else kwargs.get("input")
    if operation.name in ("softmax", "log_softmax", "softmin") and isinstance(entered, torch.Tensor):
        dim = visit.parameters.get("dim")
        if entered.dim() < 2:
            dim = visit.parameters["dim"] = 0
        if not isinstance(dim, int):  # what torch chooses, with a warning, where no dimension is given
            dim = visit.parameters["dim"] = 0 if entered.dim() == 3 else 1
        visit.parameters["width"] = int(entered.shape[dim]) if entered.dim() else 1


def _tensor(args: tuple[Any, ...], kwargs: dict[str, Any], position: int | None, name: str) -> torch.Tensor | None:
    if position is None:
        return None
    value = args[position] if len(args) > position else kwargs.get(name)
    return value if isinstance(value, torch.Tensor) else None


def _fans(weight: torch.Tensor | None, operation: Operation) -> tuple[int, int]:
    """(fan-in, fan-out) of a layer's weight; 0 where there is none."""
    if weight is None or weight.dim() < 2:
        return 0, 0
    shape = tuple(weight.shape)
    receptive = 1
    for size in shape[2:]:
        receptive *= size
    first, second = shape[0] * receptive, shape[1] * receptive
    return (first, second) if "transpose" in operation.name else (second, first)


def weights_asked(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """The weights in ``torch.autograd.grad(loss, weights)`` as a loop without an optimizer calls it; else nothing.

    With ``create_graph`` or for a tensor that was computed it is a penalty, an inner loop, a physical derivative.
    """
    outputs = args[0] if args else kwargs.get("outputs")
    inputs = args[1] if len(args) > 1 else kwargs.get("inputs")
    first = outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs
    asked = tensors((inputs,), {})
    plain = isinstance(first, torch.Tensor) and first.numel() == 1 and not kwargs.get("create_graph")
    return asked if plain and all(tensor.is_leaf for tensor in asked) else []


def descends(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Does this call compute the gradient of a step?"""
    asked = function is torch.autograd.grad and bool(weights_asked(args, kwargs))
    return asked or function in tables().backward


def is_relu(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Does this clamp only cut at zero from below?"""
    least = args[1] if len(args) > 1 else kwargs.get("min")
    most = args[2] if len(args) > 2 else kwargs.get("max")
    return isinstance(least, (int, float)) and least == 0 and most is None


def largest(tensor: torch.Tensor, unit_dim: int) -> torch.Tensor:
    """Largest value per unit over every example: a dead unit is silent on all of them, not only on a sample."""
    tensor, kept = tensor.detach(), unit_dim % tensor.dim()
    if kept < tensor.dim() - 1:  # neighbours in memory first: four times as fast as all dimensions in one
        tensor = tensor.flatten(kept + 1).amax(-1)
    return tensor.flatten(0, kept - 1).amax(0) if kept else tensor


Function = Callable[..., Any]
