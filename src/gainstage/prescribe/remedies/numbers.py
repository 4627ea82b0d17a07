"""Number formats and the holes in them: epsilons, clamps, loss scales, bfloat16."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.prescribe.anchors import Turn, turns
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.remedies.rates import set_setting
from gainstage.prescribe.sites import applied, distinct
from gainstage.prescribe.source.activations import MODULES
from gainstage.prescribe.source.guards import guarded, unmasked
from gainstage.prescribe.source.halves import replaced_format
from gainstage.prescribe.source.patch import CannotPatch, Patch

GOLDBERG = "Goldberg (1991), What every computer scientist should know about floating-point arithmetic"
MIXED = "Micikevicius et al. (2018), Mixed precision training, section 3.2"


@makes("guard-operation")
def guard_operation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """What the operation receives stays where it is finite."""
    for site in map(case.site, wanted.finding.sites):
        script = case.script(site.source_line.rpartition(":")[0]) if site is not None else None
        if site is None or script is None:
            continue
        line = int(site.source_line.rpartition(":")[2])
        for patch in guarded(script, site.operation, line):
            yield wanted.draft(f"{site.operation} is kept away from where it is not finite.", [patch], source=GOLDBERG)


@makes("unmask-one")
def unmask_one(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A large negative number in the place of -inf: a row of nothing else becomes even, not NaN."""
    patches = [patch for script in case.scripts.values() for patch in unmasked(script)]
    if patches:
        text = "-1e9 in the place of -inf in the mask."
        yield wanted.draft(text, patches, source="Vaswani et al. (2017), section 3.2.3")


@makes("bfloat16")
def bfloat16(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """bfloat16 in the place of float16: the range of float32 in sixteen bits; else float32 itself."""
    for name in ("bfloat16", "float32"):
        patches = [patch for script in case.scripts.values() for patch in replaced_format(script, name)]
        if patches:
            text = f"{name} in the place of float16."
            yield wanted.draft(text, patches, source="Kalamkar et al. (2019)", variant=name)


@makes("rescale", "float32-weights")
def out_of_half(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Weights that a sixteen-bit step destroys are kept in float32."""
    for name in ("float32", "bfloat16"):
        patches = [patch for script in case.scripts.values() for patch in replaced_format(script, name)]
        if patches:
            yield wanted.draft(f"{name} in the place of float16.", patches, source=MIXED, variant=name)
    if any(parameter for parameter in case.run.parameters) and (patches := set_setting(case, "eps", 1e-4)):
        yield wanted.draft("Adam's epsilon at 1e-4, which float16 can hold.", patches, source=MIXED, variant="eps")


@makes("grad-scaler")
def grad_scaler(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The loss is multiplied before it goes back, and the gradients divided before the step."""
    present = wanted.finding.evidence.get("loss_scale")
    scale = (wanted.remedy.value or 65536.0) / (present if isinstance(present, float) and present > 0 else 1.0)
    if not any("autocast" in script.text for script in case.scripts.values()):
        return  # a GradScaler refuses gradients that are float16 themselves
    for turn in turns(case):
        build = next((item for item in case.builds if item.target == turn.optimizer), None)
        if build is None or turn.step is None or turn.scaler:
            continue
        try:
            patches = scaled(case, turn, build, min(scale, 2.0**40))
        except CannotPatch:
            continue
        text = f"A GradScaler that begins at {math.log2(scale):.0f} powers of two."
        yield wanted.draft(text, patches, source=MIXED)


def scaled(case: Case, turn: Turn, build: Build, scale: float) -> list[Patch]:
    """The scaler beside the optimizer, and in the loop."""
    patch = Patch(turn.script)
    owner = turn.optimizer.rpartition(".")[0]
    name = f"{owner}.scaler" if owner else "scaler"
    made = patch.spelled("torch.amp.GradScaler")
    device = case.run.info.device.partition(":")[0] or "cpu"
    patch.replace(turn.backward, f"{name}.scale({turn.loss}).backward()")
    assert turn.step is not None
    patch.replace(turn.step, f"{name}.step({turn.optimizer}); {name}.update()")
    beside = Patch(build.at.script)
    beside.after(build.at.call, [f'{name} = {made}("{device}", init_scale=2.0**{math.log2(scale):.0f})'])
    return [beside, patch]


@makes("accurate-activation")
def accurate_activation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Gainstage's own activation, right to the last bit."""
    patches: list[Patch] = []
    for site in map(case.site, wanted.finding.sites):
        if site is None or site.function not in MODULES:
            continue
        for found in distinct(applied(case, site)):
            patch = Patch(found.script)
            patch.require("gainstage.nn")
            made = found.name == f"torch.nn.{MODULES[site.function]}"
            name = MODULES[site.function] if made else f"functional.{site.function}"
            patch.replace(found.call.func, f"gainstage.nn.{name}")
            if made or not found.name.startswith("."):
                patches.append(patch)
    if patches:
        yield wanted.draft("gainstage.nn's in the place of torch's.", patches, source=GOLDBERG)
