"""Turns the operations of one sampled step into visits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Set
from types import FrameType
from typing import Any

import torch

from gainstage.observe import arguments, flow, losses, ours, products
from gainstage.observe.hearing import Ear
from gainstage.observe.layout import cut
from gainstage.observe.mode import quiet
from gainstage.observe.naming import Names, Place, variable_name
from gainstage.observe.operations import Operation
from gainstage.observe.origins import Origin, Origins, tensors
from gainstage.observe.reduce import Reducer
from gainstage.observe.tables import tables
from gainstage.observe.visits import Key, Moments, Slopes, Visit

MOST_VISITS = 8192
_RESIDUAL = Operation("residual", "loss")
_CLAMP = Operation("relu", "activation", "relu")
_JOINS = frozenset(("cat", "concat", "concatenate", "hstack"))
_MULTIPLY = frozenset(("mul", "mul_", "__mul__", "__rmul__", "__imul__", "multiply"))
_SILENT = frozenset(("__get__", "__set__", "dim", "size", "numel", "item", "is_floating_point", "__len__", "zero_"))
_FIRST_STAGES = ("affine", "embedding", "recurrent", "attention", "normalisation")


class Watcher:
    """Sees the forward and backward pass of one sampled step; ``before`` and ``after`` are the tap's two ends."""

    def __init__(
        self,
        names: Names,
        reducer: Reducer,
        failed: Callable[[Exception], None],
        *,
        thorough: bool = True,
        suspects: Set[Key] = frozenset(),
    ) -> None:
        """If not ``thorough``, silent units are counted on every example only at ``suspects``, and data not copied."""
        self.names = names
        self.thorough = thorough
        self.suspects = suspects
        self.origins = Origins()
        self.reducer = reducer
        self.ear = Ear(self.reducer, failed)
        self.visits: list[Visit] = []
        self.variables: dict[int, tuple[torch.Tensor, str]] = {}
        self.dropped = 0
        self.turn = 0
        self.tables = tables()

    def before(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What ``after`` needs to know, or ``None`` for a call that is nobody's business."""
        operation = self.tables.recorded.get(function) or ours.operation(function, args)
        if operation is None:
            return self._before_unrecorded(function, args, kwargs)
        if not torch.is_grad_enabled() or quiet():
            return None
        return self._open(operation, args, kwargs)

    def after(self, token: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """Record the outputs of a call that ``before`` let through."""
        if isinstance(token, Visit):
            self._close(token, output)
        elif function is torch.autograd.grad:
            self.ear.muted = False
        else:
            self.origins.follow(token, args, kwargs, output)

    def carry_over(self) -> None:
        """The next step is sampled too: what no backward pass has reached yet may be reached there.

        A GAN's generator runs in the discriminator's step, and its gradient comes in its own.
        """
        self.visits = [visit for visit in self.visits if not visit.reached]
        for visit in self.visits:
            visit.turn = 0
        self.turn = self.dropped = 0

    def release(self) -> None:
        """Forget the step: hooks away, no tensor remembered."""
        self.ear.release()
        self.origins.clear()

    def _before_unrecorded(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        name = getattr(function, "__name__", "")
        known = self.tables
        if name in _SILENT:
            return known.getters.get(function) if name == "__get__" else None
        if function is torch.autograd.grad:
            self.ear.muted = True
            self._probe(args[0] if args else kwargs.get("outputs"))
            return name
        if not torch.is_grad_enabled() or quiet():
            return None
        if function in known.products:
            # mv(W, x) is how spectral_norm iterates; nobody writes a layer so.
            weight = flow.factor(self.origins, args[1:] if known.products[function].name == "mv" else args, kwargs)
            if weight is not None:
                return self._open(known.products[function], args, kwargs, weight)
        elif function in known.clamps and arguments.is_relu(name, args, kwargs):
            return self._open(_CLAMP, args, kwargs)
        elif function in known.subtractions and flow.is_residual(self.origins, args):
            return self._open(_RESIDUAL, args, kwargs)
        elif name in _JOINS:
            self._data_joins(name, args, kwargs)
        elif name in _MULTIPLY:
            flow.mark_gates(self.origins, tensors(args, kwargs))
        return name

    def _open(
        self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], weight: torch.Tensor | None = None
    ) -> Visit | str:
        entering = arguments.entering(operation, args, kwargs, weight)
        if operation is _RESIDUAL:
            entering = args[0] if flow.is_fed(self.origins, args[0]) else args[1]
        if entering is None or not arguments.readable(entering):
            return operation.name
        if len(self.visits) >= MOST_VISITS:
            self.dropped += 1
            return operation.name
        frame = sys._getframe(1)
        visit = Visit(operation, self.names.place(frame))
        visit.source_line = self.names.line(frame)
        arguments.read(visit, args, kwargs, weight, entering)
        self._name_variables(visit, frame)
        origin = self.origins.need(entering)
        visit.unit_dim = arguments.input_dim(operation, entering, origin)
        if weight is not None and products.weight_first(operation.name, args, entering):
            visit.unit_dim = max(entering.dim() - 2, 0)
        if operation.kind in _FIRST_STAGES and not origin.sources:
            self._data_enters(visit.place, visit.source_line, visit.key, entering, origin, visit.unit_dim)
        visit.sources, visit.via = origin.sources, origin.via
        if operation.kind in ("recurrent", "attention") or operation.name == "bilinear":
            visit.sources = flow.fed_by(self.origins, args, kwargs)
        self._measure_input(visit, entering, origin)
        if (moments := arguments.time_dim(operation, args, entering)) is not None:
            visit.track = self.ear.follow(entering, moments)
        if operation.kind == "loss":
            losses.read(visit, args, kwargs, entering, self.origins)
        return visit

    def _close(self, visit: Visit, output: Any) -> None:
        visit.turn = self.turn
        self.visits.append(visit)
        leaving = arguments.leaving(visit.operation, output)
        if leaving is None or not arguments.readable(leaving) or not leaving.is_floating_point():
            return
        if leaving.dtype is torch.float16:
            visit.parameters["dtype"] = "float16"
        unit_dim = arguments.output_dim(visit.operation, leaving, visit.unit_dim)
        for tensor in tensors((output,), {}):
            self.origins.set(tensor, Origin((visit,), unit_dim=unit_dim, dimensions=tensor.dim()))
        origin = self.origins.need(leaving)
        visit.outputs = self._moments(leaving, origin, unit_dim)
        visit.slot_out = origin.slot = self.ear.listen(leaving, unit_dim)
        if visit.operation.kind == "recurrent":
            for state in tensors((output,), {})[1:]:
                self.ear.listen(state, state.dim() - 1, into=visit.slot_out)

    def _measure_input(self, visit: Visit, entering: torch.Tensor, origin: Origin) -> None:
        if not entering.is_floating_point():
            return
        visit.inputs = self._moments(entering, origin, visit.unit_dim)
        if origin.slot is None:
            origin.slot = self.ear.listen(entering, visit.unit_dim)
        visit.slot_in = origin.slot
        if visit.operation.kind == "activation" and visit.operation.function not in ("softmax", "log_softmax"):
            sample, plan = cut(entering, visit.unit_dim)
            visit.slopes = Slopes()
            self.reducer.slopes(visit.slopes, sample, visit.operation.function, visit.parameters)
            suspected = self.thorough or visit.key in self.suspects
            if suspected and not plan.whole and visit.operation.function == "relu":
                visit.largest = arguments.largest(entering, visit.unit_dim)

    def _moments(self, tensor: torch.Tensor, origin: Origin, unit_dim: int) -> Moments:
        """The tensor's statistics, measured once however many operations touch it."""
        if origin.moments is not None and origin.unit_dim == unit_dim:
            return origin.moments
        sample, plan = cut(tensor, unit_dim)
        moments = Moments(plan.rows, plan.units, plan.examples, plan.whole)
        self.reducer.moments(moments, sample)
        if origin.moments is None:
            origin.moments, origin.unit_dim, origin.dimensions = moments, unit_dim, tensor.dim()
        return moments

    def _data_enters(
        self, at: Place, line: str, reader: Key, tensor: torch.Tensor, origin: Origin, unit_dim: int
    ) -> None:
        """A tensor that no recorded operation made: the data. It gets a site of its own."""
        place = Place(at.root, "", "", at.training)
        data = Visit(flow.DATA, place, source_line=line, unit_dim=unit_dim, turn=self.turn, reader=reader)
        losses.read_data(data, tensor, unit_dim, thorough=self.thorough)
        if tensor.is_floating_point():
            data.outputs = self._moments(tensor, origin, unit_dim)
        self.visits.append(data)
        origin.sources = (data,)

    def _data_joins(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Columns of data beside what the network computed: a table's numbers beside its embedded categories."""
        for tensor, unit_dim in flow.joining(self.origins, name, args, kwargs):
            frame = sys._getframe(1)
            place = self.names.place(frame)
            reader = (place.root, place.module, name)
            self._data_enters(place, self.names.line(frame), reader, tensor, self.origins.need(tensor), unit_dim)

    def _probe(self, outputs: Any) -> None:
        """A gradient penalty runs the network once more: its calls are counted, whatever the backward pass reaches."""
        for tensor in tensors((outputs,), {}):
            origin = self.origins.of(tensor)
            for visit in origin.sources if origin is not None else ():
                visit.probed = True

    def _name_variables(self, visit: Visit, frame: FrameType) -> None:
        for tensor in (visit.weight, visit.bias):
            if tensor is not None and not visit.place.root and id(tensor) not in self.variables:
                self.variables[id(tensor)] = (tensor, variable_name(tensor, frame))
