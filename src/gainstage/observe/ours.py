"""The activations of ``gainstage.nn``, which announce themselves to function modes as torch's own do."""

from __future__ import annotations

from typing import Any

from gainstage.observe.operations import Operation
from gainstage.observe.slopes import SLOPES

_MODULES = ("gainstage.nn.elementwise", "gainstage.nn.weighted")
# Names there -> (name in the catalogue, names of the constants)
_KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "scaled_softplus": ("softplus", ("beta",)),
    "elu": ("elu", ("alpha",)),
    "celu": ("celu", ("alpha",)),
    "leaky_relu": ("leaky_relu", ("negative_slope",)),
    "hardtanh": ("hardtanh", ("min_val", "max_val")),
}


def operation(function: Any, args: tuple[Any, ...]) -> Operation | None:
    """The operation that a call ``f(x, name, constants)`` or ``f(x, weight, name)`` is, if it is recorded."""
    if getattr(function, "__module__", None) not in _MODULES or len(args) != 3:
        return None
    weighted = not isinstance(args[1], str)
    called = args[2] if weighted else args[1]
    name, names = _KNOWN.get(called, ("gelu" if called == "gelu_tanh" else called, ()))
    values = () if weighted else args[2]
    if name not in SLOPES and name != "prelu":
        return None  # what the catalogue does not know is a user's own
    # No call has as many arguments, so that each setting takes its default.
    settings: dict[int, tuple[str, Any]] = {99 + i: pair for i, pair in enumerate(zip(names, values, strict=False))}
    settings[97] = ("exact", True)  # computed in float32 or wider, whatever the tensor's format
    if called == "gelu_tanh":
        settings[98] = ("approximate", "tanh")
    return Operation(name, "activation", name, settings)
