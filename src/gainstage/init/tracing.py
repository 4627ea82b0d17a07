"""Reads a network without inputs: symbolically by torch.fx, or, where that fails, by the order of its modules."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import fx, nn
from torch.fx.node import map_arg

from gainstage import functions
from gainstage.init.graph import Graph
from gainstage.init.layout import of
from gainstage.init.listen import Listener
from gainstage.observe.mode import unheard

_NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.LocalResponseNorm)
_DROPOUTS = (nn.modules.dropout._DropoutNd,)
_WHOLE = (*_NORMALISATIONS, *_DROPOUTS, nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention)
_CONVOLUTIONS: dict[type[nn.Module], Callable[..., Any]] = {
    nn.Conv1d: F.conv1d,
    nn.Conv2d: F.conv2d,
    nn.Conv3d: F.conv3d,
    nn.ConvTranspose1d: F.conv_transpose1d,
    nn.ConvTranspose2d: F.conv_transpose2d,
    nn.ConvTranspose3d: F.conv_transpose3d,
}


def traced(model: nn.Module) -> Graph:
    """The calls of the network without running it."""
    try:
        with unheard():
            nodes = _Tracer().trace(model)
    except Exception:  # whatever a model does in Python with what it takes for tensors
        return in_order(model)
    return _from_nodes(model, nodes)


def in_order(model: nn.Module) -> Graph:
    """The modules as a chain in the order in which they were registered: a guess, and said to be one."""
    reader = _Reader("the order of its modules")
    value = reader.symbol()
    for module in model.modules():
        value = _called(reader, module, value)
    return reader.graph


class _Tracer(fx.Tracer):
    """Goes into layers and activations, down to torch's functions; what counts as one operation stays whole."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, _WHOLE)


class _Reader(Listener):
    """A listener that is told of calls instead of hearing them; tensors are symbols without values."""

    def __init__(self, way: str) -> None:
        super().__init__(Graph(way))
        self.symbols: list[torch.Tensor] = []  # kept alive: they are known by identity

    def symbol(self) -> torch.Tensor:
        """Stands for a tensor that is not there. Of integers, as ids are, so that a weight beside it is told apart."""
        self.symbols.append(torch.empty(0, dtype=torch.int64))
        return self.symbols[-1]

    def tell(self, function: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
        """A call of one of torch's functions, or an operator's; its output."""
        if function is getattr:  # W.T
            function, args = getattr(torch.Tensor, str(args[1])).__get__, args[:1]
        function = torch.matmul if function is operator.matmul else function
        operation = self.tables.recorded.get(function)
        output = self.symbol()
        self.note(function, operation, args, kwargs, output)
        return output

    def tell_module(self, module: nn.Module, entering: torch.Tensor) -> torch.Tensor:
        """A call of a module that stays whole."""
        if isinstance(module, _DROPOUTS):
            return entering
        output = self.symbol()
        fields: dict[str, Any] = {"kind": "normalisation"}
        if isinstance(module, nn.MultiheadAttention):
            last = module.out_proj
            fields = {"kind": "attention", "weight": last.weight, "bias": last.bias, "layout": of(last.weight)}
        elif isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            fields = {"kind": "recurrent"}
        names = {"attention": "multi_head_attention", "normalisation": "batch_norm"}
        self.record(names.get(fields["kind"], "recurrent"), entering, output, **fields)
        return output


def _from_nodes(model: nn.Module, nodes: fx.Graph) -> Graph:
    reader = _Reader("torch.fx")
    values: dict[fx.Node, Any] = {}
    for node in nodes.nodes:
        args = map_arg(node.args, lambda each: values.get(each))
        kwargs = map_arg(node.kwargs, lambda each: values.get(each))
        if node.op == "get_attr":
            values[node] = _attribute(model, str(node.target))
        elif node.op == "call_function":
            values[node] = reader.tell(node.target, *args, **kwargs)
        elif node.op == "call_method":
            values[node] = reader.tell(getattr(torch.Tensor, str(node.target), node.target), *args, **kwargs)
        elif node.op == "call_module":
            values[node] = reader.tell_module(model.get_submodule(str(node.target)), args[0])
        else:
            values[node] = reader.symbol()
    return reader.graph


def _attribute(model: nn.Module, path: str) -> Any:
    owner, _, name = path.rpartition(".")
    return getattr(model.get_submodule(owner), name)


def _called(reader: _Reader, module: nn.Module, value: torch.Tensor) -> torch.Tensor:
    """What comes out of one module of the chain; containers hand on what they get."""
    if isinstance(module, nn.Linear):
        return reader.tell(F.linear, value, module.weight, module.bias)
    if isinstance(module, nn.Embedding):
        return reader.tell(F.embedding, value, module.weight)
    for kind, function in _CONVOLUTIONS.items():
        if isinstance(module, kind):
            moved = {"stride": module.stride, "groups": module.groups}
            return reader.tell(function, value, module.weight, module.bias, **moved)
    if isinstance(module, _WHOLE):
        return reader.tell_module(module, value)
    name = type(module).__name__.lower()
    name = {"leakyrelu": "leaky_relu", "prelu": "prelu"}.get(name, name)
    if not functions.known(name):
        return value
    output = reader.symbol()
    settings = {key: each for key, each in vars(module).items() if isinstance(each, (int, float, str))}
    reader.record(name, value, output, kind="activation", function=name, settings=settings)
    return output
