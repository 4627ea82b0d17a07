"""Modules that are kept in plain lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from gainstage.prescribe.source.expressions import class_of, function_of, method
from gainstage.prescribe.source.script import Script


def lists_of_modules(script: Script, made_in: Collection[int]) -> Iterator[cst.BaseExpression]:
    """Lists that a class keeps of itself and into which modules go, written out or appended in these lines."""
    appended = _appended_to(script, made_in)
    for node in (*script.inside(script.tree, cst.List), *script.inside(script.tree, cst.ListComp)):
        holder = script.parent(node)
        if not isinstance(holder, cst.Assign) or not class_of(script, node):
            continue
        target = script.code(holder.targets[0].target)
        if not target.startswith("self."):
            continue
        lines = {script.line(call) for call in script.inside(node, cst.Call)}
        if lines & set(made_in) or (target, function_of(script, node)) in appended:
            yield node


def _appended_to(script: Script, made_in: Collection[int]) -> set[tuple[str, cst.CSTNode]]:
    """Lists to which something that was made in one of these lines is appended, and in which function."""
    found: set[tuple[str, cst.CSTNode]] = set()
    for call in script.calls:
        if method(call) in ("append", "extend", "insert") and isinstance(call.func, cst.Attribute):
            lines = {script.line(inner) for inner in script.inside(call, cst.Call)}
            if lines & set(made_in):
                found.add((script.code(call.func.value), function_of(script, call)))
    return found
