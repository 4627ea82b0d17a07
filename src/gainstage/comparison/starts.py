"""Initialisations as lines of the script: each hidden layer drawn to fit the activation, output layers plain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

from gainstage.comparison.candidate import Arm
from gainstage.diagnose.stage import Stage
from gainstage.prescribe.anchors import expression_of, start
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.remedies.ours import initialised
from gainstage.prescribe.remedies.start import each
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.theory.critical import critical


def started(case: Case, stages: Sequence[Stage], arm: Arm) -> list[Patch]:
    """Lines in front of the optimizer that draw the weights as the arm says; none for the script's own.

    Raises:
        CannotPatch: when the script names no layer where its optimizer is made.
        GainstageError: when the activation has no such initialisation.
    """
    if arm.init == "default":
        return []
    if arm.init == "fitted":
        patches = initialised(case)
        if not patches:
            raise CannotPatch("no model is named where the optimizer is made")
        return patches
    if arm.init == "critical":
        critical(arm.activation)  # softplus has none: said before hours are spent
    inside = {stage.index for stage in stages}
    calls: list[tuple[str, str]] = []
    builds: list[Build | None] = []
    for stage in case.view.stages:
        parameter = case.parameter(stage.site.weight) if stage.site.weight else None
        if parameter is None or parameter.tied_to or not parameter.trainable or stage.site.kind != "affine":
            continue
        build, expression = expression_of(case, parameter)
        builds.append(build)
        name, function = way(arm, stage, inside)
        told = f', "{function}"' if function else ""
        calls.append((f"{name}({{}}{told})", expression.removesuffix(".weight")))
    if not calls:
        raise CannotPatch("no layer with a weight that the script could name")
    return [_lines(case, builds, calls)]


def way(arm: Arm, stage: Stage, inside: Collection[int]) -> tuple[str, str]:
    """(what of ``gainstage.init`` draws this stage's layer, the activation that it is told).

    Args:
        arm: with an initialisation other than "default" and "fitted".
        stage: the layer's.
        inside: indices of the stages whose activation is the arm's.
    """
    if arm.init == "critical" and stage.index in inside:
        return "critical_", arm.activation
    if arm.init in ("critical", "lecun"):
        return "lecun_", ""
    fed = any(index in inside for index in stage.inputs)
    return f"{arm.init}_", arm.activation if fed else "linear"


def _lines(case: Case, builds: Sequence[Build | None], calls: Sequence[tuple[str, str]]) -> Patch:
    """The random numbers come from a state of their own: the script's own stream goes on as before."""
    script, node = start(case, builds)
    patch = Patch(script)
    torch = patch.spelled("torch")
    patch.require("gainstage")
    lines = [f"with {torch}.random.fork_rng():", f"    {torch}.manual_seed(0)"]
    for call, group in groupby(sorted(dict.fromkeys(calls)), key=lambda pair: pair[0]):
        lines += each([expression for _, expression in group], f"gainstage.init.{call}", "    ")
    patch.before(node, lines)
    return patch
