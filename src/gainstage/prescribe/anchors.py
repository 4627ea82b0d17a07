"""Where statements can be put: where the optimizer is made, where the loss goes back, where the step is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.places import ends
from gainstage.prescribe.source.expressions import assigned_to, class_of, function_of, loops_around, method, receiver
from gainstage.prescribe.source.patch import CannotPatch
from gainstage.prescribe.source.script import Call, Node, Script
from gainstage.prescribe.source.variables import assignments
from gainstage.record.schema import Parameter


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One turn of the training: ``loss.backward()``, and the ``optimizer.step()`` of the same function if there is one.

    ``scaler`` is the expression of a GradScaler whose ``step`` it is.
    """

    script: Script
    backward: Call
    step: Call | None = None
    optimizer: str = ""
    scaler: str = ""

    @property
    def loss(self) -> str:
        """What goes back, without a loss scale."""
        inner = receiver(self.backward)
        if isinstance(inner, Call) and method(inner) == "scale" and inner.args:
            inner = inner.args[0].value
        return self.script.code(inner) if inner is not None else ""

    @property
    def loop(self) -> Node | None:
        """The outermost loop of its function."""
        loops = list(loops_around(self.script, self.backward))
        return loops[-1] if loops else None


def turns(case: Case) -> list[Turn]:
    """Every place where a loss goes back, those first whose step was seen in the run."""
    found: list[Turn] = []
    for script in case.scripts.values():
        for call in script.calls:
            if method(call) in ("backward", "manual_backward") and not is_super(script, call):
                found.append(turn_of(case, script, call))
    return sorted(found, key=lambda turn: not turn.optimizer)


def is_super(script: Script, call: Call) -> bool:
    """``super().backward(...)``, ``F.backward``: not a tensor's."""
    inner = receiver(call)
    return inner is None or script.code(inner) in ("super()", "torch.autograd")


def turn_of(case: Case, script: Script, backward: Call) -> Turn:
    """The step that follows this backward pass, in the same function."""
    targets = {build.target for build in case.builds if build.target}
    places = {(spot.line, spot.column) for spot in case.places.steps if case.script(spot.file) is script}
    home = function_of(script, backward)
    steps = [
        call for call in script.calls
        if method(call) == "step" and function_of(script, call) is home
        and ((script.line(call), script.column(call)) in places or _receiver(script, call) in targets)
    ]  # fmt: skip
    after = [call for call in steps if script.start(call) > script.start(backward)]
    step = next(iter(after or steps), None)
    if step is None:
        return Turn(script, backward)
    holder = _receiver(script, step)
    scaled = "scal" in holder and bool(step.args)
    return Turn(script, backward, step, script.code(step.args[0].value) if scaled else holder, holder if scaled else "")


def _receiver(script: Script, call: Call) -> str:
    inner = receiver(call)
    return script.code(inner) if inner is not None else ""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """An expression for a module where an optimizer is made, and which one it is: a path in a root module."""

    build: Build
    expression: str
    root: str = ""
    path: str = ""


def models(case: Case) -> Iterator[Model]:
    """Modules whose parameters optimizers are given, as the script writes them."""
    for build in case.builds:
        plain = [name for name in build.models if name.replace(".", "").replace("_", "").isalnum()]
        for name in plain:
            if len(plain) == 1 and build.made.root:
                yield Model(build, name, build.made.root, build.made.module)
            else:
                yield Model(build, name, *_what(case, build, name))


def _what(case: Case, build: Build, name: str) -> tuple[str, str]:
    """Which module an expression is, told by where roots were made and by ``self``."""
    for made in case.places.modules:
        for root in [root for root, path in zip(made.roots, made.names, strict=True) if path == ""]:
            if any(assigned_to(at.script, at.call) == name for at in case.at(made.spot)):
                return root, ""
            if name.partition(".")[0] == "self" and class_of(build.at.script, build.at.call) == made.kind:
                return root, name.partition(".")[2]
    return "", ""


def expression_of(case: Case, parameter: Parameter) -> tuple[Build | None, str]:
    """How the script would write this parameter where its optimizer is made.

    Raises:
        CannotPatch: when no expression leads to it.
    """
    if not parameter.root:
        if not is_visible(case, parameter.name):
            raise CannotPatch(f"{parameter.name} is no variable where the training is set up")
        return None, parameter.name
    path, _, last = parameter.name.rpartition(".")
    known = list(models(case))
    for model in known:
        for root, full in _full_paths(case, parameter.root, path):
            if model.root == root and (not model.path or full == model.path or full.startswith(f"{model.path}.")):
                return model.build, member(model.expression, f"{full[len(model.path) :].lstrip('.')}.{last}")
    if len(known) == 1 and not known[0].root:
        return known[0].build, member(known[0].expression, parameter.name)
    raise CannotPatch(f"no expression for {parameter.name}")


def is_visible(case: Case, name: str) -> bool:
    """Whether a tensor's variable (``w1``, ``weights[0]``) can be written where the training is set up."""
    script, node = start(case, ())
    scopes = [function_of(script, node), script.tree]
    base = re.fullmatch(r"([A-Za-z_]\w*)(\[\d+\])*", name)
    return base is not None and any(True for scope in scopes for _ in assignments(script, base[1], scope))


def _full_paths(case: Case, root: str, path: str) -> Iterator[tuple[str, str]]:
    """(root, path) of a module as it was made, where it ran as ``path`` in ``root``."""
    yield root, path
    for made in case.places.modules:
        for label, name in zip(made.roots, made.names, strict=True):
            if path and ends(name, path):
                yield label, name


def member(expression: str, path: str) -> str:
    """``model[0].weight`` for ``0.weight`` in ``model``."""
    for part in filter(None, path.split(".")):
        expression += f"[{part}]" if part.isdigit() else f".{part}"
    return expression


def start(case: Case, builds: Sequence[Build | None]) -> tuple[Script, Node]:
    """The statement in front of which a network can be changed before it trains.

    Raises:
        CannotPatch: when there is neither an optimizer nor a loop.
    """
    for build in builds:
        if build is not None:
            return build.at.script, build.at.call
    for build in case.builds:
        return build.at.script, build.at.call
    for turn in turns(case):
        if turn.loop is not None:
            return turn.script, turn.loop
    raise CannotPatch("neither an optimizer nor a training loop in the source")
