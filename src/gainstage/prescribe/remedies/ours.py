"""``gainstage.init_`` and ``gainstage.stage_`` as lines of the script."""

from __future__ import annotations

import re

from gainstage.prescribe.anchors import Model, models
from gainstage.prescribe.case import Case
from gainstage.prescribe.source.expressions import function_of
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import dotted_name
from gainstage.prescribe.source.variables import origin
from gainstage.prescribe.training import inputs

EXAMPLES = 256  # of the data, for one forward pass


def initialised(case: Case) -> list[Patch]:
    """``gainstage.init_(model)`` in front of the optimizer: every layer gets the gain that follows from the network."""
    return [_line(model, f"gainstage.init_({model.expression})") for model in _whole(case)[:1]]


def staged(case: Case) -> list[Patch]:
    """``gainstage.stage_(model, X[:256])``: gains by data; empty where the data has no variable beside the model."""
    for model in _whole(case):
        data = _data(case, model)
        if data:
            return [_line(model, f"gainstage.stage_({model.expression}, {data}[:{EXAMPLES}])")]
    return []


def _whole(case: Case) -> list[Model]:
    return [model for model in models(case) if model.build.at.script.tree.body]


def _line(model: Model, line: str) -> Patch:
    """The random numbers come from a state of their own."""
    patch = Patch(model.build.at.script)
    torch = patch.spelled("torch")
    patch.require("gainstage")
    lines = [f"with {torch}.random.fork_rng():", f"    {torch}.manual_seed(0)", f"    {line}"]
    patch.before(model.build.at.call, lines)
    return patch


def _data(case: Case, model: Model) -> str:
    """The variable that the network is fed from, rows and nothing else, where the optimizer is made."""
    for script, call, name in inputs(case):
        whole = re.fullmatch(r"\w+(\[[^:\[\],]+(:[^,\[\]]*)?\])?", script.code(call.args[0].value))
        if dotted_name(call.func) != model.expression or script is not model.build.at.script or not whole:
            continue
        try:
            found = origin(script, name, call)
        except CannotPatch:
            continue
        made = model.build.at.call
        if found is not None and function_of(script, found[1]) is function_of(script, made) and (
            script.start(found[1]) < script.start(made)
        ):
            return found[0]
    return ""
