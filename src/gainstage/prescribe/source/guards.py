"""Operations that are not finite everywhere, as scripts write them, and what keeps them finite."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from gainstage.prescribe.source.activations import operand
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import Script, number

TINY = "1e-8"
_AT_LEAST = ("log", "log2", "log10", "logit")
_ROOTS = ("sqrt", "rsqrt", "norm")


def guarded(script: Script, operation: str, line: int) -> Iterator[Patch]:
    """The operation of this name in this line with an input that it can take."""
    name = operation.rstrip("_").strip("_").replace("true_divide", "div").replace("truediv", "div")
    for call in script.calls:
        if _holds(script, call, line) and script.name(call).rpartition(".")[2].rstrip("_") == name:
            inner, patch = operand(script, call), Patch(script)
            code = script.code(inner)
            if name in _AT_LEAST:
                patch.replace(inner, f"({code}).clamp(min={TINY})")
            elif name in _ROOTS:
                patch.replace(inner, f"{code} + {TINY}")
            elif name == "exp":
                patch.replace(inner, f"({code}).clamp(max=20.0)")
            else:
                continue
            yield patch
    if name == "div":
        for node in script.inside(script.tree, cst.BinaryOperation):
            # Division by a number that is written out is nobody's hole.
            if isinstance(node.operator, cst.Divide) and _holds(script, node, line) and number(node.right) is None:
                patch = Patch(script)
                patch.replace(node.right, f"({script.code(node.right)} + {TINY})")
                yield patch


def _holds(script: Script, node: cst.CSTNode, line: int) -> bool:
    return script.line(node) <= line <= script.line(node) + script.code(node).count("\n")


def unmasked(script: Script) -> Iterator[Patch]:
    """-inf that a masked_fill writes."""
    for call in script.calls:
        if script.name(call).rpartition(".")[2].rstrip("_") == "masked_fill" and call.args:
            value = call.args[-1].value
            if "inf" in script.code(value):
                patch = Patch(script)
                patch.replace(value, "-1e9")
                yield patch
