"""Variables: where they are assigned, and what they were made from."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from gainstage.prescribe.source.expressions import base_name, function_of, loops_around
from gainstage.prescribe.source.script import Script, argument, dotted_name

Assignment = cst.Assign | cst.AugAssign


def targets(script: Script, node: cst.Assign | cst.AnnAssign | cst.AugAssign) -> list[str]:
    """The names that an assignment binds, ``self.x`` included."""
    heads = [item.target for item in node.targets] if isinstance(node, cst.Assign) else [node.target]
    found: list[str] = []
    for head in heads:
        parts = [item.value for item in head.elements] if isinstance(head, (cst.Tuple, cst.List)) else [head]
        found += [dotted_name(part) for part in parts if dotted_name(part)]
    return found


def assignments(script: Script, name: str, home: cst.CSTNode) -> Iterator[cst.Assign]:
    """Where the name is assigned in this function or module, in the order of the text."""
    for node in script.inside(home, cst.Assign):
        if name in targets(script, node) and function_of(script, node) is home:
            yield node


def parts(node: cst.Assign) -> list[str]:
    """Of which variables an assignment binds elements: ``model.0`` for ``model[0] = ...``."""
    heads = [item.target for item in node.targets]
    return [f"{name}.0" for head in heads if isinstance(head, cst.Subscript) and (name := dotted_name(head.value))]


def last_assignment(script: Script, name: str, after: cst.CSTNode) -> cst.Assign | None:
    """The last time that the name, or a part of it (``model.fc``, ``model[2]``), is assigned behind ``after``."""
    home = function_of(script, after)
    found = [
        node for node in script.inside(home, cst.Assign)
        if function_of(script, node) is home and script.start(node) > script.end(after)
        and any(target == name or target.startswith(f"{name}.") for target in (*targets(script, node), *parts(node)))
    ]  # fmt: skip
    return found[-1] if found else None


def origin(script: Script, name: str, at: cst.CSTNode, depth: int = 6) -> tuple[str, Assignment] | None:
    """The variable outside of every loop that ``name`` is a part of, and its last assignment there.

    Followed are slices (``xb = X[i]``), loops over loaders, ``zip`` and ``split``, and datasets of tensors.
    """
    home = function_of(script, at)
    if not name or depth == 0:
        return None
    for loop in loops_around(script, at):
        if isinstance(loop, cst.For) and (source := _looped(script, loop, name)) is not None:
            return origin(script, source, loop, depth - 1)
    found = [node for node in assignments(script, name, home) if script.start(node) < script.start(at)]
    inside = [node for node in found if any(True for _ in loops_around(script, node))]
    if inside:
        source = base_name(_part(script, inside[-1], name))
        return origin(script, source, inside[-1], depth - 1) if source != name else None
    if not found:
        return None
    value = _part(script, found[-1], name)
    dataset = _dataset(value)
    if dataset:
        return origin(script, dataset, found[-1], depth - 1)
    changed = [node for node in changes(script, name, home) if script.start(node) < script.start(at)]
    return name, max((found[-1], *changed), key=script.start)


def changes(script: Script, name: str, home: cst.CSTNode) -> Iterator[Assignment]:
    """Where a part of the variable is assigned (``X[mask] = 0``) or it is changed in place (``X /= 255``)."""
    for node in (*script.inside(home, cst.Assign), *script.inside(home, cst.AugAssign)):
        heads = [item.target for item in node.targets] if isinstance(node, cst.Assign) else [node.target]
        looped = any(True for _ in loops_around(script, node))
        if not looped and function_of(script, node) is home and name in map(base_name, heads):
            yield node


def _looped(script: Script, loop: cst.For, name: str) -> str | None:
    """What the loop's variable ``name`` is a part of; None when it is not this loop's."""
    head = loop.target
    names = [dotted_name(item.value) for item in head.elements] if isinstance(head, (cst.Tuple, cst.List)) else []
    if dotted_name(head) != name and name not in names:
        nested = [inner.value for inner in script.inside(head, cst.Name)]
        if name not in nested:
            return None
    value = loop.iter
    if isinstance(value, cst.Call) and dotted_name(value.func) == "enumerate" and value.args:
        value = value.args[0].value
    if isinstance(value, cst.Call) and dotted_name(value.func) == "zip" and name in names:
        position = names.index(name)
        return base_name(value.args[position].value) if position < len(value.args) else ""
    return _dataset(value) or base_name(value)


def _dataset(value: cst.CSTNode) -> str:
    """``X`` in ``DataLoader(TensorDataset(X, y), ...)``; the dataset's name in ``DataLoader(dataset)``; else ""."""
    if not isinstance(value, cst.Call):
        return ""
    last = dotted_name(value.func).rpartition(".")[2]
    if last in ("DataLoader", "TensorDataset"):
        item = argument(value, "dataset", 0)
        if item is not None:
            return _dataset(item.value) or base_name(item.value)
    return ""


def _part(script: Script, node: cst.Assign, name: str) -> cst.BaseExpression:
    """The value that this name gets, of a tuple the right part."""
    names = targets(script, node)
    if isinstance(node.value, cst.Tuple) and len(node.value.elements) == len(names):
        return node.value.elements[names.index(name)].value
    return node.value
