"""Steps that a script takes by hand: ``w -= lr * w.grad``."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from gainstage.prescribe.source.expressions import is_cheap
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import Script, argument


def rescaled_steps(script: Script, factor: str) -> Iterator[Patch]:
    """Every product of a rate and a gradient, the rate times ``factor``."""
    for node in script.inside(script.tree, cst.BinaryOperation):
        if not isinstance(node.operator, cst.Multiply):
            continue
        sides = [node.left, node.right]
        gradients = [side for side in sides if _is_gradient(side)]
        rates = [side for side in sides if not _is_gradient(side)]
        if len(gradients) == 1 and isinstance(rates[0], (cst.Name, cst.Attribute, cst.Float, cst.Integer)):
            patch = Patch(script)
            patch.replace(rates[0], f"{factor} * {script.code(rates[0])}")
            yield patch
    for call in script.calls:  # w.add_(w.grad, alpha=-lr)
        alpha = argument(call, "alpha")
        if alpha is not None and call.args and _is_gradient(call.args[0].value):
            patch = Patch(script)
            patch.replace(alpha.value, f"{factor} * ({script.code(alpha.value)})")
            yield patch


def cleared_behind(script: Script, home: cst.CSTNode) -> Patch | None:
    """Every gradient that is used in this function or module goes behind the statement that used it last."""
    used: dict[str, cst.Attribute] = {}
    for node in sorted(script.inside(home, cst.Attribute), key=script.start):
        named = node.attr.value == "grad" and is_cheap(node.value)
        if named and not any(isinstance(item, cst.CompFor | cst.BaseComp) for item in script.parents(node)):
            used[script.code(node.value)] = node
    patch = Patch(script)
    for name, node in used.items():
        patch.after(node, [f"{name}.grad = None"])
    return patch if used else None


def _is_gradient(node: cst.CSTNode) -> bool:
    """``w.grad`` or ``w.grad.data``."""
    if isinstance(node, cst.Attribute):
        return node.attr.value == "grad" or (node.attr.value == "data" and _is_gradient(node.value))
    return False
