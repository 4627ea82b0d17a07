"""Where a prediction enters a loss, in the source: what makes the loss, and what is passed to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gainstage.diagnose.finding import Finding
from gainstage.diagnose.outlet import Outlet, outlets
from gainstage.prescribe.case import Case, Found
from gainstage.prescribe.source.expressions import subtraction_around
from gainstage.prescribe.source.losses import CLASSES, FUNCTIONS, swap_loss
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Expression, argument
from gainstage.record.schema import Site


def outlet_of(case: Case, finding: Finding) -> Outlet | None:
    """The loss that a finding speaks of; the only one where it names none."""
    found = list(outlets(case.view))
    named = [item for item in found if item.loss.name in finding.sites or
             (item.producer is not None and item.producer.name in finding.sites)]  # fmt: skip
    return next(iter(named or found), None)


def makers(case: Case, loss: Site) -> list[Found]:
    """The construction of the loss's module, or the functional call in the line it ran in."""
    name = CLASSES.get(loss.operation, "")
    made = [at for item in case.places.modules if item.kind == name and item.direct for at in case.at(item.spot)]
    if loss.module_class == name or loss.root == name:
        return made
    line = [at for at in case.on_line(loss) if at.name in FUNCTIONS[loss.operation]] if name else []
    return line or [at for at in _anywhere(case) if name and at.name in FUNCTIONS[loss.operation]] or made


def _anywhere(case: Case) -> Iterator[Found]:
    for script in case.scripts.values():
        yield from (Found(script, call) for call in script.calls)


def replaced(case: Case, loss: Site, new: str) -> list[Patch]:
    """Another loss function, with the arguments of the present one."""
    patches: list[Patch] = []
    for found in makers(case, loss):
        patch = Patch(found.script)
        swap_loss(patch, found.call, loss.operation, new)
        patches.append(patch)
    return patches


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The two expressions that a loss compares."""

    at: Found
    output: Expression
    target: Expression


def passed(case: Case, loss: Site) -> Passed | None:
    """What the loss is called with: ``criterion(output, target)``, or both sides of a difference.

    A method of a loss of one's own is followed no further.
    """
    line = list(case.on_line(loss))
    if loss.operation == "residual":
        for found in line or []:
            if (pair := subtraction_around(found.script, found.call)) is not None:
                return Passed(found, *pair)
        return None
    for found in line:
        output, target = argument(found.call, "input", 0), argument(found.call, "target", 1)
        if output is None or target is None:
            continue
        functional = found.name in FUNCTIONS.get(loss.operation, ())
        module = bool(loss.root) and not found.name.startswith("torch.nn.functional.") and len(found.call.args) == 2
        if functional or module:
            return Passed(found, output.value, target.value)
    return None


def wrapped_output(case: Case, loss: Site, before: str, after: str, *, needs: str = "") -> list[Patch]:
    """``before`` and ``after`` around what is passed to the loss as its prediction."""
    pair = passed(case, loss)
    if pair is None:
        return []
    patch = Patch(pair.at.script)
    code = pair.at.script.code(pair.output)
    if needs:
        before = before.format(patch.spelled(needs))
    try:
        patch.replace(pair.output, f"{before}{code}{after}")
    except CannotPatch:
        return []
    return [patch]
