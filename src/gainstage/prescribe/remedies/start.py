"""Weights and biases as they are at the start: drawn again with a fitting gain, scaled, shifted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from gainstage.diagnose.stage import Stage
from gainstage.prescribe.anchors import expression_of, start
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.gains import gain_of
from gainstage.prescribe.remedies.ours import initialised, staged
from gainstage.prescribe.sites import touched
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.wording import counted, short

HE = "He, Zhang, Ren and Sun (2015), equation 10; Glorot and Bengio (2010), equation 12"
WIDTH = 100


@makes("reinitialise", "larger-gain")
def reinitialise(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The offending layers drawn again; then every layer, where only some were named."""
    named = [stage for stage in touched(case.view, wanted.finding) if stage.site.weight]
    every = [stage for stage in case.view.stages if stage.site.weight]
    gain = gain_of(every[0]) if every else 1.0
    ways = [
        (drawn_afresh(case, named), f"{counted(len(named), 'layer')} drawn again with the gain of their activations.",
         counted(len(named), "layer"), "", None),
        (staged(case), "Every stage brought to unity gain by data: gainstage.stage_.",
         "stage_", "every stage puts out what it takes in: 0 dB", 0.0),
        (initialised(case), "Every layer drawn with the gain that the network asks for: gainstage.init_.",
         "init_", f"every layer at its own gain, {short(gain)} for the first", gain),
        (drawn_afresh(case, every), "All layers drawn again with the gain of their activations.",
         "all layers", "", None),
    ]  # fmt: skip
    for patches, text, variant, promise, value in ways:
        if patches:
            yield wanted.draft(text, patches, source=HE, predicted=promise, value=value, variant=variant)


def drawn_afresh(case: Case, stages: Sequence[Stage], function: str = "") -> list[Patch]:
    """Lines that draw these stages' weights with the gain of ``function``, or of each one's own; biases zero.

    The random numbers are drawn from a state of their own: the script's own stream goes on as before.
    """
    deviations: dict[str, float] = {}
    biases: dict[str, None] = {}
    builds: list[Build | None] = []
    for stage in stages:
        for name in dict.fromkeys((stage.site.weight, stage.site.bias)):
            parameter = case.parameter(name)
            if parameter is None or parameter.tied_to or " " in name:  # "parameter 0": nobody calls it so
                continue
            try:
                build, expression = expression_of(case, parameter)
            except CannotPatch:
                continue
            builds.append(build)
            if name == stage.site.bias:
                biases[expression] = None
            else:
                deviations[expression] = gain_of(stage, function) / max(stage.site.fan_in, 1) ** 0.5
    if not deviations:
        return nameless(case, stages, function)
    return inserted(case, builds, lines(case, builds, deviations, tuple(biases)))


def nameless(case: Case, stages: Sequence[Stage], function: str = "") -> list[Patch]:
    """Weights that no expression leads to are found in the optimizer, and all drawn with one gain."""
    hidden = [stage for stage in stages if stage.activation is not None]
    shapes = [parameter.shape for parameter in case.run.parameters if len(parameter.shape) == 2]
    fans = {stage.site.fan_in for stage in case.view.stages if stage.site.weight}
    # F.linear holds (out, in), x @ W holds (in, out).
    side = next((side for side in (-1, 0) if {shape[side] for shape in shapes} == fans), None)
    for build in case.builds:
        if not hidden or not build.target or side is None:
            continue
        patch = Patch(build.at.script)
        torch, gain = patch.spelled("torch"), short(gain_of(hidden[0], function))
        every = f'[p for group in {build.target}.param_groups for p in group["params"] if p.dim() > 1]'
        patch.after(build.at.call, [
            f"with {torch}.random.fork_rng():",
            f"    {torch}.manual_seed(0)",
            f"    for parameter in {every}:",
            f"        {torch}.nn.init.normal_(parameter, std={gain} / parameter.shape[{side}] ** 0.5)",
        ])  # fmt: skip
        return [patch]
    return []


def lines(case: Case, builds: Sequence[Build | None], deviations: dict[str, float], biases: Sequence[str]) -> list[str]:
    """Plain torch, one line for all weights of one size."""
    script, _ = start(case, builds)
    torch = Patch(script).spelled("torch")
    found = [f"with {torch}.random.fork_rng():", f"    {torch}.manual_seed(0)"]
    ordered = sorted(deviations, key=deviations.__getitem__)
    for size, group in groupby(ordered, key=lambda name: short(deviations[name])):
        found += each(tuple(group), f"{torch}.nn.init.normal_({{}}, std={size})", "    ")
    return found + each(biases, f"{torch}.nn.init.zeros_({{}})")


def each(expressions: Sequence[str], call: str, indent: str = "") -> list[str]:
    """One line, or a loop over several parameters."""
    if not expressions:
        return []
    if len(expressions) == 1:
        return [indent + call.format(expressions[0])]
    body = f"{indent}    {call.format('parameter')}"
    short_head = f"{indent}for parameter in ({', '.join(expressions)}):"
    if len(short_head) <= WIDTH:
        return [short_head, body]
    items = textwrap.wrap(f"{', '.join(expressions)},", WIDTH - len(indent) - 4, break_long_words=False)
    return [f"{indent}for parameter in (", *(f"{indent}    {item}" for item in items), f"{indent}):", body]


def inserted(case: Case, builds: Sequence[Build | None], text: Sequence[str]) -> list[Patch]:
    """These lines in front of the optimizer; an empty list where there is no place."""
    try:
        script, node = start(case, builds)
        patch = Patch(script)
        patch.spelled("torch")
        patch.before(node, text)
    except CannotPatch:
        return []
    return [patch]
