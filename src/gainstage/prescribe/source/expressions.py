"""Small questions about expressions: what they are assigned to, what a method is called on, what they start from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from gainstage.prescribe.source.script import Script


def assigned_to(script: Script, node: cst.CSTNode) -> str:
    """``optimizer`` or ``self.opt`` in ``self.opt = <node>``; "" where the value goes elsewhere."""
    holder = script.parent(node)
    if isinstance(holder, cst.Assign) and len(holder.targets) == 1:
        return script.code(holder.targets[0].target)
    if isinstance(holder, cst.AnnAssign):
        return script.code(holder.target)
    return ""


def receivers(script: Script, node: cst.CSTNode, methods: Iterable[str]) -> tuple[str, ...]:
    """What these methods are called on inside of ``node``: ``("model",)`` for ``SGD(model.parameters())``."""
    found = {
        script.code(call.func.value): None
        for call in script.inside(node, cst.Call)
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in methods
    }
    return tuple(found)


def method(call: cst.Call) -> str:
    """``step`` in ``optimizer.step()``; "" for a function."""
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def receiver(call: cst.Call) -> cst.BaseExpression | None:
    """``optimizer`` in ``optimizer.step()``."""
    return call.func.value if isinstance(call.func, cst.Attribute) else None


def function_of(script: Script, node: cst.CSTNode) -> cst.CSTNode:
    """The function that the node is in, or the module."""
    inside = (item for item in script.parents(node) if isinstance(item, (cst.FunctionDef, cst.Module)))
    return next(inside, script.tree)


def class_of(script: Script, node: cst.CSTNode) -> str:
    """The name of the class that the node is in; "" outside of one."""
    inside = (item for item in script.parents(node) if isinstance(item, cst.ClassDef))
    found = next(inside, None)
    return found.name.value if found is not None else ""


def loops_around(script: Script, node: cst.CSTNode) -> Iterator[cst.For | cst.While]:
    """Loops of the same function around the node, from inside to outside."""
    for item in script.parents(node):
        if isinstance(item, (cst.FunctionDef, cst.Lambda)):
            return
        if isinstance(item, (cst.For, cst.While)):
            yield item


def base_name(node: cst.CSTNode) -> str:
    """``X`` in ``X[i : i + 32].view(-1, 784)``: the variable that an expression starts from."""
    while not isinstance(node, cst.Name):
        if isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        elif isinstance(node, cst.Call):
            node = node.func if isinstance(node.func, cst.Attribute) else node.args[0].value if node.args else node.func
        else:
            return ""
    return node.value


def subtraction_around(script: Script, node: cst.CSTNode) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """Both sides of the difference that ``node`` is a part of, or that is a part of it; None without one."""
    around = [item for item in script.parents(node) if isinstance(item, cst.BinaryOperation)]
    inside = list(script.inside(node, cst.BinaryOperation))
    for item in (*around, *inside):
        if isinstance(item.operator, cst.Subtract):
            return item.left, item.right
    return None


def group_settings(script: Script, node: cst.CSTNode, key: str) -> list[cst.BaseExpression]:
    """What parameter groups written as dictionaries hold under ``key``: ``{"params": ..., "lr": 1e-3}``."""
    return [
        item.value for item in script.inside(node, cst.DictElement)
        if isinstance(item.key, cst.SimpleString) and item.key.evaluated_value == key
    ]  # fmt: skip


def is_cheap(node: cst.CSTNode) -> bool:
    """A name, an attribute or a part of one: may be written twice, costs nothing and changes nothing."""
    if isinstance(node, cst.Subscript):
        return is_cheap(node.value)
    return isinstance(node, cst.Name) or (isinstance(node, cst.Attribute) and is_cheap(node.value))
