"""Where a script cuts the graph of its gradient, and how the cut is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from gainstage.prescribe.source.expressions import function_of, method
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import Script, argument

LEAVING = ("detach", "item", "tolist", "numpy", "cpu", "detach_")
COPIES = ("torch.tensor", "torch.as_tensor", "torch.from_numpy", "torch.Tensor", "torch.FloatTensor")
STEPS = {"sign": "tanh", "sgn": "tanh", "heaviside": "sigmoid", "round": "identity", "floor": "identity",
         "ceil": "identity"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One place: what stands there, and what lets the gradient through."""

    script: Script
    node: cst.CSTNode
    text: str
    forward: bool  # in a network's own forward pass

    def mended(self) -> Patch:
        """The place without the cut."""
        patch = Patch(self.script)
        patch.replace(self.node, self.text)
        return patch


def cuts(script: Script) -> Iterator[Cut]:
    """Every cut that may lie between a weight and the loss; those of an evaluation are left out."""
    copied: set[int] = set()
    for call in script.calls:
        if script.name(call) in COPIES and call.args and _leaves(script, call.args[0].value):
            copied |= {id(inner) for inner in script.inside(call, cst.CSTNode)}
            yield from _cut(script, call, stay(script, call.args[0].value))
    for call in script.calls:
        if id(call) not in copied and method(call) == "detach" and not _leaves_torch(script, call):
            assert isinstance(call.func, cst.Attribute)
            yield from _cut(script, call, script.code(call.func.value))
    for node in script.inside(script.tree, cst.Attribute):
        if id(node) not in copied and node.attr.value == "data" and _is_read(script, node):
            yield from _cut(script, node, script.code(node.value))
    for call in script.calls:
        # A reentrant checkpoint hands on a gradient only where one of its inputs needs one itself.
        reentrant = argument(call, "use_reentrant") if script.name(call).endswith("checkpoint") else None
        if reentrant is not None and script.code(reentrant.value) == "True":
            yield from _cut(script, reentrant.value, "False")
    for block in script.inside(script.tree, cst.With):
        for item in block.items:
            if script.name(item.item) in ("torch.no_grad", "torch.inference_mode") and not _updates(script, block):
                grad = Patch(script).spelled("torch.enable_grad")
                yield from _cut(script, item.item, f"{grad}()")


def _cut(script: Script, node: cst.CSTNode, text: str) -> Iterator[Cut]:
    home = function_of(script, node)
    forward = isinstance(home, cst.FunctionDef) and home.name.value in ("forward", "training_step", "__call__")
    trains = any(method(call) in ("backward", "manual_backward") for call in script.inside(home, cst.Call))
    if not forward and not trains:
        helper = isinstance(home, cst.FunctionDef) and any(
            isinstance(part, cst.Name) and part.value == home.name.value and part is not home.name
            for part in script.inside(script.tree, cst.Name)
        )
        if not helper or (isinstance(node, cst.Call) and script.name(node) == "torch.no_grad"):
            return
    yield Cut(script, node, text, forward)


def stay(script: Script, node: cst.BaseExpression) -> str:
    """The expression without what leads out of torch: ``np.clip(h.tolist(), 0, 5)`` is ``torch.clip(h, 0, 5)``."""
    start, code = script.start(node), script.code(node)
    edits: list[tuple[int, int, str]] = []
    for call in script.inside(node, cst.Call):
        if method(call) in LEAVING:
            assert isinstance(call.func, cst.Attribute)
            edits.append((script.end(call.func.value), script.end(call), ""))
    for name in script.inside(node, cst.Name):
        if script.imported.get(name.value) == "numpy":
            edits.append((script.start(name), script.end(name), Patch(script).spelled("torch")))
    for low, high, text in sorted(edits, reverse=True):
        code = code[: low - start] + text + code[high - start :]
    return code


def _leaves(script: Script, node: cst.CSTNode) -> bool:
    return any(method(call) in LEAVING for call in script.inside(node, cst.Call))


def _leaves_torch(script: Script, call: cst.Call) -> bool:
    """``x.detach().numpy()``: for a plot or a metric."""
    holder = script.parent(call)
    return isinstance(holder, cst.Attribute) and holder.attr.value in ("numpy", "cpu", "tolist", "item")


def _is_read(script: Script, node: cst.Attribute) -> bool:
    """``h.data`` as a value; not ``digits.data`` of a table, nor ``w.data.fill_()``, nor an assignment's target."""
    holder = script.parent(node)
    if isinstance(holder, (cst.Attribute, cst.AssignTarget, cst.AugAssign)):
        return False
    home = function_of(script, node)
    return isinstance(home, cst.FunctionDef) and home.name.value == "forward"


def _updates(script: Script, block: cst.With) -> bool:
    """A block that steps weights by hand needs its no_grad."""
    names = (part.attr.value for part in script.inside(block, cst.Attribute))
    return any(name in ("grad", "copy_", "mul_", "lerp_") for name in names)


def steps_in(script: Script) -> Iterator[tuple[cst.Call, str]]:
    """Functions whose derivative is zero everywhere, and what passes a gradient in their place."""
    for call in script.calls:
        last = script.name(call).rpartition(".")[2]
        torch = script.name(call).startswith(("torch.", "."))
        if last in STEPS and torch:
            yield call, STEPS[last]
