"""Activations as scripts write them: module, function, method; and one in the place of another."""

from __future__ import annotations

import libcst as cst

from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Script

MODULES = {
    "relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU",
    "silu": "SiLU", "prelu": "PReLU", "selu": "SELU", "softplus": "Softplus", "mish": "Mish", "softmax": "Softmax",
    "log_softmax": "LogSoftmax", "identity": "Identity", "hardsigmoid": "Hardsigmoid", "hardtanh": "Hardtanh",
    "relu6": "ReLU6", "softsign": "Softsign", "celu": "CELU", "softmin": "Softmin", "logsigmoid": "LogSigmoid",
    "hardswish": "Hardswish", "tanhshrink": "Tanhshrink", "threshold": "Threshold", "rrelu": "RReLU",
}  # fmt: skip
_ROOT_FUNCTIONS = ("tanh", "sigmoid", "relu", "softmax", "log_softmax")  # those that torch itself has, and tensors
_DIMENSIONED = ("softmax", "log_softmax", "softmin")


def is_activation(script: Script, node: cst.CSTNode, name: str) -> bool:
    """Whether a call makes or applies the activation of this catalogue name."""
    return script.name(node) in _names(name)


def _names(name: str) -> set[str]:
    functions = {name, f"{name}_"}
    return {
        f"torch.nn.{MODULES.get(name, name)}",
        *(f"{module}.{item}" for module in ("torch", "torch.nn.functional", "torch.special", "") for item in functions),
    }


def swap(patch: Patch, call: cst.Call, old: str, new: str, arguments: str = "") -> None:
    """Put the activation ``new`` in the place of the call that makes or applies ``old``.

    Raises:
        CannotPatch: when the call is written in a way that cannot be told.
    """
    script = patch.script
    name = script.name(call)
    if name == f"torch.nn.{MODULES.get(old, old)}":
        kept = _dimension(script, call) if new in _DIMENSIONED else arguments
        patch.replace(call, f"{patch.spelled(f'torch.nn.{MODULES[new]}')}({kept})")
        return
    inner = operand(script, call)
    code = script.code(inner)
    extra = _dimension(script, call) if new in _DIMENSIONED else arguments
    text = f"{_function(patch, new)}({code}{', ' if extra else ''}{extra})" if new != "identity" else code
    holder = script.parent(call)
    if name.endswith("_") and isinstance(holder, cst.Expr):
        patch.replace(call, f"{code} = {text}")
    elif new == "identity":
        patch.unwrap(call, inner)
    else:
        patch.replace(call, text)


def operand(script: Script, call: cst.Call) -> cst.BaseExpression:
    """What a function or a method is applied to.

    Raises:
        CannotPatch: when there is nothing.
    """
    # A name that no import explains is a variable's method: x.softmax(-1), unlike F.softmax(x, -1).
    is_method = isinstance(call.func, cst.Attribute) and script.name(call).startswith(".")
    if is_method:
        assert isinstance(call.func, cst.Attribute)
        return call.func.value
    if call.args and not call.args[0].star:
        return call.args[0].value
    raise CannotPatch("an activation applied to nothing")


def _last(node: cst.CSTNode) -> str:
    return node.attr.value if isinstance(node, cst.Attribute) else getattr(node, "value", "")


def _function(patch: Patch, new: str) -> str:
    where = "torch" if new in _ROOT_FUNCTIONS else "torch.nn.functional"
    return patch.spelled(f"{where}.{new}")


def _dimension(script: Script, call: cst.Call) -> str:
    """``dim=1`` as the call has it."""
    for position, item in enumerate(call.args):
        if item.keyword is not None and item.keyword.value == "dim":
            return f"dim={script.code(item.value)}"
        if item.keyword is None and isinstance(item.value, (cst.Integer, cst.UnaryOperation)) and position < 2:
            return f"dim={script.code(item.value)}"
    return "dim=-1"


def step_replaced(patch: Patch, call: cst.Call, new: str) -> None:
    """A smooth function, or nothing, in the place of a step."""
    inner = operand(patch.script, call)
    if new == "identity":
        patch.unwrap(call, inner)
    else:
        patch.replace(call, f"{_function(patch, new)}({patch.script.code(inner)})")


def references(script: Script, name: str) -> list[cst.CSTNode]:
    """Where the activation is named and not called: ``act=nn.ReLU``, ``nonlinearity=torch.tanh``."""
    wanted = {item for item in _names(name) if item.startswith("torch.")}
    found: list[cst.CSTNode] = []
    for node in (*script.inside(script.tree, cst.Attribute), *script.inside(script.tree, cst.Name)):
        holder = script.parent(node)
        called = isinstance(holder, cst.Call) and holder.func is node
        imported = any(isinstance(item, cst.ImportAlias) for item in script.parents(node))
        if not called and not imported and not isinstance(holder, cst.Attribute) and script.name(node) in wanted:
            found.append(node)
    return found


def swap_reference(patch: Patch, node: cst.CSTNode, new: str) -> None:
    """Name another activation where one is named: a class for a class, a function for a function."""
    if patch.script.name(node).startswith("torch.nn.") and _last(node)[:1].isupper():
        patch.replace(node, patch.spelled(f"torch.nn.{MODULES[new]}"))
    else:
        patch.replace(node, _function(patch, new))
