"""Reads a network by watching one forward pass: every operation, module or functional, with what feeds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from gainstage.init import known
from gainstage.init.graph import ADDITIONS, Call, Graph
from gainstage.init.known import Known, View
from gainstage.observe import ours
from gainstage.observe.arguments import is_relu
from gainstage.observe.operations import Operation
from gainstage.observe.origins import tensors
from gainstage.observe.tables import tables

_TURNS = frozenset({"t", "T", "mT", "transpose", "permute", "swapaxes", "H", "mH", "swapdims"})
_SILENT = frozenset({"__get__", "__set__", "dim", "size", "numel", "item", "is_floating_point", "__len__", "detach"})
Reached = Callable[[Call, torch.Tensor], torch.Tensor]


class Listener(TorchFunctionMode):
    """Fills ``graph`` while the network runs. ``reached(call, output)`` may put another output in an operation's place.

    Dropout is passed by: what is measured does not depend on chance. ``failed`` is the call that raised, if any, and
    ``given`` the shape that it got.
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
        operation = self.tables.recorded.get(func) or ours.operation(func, args)
        if operation is not None and operation.kind == "dropout" and args:
            return args[0]
        if getattr(func, "__name__", "") in _SILENT and func not in self.tables.getters:
            return func(*args, **kwargs)
        try:
            output = func(*args, **kwargs)
        except Exception:
            self._remember_failure(func, operation, args, kwargs)
            raise
        return self.note(func, operation, args, kwargs, output)

    def note(
        self, func: Any, operation: Operation | None, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
    ) -> Any:
        """Enter a call into the graph; the output as the network is to have it."""
        outputs = tensors((output,), {})
        if not outputs:
            return output
        entering = tensors(args, kwargs)
        sources = [found for tensor in entering if (found := self.known.call(tensor)) is not None]
        name = self.tables.getters.get(func, getattr(func, "__name__", ""))
        view = self.known.view(entering[0]) if len(entering) == 1 and operation is None else None
        if view is not None:
            self.known.set(outputs[0], View(view.parameter, view.turned ^ (name in _TURNS)))
            return output
        call = self._call(func, name, operation, args, kwargs, sources)
        if self.reached is not None:
            first = self.reached(call, outputs[0])
            # Attention returns its weights as well.
            output = first if output is outputs[0] else (first, *output[1:]) if output[0] is outputs[0] else output
        for tensor in tensors((output,), {}):
            self.known.set(tensor, call)
        return output

    def record(self, name: str, entering: torch.Tensor, output: torch.Tensor, **fields: Any) -> None:
        """A call that was not heard."""
        source = self.known.call(entering)
        self.known.set(output, self.graph.add(name, [source] if source is not None else [], **fields))

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
        if func in self.tables.products:
            operation = self.tables.products[func]
            return self.graph.add(operation.name, sources, **known.product(self.known, operation, args, kwargs))
        if operation is None:
            return self._plain(name, args, kwargs, sources)
        fields: dict[str, Any] = {"kind": operation.kind, "function": operation.function}
        if operation.settings:
            fields["settings"] = {
                setting: args[position] if len(args) > position else kwargs.get(setting, default)
                for position, (setting, default) in operation.settings.items()
            }
        if operation.kind in ("affine", "embedding"):
            fields |= known.layer(self.known, operation, args, kwargs)
        elif operation.name == "multi_head_attention":
            fields |= known.attention(self.known, args, kwargs)
        return self.graph.add(operation.name, sources, **fields)

    def _plain(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], sources: list[Call]) -> Call:
        """Any other operation; a vector that is added to what a product gave is that product's bias."""
        call = self.graph.add(name, sources)
        if call.name in ADDITIONS and len(sources) == 1 and sources[0].kind == "affine" and sources[0].bias is None:
            views = [view for each in tensors(args, kwargs) if (view := self.known.view(each)) is not None]
            if len(views) == 1 and views[0].parameter.dim() == 1:
                call.bias = sources[0].bias = views[0].parameter
        return call

    def _remember_failure(
        self, func: Any, operation: Operation | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        entering = tensors(args, kwargs)
        self.given = tuple(entering[0].shape) if entering else ()
        views = [view for tensor in entering if (view := self.known.view(tensor)) is not None]
        if views and (operation is not None or func in self.tables.products):
            name = operation.name if operation is not None else getattr(func, "__name__", "")
            self.failed = Call(-1, name, weight=views[0].parameter)
