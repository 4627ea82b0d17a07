"""A gradient that does not arrive: cuts mended, weights unfrozen, lists made visible, optimizers completed."""

from __future__ import annotations

from collections.abc import Iterator

from gainstage.prescribe.anchors import models, turns
from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.source.activations import step_replaced
from gainstage.prescribe.source.expressions import assigned_to
from gainstage.prescribe.source.graph import cuts, steps_in
from gainstage.prescribe.source.lists import lists_of_modules
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Attribute, Name, Node, Script
from gainstage.prescribe.source.variables import last_assignment
from gainstage.prescribe.training import trained_models

AUTOGRAD = "torch's documentation, 'Autograd mechanics: locally disabling gradient computation'"
OPTIM = "torch.optim's documentation, 'Constructing it'"


@makes("keep-the-graph", "use-or-remove")
def keep_the_graph(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Every cut alone, those of a forward pass first; then all of them."""
    found = sorted((cut for script in case.scripts.values() for cut in cuts(script)), key=lambda cut: not cut.forward)
    for cut in found[:3]:
        code = cut.script.code(cut.node).partition("\n")[0]
        line = cut.script.line(cut.node)
        yield wanted.draft(f"The gradient passes line {line}, where {code} cut it off.", [cut.mended()],
                           source=AUTOGRAD, variant=f"line {line}")  # fmt: skip
    if len(found) > 1:
        yield wanted.draft("The gradient passes every place that cut it off.", [cut.mended() for cut in found],
                           source=AUTOGRAD, variant="everywhere")  # fmt: skip


@makes("open-the-path")
def open_the_path(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A step function has derivative zero wherever it has one."""
    for script in case.scripts.values():
        for call, new in steps_in(script):
            patch = Patch(script)
            step_replaced(patch, call, new)
            what = "nothing" if new == "identity" else new
            yield wanted.draft(f"{what} in the place of {script.code(call.func)}, which passes no gradient.", [patch],
                               source="Bengio, Léonard and Courville (2013)")  # fmt: skip


@makes("module-list")
def module_list(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Lists of modules become ModuleLists."""
    patches: list[Patch] = []
    spots = [made.spot for made in case.places.modules]
    for script in case.scripts.values():
        lines = {spot.line for spot in spots if case.script(spot.file) is script}
        for node in lists_of_modules(script, lines):
            patch = Patch(script)
            patch.replace(node, f"{patch.spelled('torch.nn.ModuleList')}({script.code(node)})")
            patches.append(patch)
    if patches:
        yield wanted.draft("Layers in an nn.ModuleList, where model.parameters() sees them.", patches,
                           source="torch.nn.ModuleList's documentation")  # fmt: skip


@makes("unfreeze")
def unfreeze(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Every weight of the network may learn, before the optimizer is made."""
    for model in models(case):
        patch = Patch(model.build.at.script)
        patch.before(model.build.at.call, [f"{model.expression}.requires_grad_(True)"])
        yield wanted.draft(f"Every weight of {model.expression} may learn.", [patch], source=AUTOGRAD)


@makes("give-to-optimizer", "optimizer-parameters", "optimizer-last")
def give_to_optimizer(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """What runs in the training and no optimizer holds is added to one."""
    if wanted.remedy.name == "optimizer-last":
        yield from made_later(case, wanted)
    trained = trained_models(case)
    for build in case.builds:
        if not build.target:
            continue
        for name in missing_models(case, wanted) or trained:
            patch = Patch(build.at.script)
            held = f'{{id(p) for group in {build.target}.param_groups for p in group["params"]}}'
            lines = [
                f"held = {held}",
                f'{build.target}.add_param_group({{"params": [p for p in {name}.parameters() if id(p) not in held]}})',
            ]
            # The model that is trained may have been made, or made anew, after its optimizer.
            later = last_assignment(build.at.script, name, after=build.at.call)
            try:
                patch.after(later if later is not None else build.at.call, lines)
            except CannotPatch:
                continue
            yield wanted.draft(f"{build.target} steps {name}'s parameters, too.", [patch], source=OPTIM)
        yield from instead(case, wanted, trained)


def made_later(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The optimizer's line moves behind the last change of its model, where nothing between them uses it."""
    for build in case.builds:
        script, call = build.at.script, build.at.call
        for name in build.models:
            later = last_assignment(script, name, after=call)
            if later is None or not build.target or uses(script, build.target, call, later):
                continue
            patch = Patch(script)
            try:
                patch.after(later, [script.code(patch.statement(call))])
                patch.remove(call)
            except CannotPatch:
                continue
            yield wanted.draft(f"{build.target} is made behind the last change of {name}.", [patch], source=OPTIM,
                               variant="moved")  # fmt: skip


def uses(script: Script, name: str, first: Node, last: Node) -> bool:
    """Whether the variable is used between two places of the text."""
    low, high = script.end(first), script.start(last)
    names = (*script.inside(script.tree, Name), *script.inside(script.tree, Attribute))
    return any(low < script.start(node) < high and script.code(node) == name for node in names)


def instead(case: Case, wanted: Wanted, trained: list[str]) -> Iterator[Draft]:
    """Two optimizers hold the same weights, and one of them was meant to hold others."""
    for build in case.builds:
        twin = [other for other in case.builds if other.models == build.models and other is not build]
        for name in [name for name in missing_models(case, wanted) or trained if name not in build.models]:
            if twin and len(build.models) == 1 and build.at.call.args:
                patch = Patch(build.at.script)
                patch.replace(build.at.call.args[0].value, f"{name}.parameters()")
                yield wanted.draft(f"{build.target} steps {name} in the place of {build.models[0]}.", [patch],
                                   source=OPTIM)  # fmt: skip


def missing_models(case: Case, wanted: Wanted) -> list[str]:
    """Variables that hold the networks whose weights no optimizer has."""
    sites = [site for site in map(case.site, wanted.finding.sites) if site is not None]
    roots = {site.root for site in sites}
    found: dict[str, None] = {}
    for made in case.places.modules:
        whole = any(root in roots and name == "" for root, name in zip(made.roots, made.names, strict=True))
        for at in case.at(made.spot) if whole else ():
            if name := assigned_to(at.script, at.call):
                found[name] = None
    held = {name for build in case.builds for name in build.models}
    return [name for name in found if name not in held or not turns(case)]
