"""Reads a network by watching one forward pass: every operation, module or functional, with what feeds it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from gainstage.init.graph import Call, Graph
from gainstage.init.layout import Layout, of
from gainstage.observe import ours, products
from gainstage.observe.arguments import is_relu
from gainstage.observe.operations import Operation
from gainstage.observe.origins import tensors
from gainstage.observe.tables import tables

TURNS = frozenset({"t", "T", "mT", "transpose", "permute", "swapaxes", "H", "mH", "swapdims"})
SILENT = frozenset({"__get__", "__set__", "dim", "size", "numel", "item", "is_floating_point", "__len__", "detach"})
Reached = Callable[[Call, torch.Tensor], torch.Tensor]


@dataclass(frozen=True, slots=True)
class View:
    """A parameter in another form; ``turned`` when inputs and outputs have changed places."""

    parameter: torch.Tensor
    turned: bool = False


@dataclass(slots=True)
class Known:
    """What is known of tensors, by identity; nothing is kept alive."""

    entries: dict[int, tuple[weakref.ref[torch.Tensor], Any]] = field(default_factory=dict)

    def get(self, tensor: torch.Tensor) -> Any:
        entry = self.entries.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def set(self, tensor: torch.Tensor, what: Call | View) -> None:
        self.entries[id(tensor)] = (weakref.ref(tensor), what)


class Listener(TorchFunctionMode):
    """Fills ``graph`` while the network runs. ``reached(call, output)`` may put another output in an affine's place.

    Dropout is passed by: what is measured does not depend on chance. ``failed`` is the call that raised, if any.
    """

    def __init__(self, graph: Graph, reached: Reached | None = None) -> None:
        super().__init__()
        self.graph, self.reached = graph, reached
        self.known, self.tables = Known(), tables()
        self.failed: Call | None = None
        self.given: tuple[int, ...] = ()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        operation = self.tables.recorded.get(func) or ours.operation(func, args)
        if operation is not None and operation.kind == "dropout" and args:
            return args[0]
        if name in SILENT and func not in self.tables.getters:
            return func(*args, **kwargs)
        try:
            output = func(*args, **kwargs)
        except Exception:
            self.failed = self._failing(func, operation, args, kwargs)
            raise
        return self._note(func, name, operation, args, kwargs, output)

    def record(self, name: str, entering: torch.Tensor, output: torch.Tensor, **known: Any) -> None:
        """A call that was not heard."""
        source = self.known.get(entering)
        self.known.set(output, self.graph.add(name, [source] if isinstance(source, Call) else [], **known))

    def _note(
        self,
        func: Any,
        name: str,
        operation: Operation | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        output: Any,
    ) -> Any:
        outputs = tensors((output,), {})
        if not outputs:
            return output
        entering = tensors(args, kwargs)
        sources = [found for tensor in entering if isinstance(found := self.known.get(tensor), Call)]
        name = self.tables.getters.get(func, name)
        if not sources and len(entering) == 1 and (view := self._view(entering[0])) is not None and operation is None:
            self.known.set(outputs[0], View(view.parameter, view.turned ^ (name in TURNS)))
            return output
        call = self._call(func, name, operation, args, kwargs, sources)
        if self.reached is not None and isinstance(output, torch.Tensor):
            output = self.reached(call, output)
            outputs = [output]
        for tensor in outputs:
            self.known.set(tensor, call)
        return output

    def _call(
        self,
        func: Any,
        name: str,
        operation: Operation | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        sources: list[Call],
    ) -> Call:
        if func in self.tables.clamps and is_relu(name, args, kwargs):
            return self.graph.add("relu", sources, kind="activation", function="relu")
        product = self.tables.products.get(func)
        if product is not None:
            known = self._product(product, args, kwargs)
            return self.graph.add(product.name, sources, **known)
        if operation is None:
            return self.graph.add(name, sources)
        known: dict[str, Any] = {"kind": operation.kind, "function": operation.function}
        for position, (setting, default) in (operation.settings or {}).items():
            known.setdefault("settings", {})[setting] = (
                args[position] if len(args) > position else kwargs.get(setting, default)
            )
        if operation.kind in ("affine", "embedding"):
            known |= self._affine(operation, args, kwargs)
        elif operation.name == "multi_head_attention":
            known["weight"] = self._parameter(args, kwargs, 5, "in_proj_weight")
        return self.graph.add(operation.name, sources, **known)

    def _affine(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        place = 1
        if operation.kind == "embedding" and isinstance(args[0], torch.Tensor) and args[0].is_floating_point():
            place = 0
        view = self._view(_argument(args, kwargs, place, "weight"))
        if view is None:
            return {}
        known: dict[str, Any] = {"weight": view.parameter}
        if operation.kind == "embedding":
            return known | {"layout": Layout(1, view.parameter.shape[1], view.parameter.shape[0])}
        bias = self._view(_argument(args, kwargs, 2, "bias"))
        known["bias"] = bias.parameter if bias is not None else None
        if operation.name == "bilinear":
            return known
        transposed = "transpose" in operation.name
        groups, stride = 1, 1
        if operation.name.startswith("conv"):
            groups = int(_argument(args, kwargs, 6, "groups") or 1)
            strides = _argument(args, kwargs, 3, "stride") or 1
            rank = view.parameter.dim() - 2
            stride = prod(strides) if isinstance(strides, (tuple, list)) and len(strides) == rank else _power(strides, rank)
        if transposed:
            groups = int(_argument(args, kwargs, 6, "groups") or 1)
        return known | {"layout": of(view.parameter, groups, transposed ^ view.turned, stride)}

    def _product(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """A matrix product is a layer where one factor is a parameter."""
        for factor in reversed(tensors(args, kwargs)):
            view = self._view(factor)
            if view is None or view.parameter.dim() != 2:
                continue
            known: dict[str, Any] = {"kind": "affine", "weight": view.parameter}
            entering = [tensor for tensor in tensors(args, kwargs) if tensor is not factor]
            if operation.name == "einsum" or not entering:
                return known
            first = products.weight_first(operation.name, args, entering[-1 if operation.name == "addmm" else 0])
            if operation.name == "addmm":
                added = self._view(args[0])
                known["bias"] = added.parameter if added is not None else None
                first = args[1] is factor
            return known | {"layout": of(view.parameter, flipped=not (first ^ view.turned))}
        return {}

    def _view(self, tensor: Any) -> View | None:
        if not isinstance(tensor, torch.Tensor):
            return None
        found = self.known.get(tensor)
        if isinstance(found, View):
            return found
        return View(tensor) if found is None and isinstance(tensor, torch.nn.Parameter) else None

    def _parameter(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], position: int, name: str
    ) -> torch.Tensor | None:
        view = self._view(_argument(args, kwargs, position, name))
        return None if view is None else view.parameter

    def _failing(
        self, func: Any, operation: Operation | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call | None:
        """The layer whose operation raised, for the message."""
        entering = tensors(args, kwargs)
        self.given = tuple(entering[0].shape) if entering else ()
        for tensor in entering:
            view = self._view(tensor)
            if view is not None and (operation is not None or func in self.tables.products):
                return Call(-1, operation.name if operation else getattr(func, "__name__", ""), weight=view.parameter)
        return None


def _argument(args: tuple[Any, ...], kwargs: dict[str, Any], position: int, name: str) -> Any:
    return args[position] if len(args) > position else kwargs.get(name)


def _power(stride: Any, rank: int) -> int:
    single = stride[0] if isinstance(stride, (tuple, list)) else stride
    return int(single) ** rank
