"""What a call's arguments say about weights: which parameter it reads, in which direction, with which bias."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch

from gainstage.init.graph import Call
from gainstage.init.layout import embedding, of
from gainstage.observe.operations import Operation
from gainstage.observe.origins import tensors


@dataclass(frozen=True, slots=True)
class View:
    """A parameter in another form; ``turned`` when inputs and outputs have changed places."""

    parameter: torch.Tensor
    turned: bool = False


@dataclass(slots=True)
class Known:
    """What is known of tensors, by identity; nothing is kept alive."""

    entries: dict[int, tuple[weakref.ref[torch.Tensor], Call | View]] = field(default_factory=dict)

    def get(self, tensor: torch.Tensor) -> Call | View | None:
        """The call that made a tensor, or the parameter that it is a view of."""
        entry = self.entries.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def set(self, tensor: torch.Tensor, what: Call | View) -> None:
        """Remember a tensor, or what an operation in place made of it."""
        self.entries[id(tensor)] = (weakref.ref(tensor), what)

    def call(self, tensor: torch.Tensor) -> Call | None:
        """The call that made it."""
        found = self.get(tensor)
        return found if isinstance(found, Call) else None

    def view(self, tensor: Any) -> View | None:
        """The parameter that an argument is."""
        if not isinstance(tensor, torch.Tensor):
            return None
        found = self.get(tensor)
        if found is None and isinstance(tensor, torch.nn.Parameter):
            return View(tensor)
        return found if isinstance(found, View) else None


def argument(args: tuple[Any, ...], kwargs: dict[str, Any], position: int, name: str) -> Any:
    """An argument by its position or its name."""
    return args[position] if len(args) > position else kwargs.get(name)


def layer(known: Known, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Weight, bias and layout of a linear, convolution or embedding call, as fields of a ``Call``."""
    first = args[0] if args else kwargs.get("input")
    # torch.embedding takes (weight, indices), F.embedding (indices, weight).
    swapped = operation.kind == "embedding" and isinstance(first, torch.Tensor) and first.is_floating_point()
    view = known.view(argument(args, kwargs, 0 if swapped else 1, "weight"))
    if view is None:
        return {}
    weight = view.parameter
    if operation.kind == "embedding":
        return {"weight": weight, "layout": embedding(weight)}
    bias = known.view(argument(args, kwargs, 3 if operation.name == "bilinear" else 2, "bias"))
    groups, stride = 1, 1
    if operation.name.startswith("conv"):
        groups = int(argument(args, kwargs, 6, "groups") or 1)
        stride = _steps(argument(args, kwargs, 3, "stride"), weight.dim() - 2)
    flipped = ("transpose" in operation.name) ^ view.turned
    layout = of(weight, groups, flipped, stride)
    return {"weight": weight, "bias": bias.parameter if bias is not None else None, "layout": layout}


def attention(known: Known, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same of torch's attention, which ends with a linear layer of its own."""
    weight = known.view(argument(args, kwargs, 11, "out_proj_weight"))
    bias = known.view(argument(args, kwargs, 12, "out_proj_bias"))
    if weight is None:
        return {}
    found = {"weight": weight.parameter, "layout": of(weight.parameter)}
    return found | {"bias": bias.parameter if bias is not None else None}


def product(known: Known, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same of a matrix product in which one factor is a parameter; nothing where none is."""
    added = args[0] if operation.name == "addmm" and args else None
    factors = tensors(args[1:] if added is not None else args, kwargs)
    for place, factor in reversed(list(enumerate(factors))):
        view = known.view(factor)
        if view is None or view.parameter.dim() < 2 or len(factors) != 2:
            continue
        found: dict[str, Any] = {"kind": "affine", "weight": view.parameter}
        bias = known.view(added)
        found["bias"] = bias.parameter if bias is not None else None
        first = _reads_rows(str(args[0]), place) if operation.name == "einsum" else place == 0
        if view.parameter.dim() == 2 and first is not None:
            # W @ x reads a matrix of outputs x inputs, x @ W one of inputs x outputs.
            found["layout"] = of(view.parameter, flipped=not first ^ view.turned)
        found["settings"] = {"columns": place == 0 and operation.name != "einsum"}
        return found
    return {}


def _reads_rows(equation: str, place: int) -> bool | None:
    """Whether the matrix in this place of an einsum is outputs x inputs; None where it is neither way round."""
    terms, arrow, result = equation.replace(" ", "").partition("->")
    labels = terms.split(",")[place]
    if not arrow or len(labels) != 2 or (labels[0] in result) == (labels[1] in result):
        return None
    return labels[0] in result


def _steps(stride: Any, rank: int) -> int:
    """In how many positions a convolution is evaluated less often than its input has them."""
    if isinstance(stride, (tuple, list)):
        return prod(stride) if len(stride) == rank else int(stride[0]) ** rank
    return int(stride or 1) ** rank
