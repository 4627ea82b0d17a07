"""What each layer is to its network: which activation follows, what it receives, whether its units may be paired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gainstage import functions
from gainstage.functions.function import Function
from gainstage.init.graph import ADDITIONS, PRODUCTS, Call, Graph, is_mixing

# What changes neither which units there are nor their order.
_KEEPS_UNITS = frozenset(
    {
        *("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"),
        *("flatten", "view", "reshape", "contiguous", "clone", "identity", "to", "float", "pad", "interpolate"),
        *("avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d"),
        *("adaptive_avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d", "boolean_dispatch", "requires_grad"),
        *("_max_pool1d", "_max_pool2d", "_max_pool3d", "batch_norm", "layer_norm", "instance_norm", "rms_norm"),
    }
)
_MEETS = frozenset({"matmul", "bmm", "einsum", "baddbmm", "scaled_dot_product_attention"})


@dataclass(frozen=True, slots=True)
class Role:
    """A layer's place. ``activation`` is the call that bends its output, ``kind`` one of:

    "hidden", "gate", "output", "attention" (makes queries, keys or values), "linear" (another layer follows),
    "embedding". ``branch`` marks the last layer of a residual branch, ``normalised`` a normalisation before whatever
    bends, ``feeds`` the activations that the layer receives; empty when it receives data, a sum or what is normalised.
    """

    kind: str
    activation: Call | None
    branch: bool
    normalised: bool
    feeds: tuple[Call, ...]


def role(graph: Graph, call: Call) -> Role:
    """The role of a layer's first call."""
    branch = normalised = False
    kind, activation = "output", None
    for taker, before in _onward(call):
        if before is not None and graph.is_skip(taker) and graph.branch(taker) is before:
            branch = True
        if activation is not None:
            continue
        normalised |= taker.kind == "normalisation"
        if taker.kind == "activation" and not is_mixing(taker):
            kind, activation = ("gate" if taker.gate else "hidden"), taker
        elif taker.name in _MEETS and taker.kind != "affine":
            kind = "attention"
        elif taker.opens and kind == "output":
            kind = "linear"
        elif taker.function == "glu":
            kind = "gate"
        elif taker.function == "softmax" and taker.takers and kind == "output":
            kind = "attention"
    if call.kind == "embedding":
        kind = "embedding"
    return Role(kind, activation, branch, normalised, tuple(_received(call)))


def beside(call: Call) -> Iterator[Call]:
    """The layers whose outputs are added to this one's."""
    for taker, before in _onward(call):
        if taker.name in ADDITIONS:
            for other in taker.sources:
                while other is not before and not other.opens and len(other.sources) == 1:
                    other = other.sources[0]
                if other is not before and other.opens:
                    yield other


def _onward(call: Call) -> Iterator[tuple[Call, Call | None]]:
    """What takes the output, up to and including whatever bends, mixes or weighs it; with the call before."""
    waiting: list[tuple[Call, Call]] = [(taker, call) for taker in call.takers]
    seen: set[int] = set()
    while waiting:
        taker, before = waiting.pop(0)
        if taker.index in seen:
            continue
        seen.add(taker.index)
        yield taker, before
        ends = taker.opens or taker.kind in ("activation", "loss") or taker.name in _MEETS
        if not ends:
            waiting += [(following, taker) for following in taker.takers]


def _received(call: Call) -> Iterator[Call]:
    """The activations whose outputs reach the layer, unless a normalisation, a sum or another layer is between."""
    waiting, seen = list(call.sources), set[int]()
    while waiting:
        source = waiting.pop()
        if source.index in seen:
            continue
        seen.add(source.index)
        if source.kind == "activation":
            if not is_mixing(source):
                yield source
        elif not source.opens and source.kind != "normalisation" and not _adds(source):
            waiting += source.sources


def _adds(call: Call) -> bool:
    return len(call.sources) > 1 and call.name in PRODUCTS | {"add", "iadd", "radd", "matmul", "bmm", "sum"}


def function_of(call: Call) -> Function | None:
    """The catalogue's function with the call's settings; None for what it does not know."""
    name, settings = call.function, dict(call.settings)
    if name == "gelu" and settings.get("approximate") == "tanh":
        name = "gelu_tanh"
    return functions.get(name, settings) if functions.known(name) else None


def pairs(activation: Call, uses: dict[int, int]) -> tuple[Call, tuple[Call, ...]] | None:
    """(the layer before, the layers after) an activation, where its units can be paired; else None.

    Each layer has its weight for itself (``uses`` counts the calls of a weight) and no groups, and between them the
    units keep their order and meet nobody else.
    """
    before = _only_source(activation)
    if before is None or not _free(before, uses) or before.layout.outputs % 2:  # type: ignore[union-attr]
        return None
    after: list[Call] = []
    waiting = list(activation.takers)
    while waiting:
        taker = waiting.pop()
        if taker.kind == "affine" and _free(taker, uses) and taker.layout.inputs % before.layout.outputs == 0:  # type: ignore[union-attr]
            after.append(taker)
        elif taker.name in _KEEPS_UNITS and len(taker.sources) == 1:
            waiting += taker.takers or [taker]
        else:
            return None
        if taker.name in _KEEPS_UNITS and not taker.takers:
            return None  # the units themselves are the network's output
    return (before, tuple(after)) if after else None


def _free(call: Call, uses: dict[int, int]) -> bool:
    layout = call.layout
    return layout is not None and layout.groups == 1 and uses.get(id(call.weight), 0) == 1


def _only_source(activation: Call) -> Call | None:
    """The layer whose output the activation takes, if nobody else takes it and nothing is added."""
    at = activation
    while len(at.sources) == 1:
        at = at.sources[0]
        if len(at.takers) != 1:
            return None
        if at.kind == "affine" and at.layout is not None:
            return at
        if at.name not in _KEEPS_UNITS and not (at.name == "add" and len(at.sources) == 1):
            return None
    return None


def spread(before: Call, after: Call) -> tuple[int, int]:
    """(blocks, inner) of the following layer's inputs, which are numbered (block, unit, inner).

    A convolution's maps are flattened unit by unit, a sequence's vectors moment by moment.
    """
    assert before.layout is not None and after.layout is not None
    copies = after.layout.inputs // before.layout.outputs
    return (1, copies) if before.layout.kernel else (copies, 1)
