"""From a site of the run to the calls in the source that made or applied it."""

from __future__ import annotations

from collections.abc import Iterable

from gainstage.diagnose.finding import Finding
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.prescribe.case import Case, Found
from gainstage.prescribe.source.activations import MODULES, is_activation
from gainstage.prescribe.source.expressions import function_of
from gainstage.prescribe.source.script import Call, Script
from gainstage.record.schema import Site


def applied(case: Case, site: Site) -> list[Found]:
    """The calls that make or apply an activation: its module's construction, or the function in the line it ran in."""
    name = site.function or site.operation
    if site.module_class == MODULES.get(name):
        return [found for found in case.constructions(site) if is_activation(found.script, found.call, name)]
    line = [found for found in case.on_line(site) if is_activation(found.script, found.call, name)]
    twins = [other.index for other in case.view.activations
             if other.source_line == site.source_line and other.function == site.function]  # fmt: skip
    if len(line) > 1 and len(twins) == len(line):
        # relu(b(relu(a(x)))): what is inside runs first, and ends first in the text.
        return [sorted(line, key=lambda found: found.script.end(found.call))[twins.index(site.index)]]
    return line or [
        Found(script, call)
        for script in case.scripts.values()
        for call in script.calls
        if site.source_line and is_activation(script, call, name) and _same_function(case, site, script, call)
    ]


def _same_function(case: Case, site: Site, script: Script, call: Call) -> bool:
    """Multi-line statements: the line that ran need not be the line the call begins in."""
    for found in case.on_line(site):
        if found.script is script and function_of(found.script, found.call) is function_of(script, call):
            return True
    return False


def distinct(found: Iterable[Found]) -> list[Found]:
    """Each call once: one line may have made many modules."""
    return list({(id(item.script), id(item.call)): item for item in found}.values())


def touched(view: View, finding: Finding) -> list[Stage]:
    """The stages that a finding names, by their affine operation or their activation; all of the chain else."""
    names = set(finding.sites)
    found = [
        stage for stage in view.stages
        if names & {stage.site.name, stage.activation.name if stage.activation else "", stage.end.name}
    ]  # fmt: skip
    return found or list(view.chain)


def hidden(stages: Iterable[Stage], function: str = "") -> list[Stage]:
    """Those with an activation between layers: no output, no gate."""
    return [
        stage for stage in stages
        if stage.activation is not None and not stage.is_output and not stage.activation.gate
        and stage.function in (function or stage.function, )
    ]  # fmt: skip
