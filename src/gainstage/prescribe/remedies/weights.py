"""Weights and biases that are there already: scaled, shifted, made orthogonal; recurrences with gates."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from gainstage.diagnose.stage import Stage
from gainstage.prescribe.anchors import expression_of, start
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.gains import missing_factor
from gainstage.prescribe.remedies.start import HE, drawn_afresh, each, inserted
from gainstage.prescribe.sites import hidden, touched
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.wording import counted, short
from gainstage.record.schema import Parameter

SAXE = "Saxe, McClelland and Ganguli (2014); Le, Jaitly and Hinton (2015)"
GATES = "Cho et al. (2014), section 2.3; Tallec and Ollivier (2018), section 2: log T"
REVIVE = "He et al. (2015): biases begin at zero; Lu et al. (2020), Dying ReLU and initialization"


@makes("rescale-weights")
def rescale_weights(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Each weight times what brings its gain to the one that its activation needs; then drawn again."""
    stages = [stage for stage in touched(case.view, wanted.finding) if stage.site.weight]
    every = [stage for stage in case.view.stages if stage.site.weight]
    for chosen, variant in ((stages, "of the finding"), (every, "all layers")):
        factors = {name: factor for name, factor in missing_factors(case, chosen).items() if not 0.5 < factor < 2}
        if not (patches := multiplied(case, factors)):
            continue
        text = f"{counted(len(factors), 'weight')} brought to the gain that their activations need, their pattern kept."
        yield wanted.draft(text, patches, source=HE, variant=variant)
    if patches := drawn_afresh(case, stages):
        yield wanted.draft(f"{counted(len(stages), 'layer')} drawn again with fitting gains.", patches, source=HE,
                           variant="drawn again")  # fmt: skip


def missing_factors(case: Case, stages: Sequence[Stage]) -> dict[str, float]:
    """By weight: what brings it to the gain that its activation needs."""
    found = {stage.site.weight: missing_factor(case.run, stage) for stage in stages}
    return {name: factor for name, factor in found.items() if factor is not None}


def multiplied(case: Case, factors: dict[str, float]) -> list[Patch]:
    """Lines that multiply these parameters in place."""
    lines: list[str] = []
    builds: list[Build | None] = []
    for name, factor in factors.items():
        parameter = case.parameter(name)
        try:
            build, expression = expression_of(case, parameter) if parameter is not None else (None, "")
        except CannotPatch:
            continue
        if expression:
            builds.append(build)
            lines.append(f"    {expression}.mul_({short(factor)})")
    if not lines:
        return []
    try:
        script, _ = start(case, builds)
    except CannotPatch:
        return []
    return inserted(case, builds, [f"with {Patch(script).spelled('torch.no_grad')}():", *lines])


@makes("zero-bias")
def zero_bias(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The biases of the dead stages at zero; trained weights stay."""
    stages = touched(case.view, wanted.finding)
    names = [stage.site.bias for stage in stages if stage.site.bias]
    every = [stage.site.bias for stage in hidden(case.view.stages) if stage.site.bias]
    # A threshold of one's own is not among the biases that layers begin with: where there is one, it is the suspect.
    ways = [
        (offsets(case, stages), "Offsets at zero.", "offsets"),
        (names, "Biases of the dead layers at zero.", "dead layers"),
        (every, "Biases of all hidden layers at zero.", "hidden layers"),
    ]
    if wanted.finding.evidence.get("dead_share") == 1.0:
        ways[1:] = reversed(ways[1:])  # what stands behind a layer that passes nothing could not be judged
    for chosen, text, variant in ways:
        if patches := zeroed(case, chosen):
            yield wanted.draft(text, patches, source=REVIVE, variant=variant)
    if patches := drawn_afresh(case, [stage for stage in stages if stage.site.weight]):
        yield wanted.draft("The dead layers drawn again, biases zero.", patches, source=REVIVE, variant="drawn again")


def offsets(case: Case, stages: Sequence[Stage]) -> list[str]:
    """Parameters with one number for each unit that are neither weight nor bias of a layer: thresholds."""
    known = {name for site in case.run.sites for name in (site.weight, site.bias)}
    # A convolution's fan-out counts its kernel's places, too.
    units = {size for stage in stages for size in (stage.site.units, stage.site.fan_out) if size}
    return [
        parameter.name for parameter in case.run.parameters
        if parameter.name not in known and parameter.trainable and math.prod(parameter.shape) in units
    ]  # fmt: skip


def zeroed(case: Case, names: Sequence[str]) -> list[Patch]:
    """Lines that set these parameters to zero."""
    return filled(case, [parameter for name in names if (parameter := case.parameter(name)) is not None],
                  "{torch}.nn.init.zeros_({{}})")  # fmt: skip


def filled(case: Case, parameters: Sequence[Parameter], call: str, *, random: bool = False) -> list[Patch]:
    """One call of ``torch.nn.init`` for each of these parameters; random ones leave the script's own stream alone."""
    expressions: list[str] = []
    builds: list[Build | None] = []
    for parameter in parameters:
        try:
            build, expression = expression_of(case, parameter)
        except CannotPatch:
            continue
        builds.append(build)
        expressions.append(expression)
    if not expressions:
        return []
    try:
        script, _ = start(case, builds)
    except CannotPatch:
        return []
    torch = Patch(script).spelled("torch")
    head = [f"with {torch}.random.fork_rng():", f"    {torch}.manual_seed(0)"] if random else []
    return inserted(case, builds, [*head, *each(expressions, call.format(torch=torch), "    " if random else "")])


@makes("orthogonal-recurrence")
def orthogonal_recurrence(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Recurrent weights that keep every length."""
    recurrent = [parameter for parameter in case.run.parameters if "weight_hh" in parameter.name]
    for name, text in (("orthogonal_", "orthogonal"), ("eye_", "as the identity")):
        if patches := filled(case, recurrent, f"{{torch}}.nn.init.{name}({{{{}}}})", random=name == "orthogonal_"):
            yield wanted.draft(f"Recurrent weights start {text}.", patches, source=SAXE, variant=name.rstrip("_"))


@makes("gated-recurrence")
def gated_recurrence(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A GRU: the same arguments, the same results; its update gates begin open for as long as the sequence is."""
    patches: list[Patch] = []
    for script in case.scripts.values():
        for call in script.calls:
            name = script.name(call)
            if name in ("torch.nn.RNN", "torch.nn.RNNCell"):
                patch = Patch(script)
                kept = [item for item in call.args if item.keyword is None or item.keyword.value != "nonlinearity"]
                inside = ", ".join(script.code(item).rstrip(", ") for item in kept)
                patch.replace(call, f"{patch.spelled(name.replace('RNN', 'GRU'))}({inside})")
                patches.append(patch)
    moments = wanted.finding.evidence.get("moments")
    bias = math.log(max(float(moments), math.e)) if isinstance(moments, int | float) else 1.0
    kept = 1 / (1 + math.exp(-bias))
    if patches:
        yield wanted.draft("GRU in the place of RNN.", [*patches, *remembering(case, bias)], source=GATES,
                           predicted=f"{20 * math.log10(kept):.1f} dB per moment at the start, and learnable",
                           value=20 * math.log10(kept))  # fmt: skip


def remembering(case: Case, bias: float) -> list[Patch]:
    """Lines that give a GRU's update gates this bias, half of it on either side; none where it has no biases."""
    found = [parameter for parameter in case.run.parameters if re.search(r"bias_[ih]h", parameter.name)]
    value = short(bias / 2)
    lines, builds = [], []
    for parameter in found:
        try:
            build, expression = expression_of(case, parameter)
        except CannotPatch:
            continue
        width = parameter.shape[0]
        builds.append(build)
        lines.append(f"    {expression}[{width}:{2 * width}] = {value}")
    script = builds[0].at.script if builds and builds[0] is not None else None
    if script is None:
        return []
    return inserted(case, builds, [f"with {Patch(script).spelled('torch.no_grad')}():", *lines])
