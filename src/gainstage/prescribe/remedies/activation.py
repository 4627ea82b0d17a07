"""Another activation where the present one hurts: hidden layers only, module and function alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gainstage.diagnose.predict import swapped_db
from gainstage.diagnose.stage import Stage
from gainstage.functions import get
from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.remedies.start import drawn_afresh
from gainstage.prescribe.sites import applied, distinct, hidden, touched
from gainstage.prescribe.source.activations import MODULES, references, swap, swap_reference
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.wording import counted
from gainstage.theory.gaussian import moments

SOURCES = {
    "relu": "Glorot, Bordes and Bengio (2011); He et al. (2015), equation 10",
    "leaky_relu": "Maas, Hannun and Ng (2013)",
    "elu": "Clevert, Unterthiner and Hochreiter (2016)",
    "tanh": "LeCun, Bottou, Orr and Müller (1998), section 4.4",
    "gelu": "Hendrycks and Gimpel (2016)",
    "silu": "Ramachandran, Zoph and Le (2017)",
    "prelu": "He et al. (2015), section 2.1",
}
SETTINGS = {"leaky_relu": "0.1"}
DEAD_SIDE = {"leaky_relu": 0.1, "elu": math.exp(-1), "prelu": 0.25}  # derivative at -1, as they begin


@makes("swap-activation")
def swap_activation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """ReLU with He's start in the place of a squashing function, and others that pass the gradient."""
    stages = hidden(touched(case.view, wanted.finding)) or hidden(case.view.chain)
    for new in ("relu", "elu", "leaky_relu", "gelu", "silu"):
        patches = swapped(case, [stage for stage in stages if stage.function != new], new)
        if patches:
            whole = [stage for stage in case.view.stages if stage.site.weight]
            where = counted(len(stages), "stage")
            text = f"{MODULES[new]} in the place of {stages[0].function} in {where}, weights drawn to fit."
            value = swapped_db(stages, new) if wanted.remedy.unit == "dB" else None
            promise = "" if value is None else f"{MODULES[new]}, fitting gains: predicted gradient {value:+.0f} dB"
            yield wanted.draft(text, [*patches, *drawn_afresh(case, whole, new)], source=SOURCES[new],
                               predicted=promise, value=value, unit="dB", variant=MODULES[new])  # fmt: skip


@makes("leaky-activation")
def leaky(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """An activation with a slope on the dead side, in the place of ReLU."""
    stages = [stage for stage in hidden(case.view.stages) if stage.function == "relu"]
    for new, slope in DEAD_SIDE.items():
        patches = swapped(case, stages, new)
        if patches:
            yield wanted.draft(f"{MODULES[new]} in the place of ReLU.", patches, source=SOURCES[new],
                               predicted=f"at -1 the derivative is {slope:.2g} instead of 0", value=slope,
                               variant=MODULES[new])  # fmt: skip


@makes("centre-activation")
def centred(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """An activation with outputs around zero."""
    for new in ("tanh", "elu"):
        stages = [stage for stage in hidden(case.view.stages) if stage.function not in (new, "tanh")]
        patches = swapped(case, stages, new)
        if patches:
            mean = moments(get(new)).mean
            yield wanted.draft(f"{MODULES[new]} in hidden layers: outputs around zero.", patches, source=SOURCES[new],
                               predicted=f"mean output {mean:.2g} for a standard normal input", value=mean,
                               variant=MODULES[new])  # fmt: skip


def swapped(case: Case, stages: Sequence[Stage], new: str, arguments: str | None = None) -> list[Patch]:
    """``new`` at every call that makes or applies the activation of these stages; empty when none is found.

    ``arguments`` of the new one are the remedy's own unless they are given: "" leaves torch's defaults.
    """
    given = SETTINGS.get(new, "") if arguments is None else arguments
    patches: list[Patch] = []
    for function in dict.fromkeys(stage.function for stage in stages):
        sites = [stage.activation for stage in stages if stage.function == function and stage.activation is not None]
        for found in distinct(item for site in sites for item in applied(case, site)):
            patch = Patch(found.script)
            try:
                swap(patch, found.call, function, new, given)
            except CannotPatch:
                continue
            patches.append(patch)
        if not patches:
            patches += named(case, function, new)
    return patches


def named(case: Case, function: str, new: str) -> list[Patch]:
    """The activation is named in one place and applied in another: ``act=nn.Sigmoid``."""
    patches: list[Patch] = []
    for script in case.scripts.values():
        for node in references(script, function):
            patch = Patch(script)
            swap_reference(patch, node, new)
            patches.append(patch)
    return patches
