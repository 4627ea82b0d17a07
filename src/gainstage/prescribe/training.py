"""The training loop in the source: which networks run in it, and on which variables."""

from __future__ import annotations

from gainstage.prescribe.anchors import Turn, turns
from gainstage.prescribe.case import Case
from gainstage.prescribe.source.expressions import assigned_to, base_name, class_of, function_of
from gainstage.prescribe.source.script import Call, FunctionDef, Script, dotted_name

_USUAL = ("model", "net", "network", "module", "classifier", "student")


def network_calls(case: Case, turn: Turn) -> list[Call]:
    """Calls of networks in the function of this turn, in the order of the text."""
    home = function_of(turn.script, turn.backward)
    known = _networks(case)
    return [
        call for call in turn.script.inside(home, Call)
        if call.args and _is_network(dotted_name(call.func), known)
    ]  # fmt: skip


def _networks(case: Case) -> set[str]:
    """Variables that hold whole networks, and functions of the script that are one."""
    found = {name for build in case.builds for name in build.models}
    for made in case.places.modules:
        if "" in made.names:
            found |= {name for at in case.at(made.spot) if (name := assigned_to(at.script, at.call))}
    for stage in case.view.stages:
        for at in case.on_line(stage.site):
            home = function_of(at.script, at.call)
            if isinstance(home, FunctionDef) and not class_of(at.script, home):
                found.add(home.name.value)
    return found


def _is_network(name: str, known: set[str]) -> bool:
    return bool(name) and (name in known or name.rpartition(".")[2] in _USUAL)


def trained_models(case: Case) -> list[str]:
    """Expressions of the networks that run where a loss goes back."""
    return list(dict.fromkeys(dotted_name(call.func) for turn in turns(case) for call in network_calls(case, turn)))


def inputs(case: Case) -> list[tuple[Script, Call, str]]:
    """(file, call of a network, the variable that its first argument starts from)."""
    return [
        (turn.script, call, base_name(call.args[0].value))
        for turn in turns(case)
        for call in network_calls(case, turn)
    ]
