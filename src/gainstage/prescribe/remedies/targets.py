"""Targets: their scale, their shape, their shares."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.diagnose.outlet import BINARY_LOSSES, Outlet
from gainstage.prescribe.anchors import expression_of, turns
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.outputs import makers, outlet_of, passed
from gainstage.prescribe.remedies.start import inserted
from gainstage.prescribe.source.expressions import is_cheap
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import argument
from gainstage.prescribe.wording import short

STANDARDISE = "Bishop (1995), Neural Networks for Pattern Recognition, section 8.2"
PRIOR = "Lin et al. (2017), Focal loss, section 3.3: the output's bias from the classes' shares"
SQUARED = ("mse_loss", "residual")


@makes("standardise-targets")
def standardise_targets(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The output gets the targets' scale, what goes back that of standardised ones; what is printed keeps its units."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is None:
        return
    mean, spread = outlet.typical("target_mean"), outlet.typical("target_std")
    if not spread > 0 or not math.isfinite(mean):
        return
    patches = stretched(case, outlet, spread, mean)
    if patches:
        power = spread**2 if outlet.loss.operation in SQUARED else spread
        text = f"The last layer's output times {short(spread)} plus {short(mean)}: the targets' own scale."
        yield wanted.draft(text, [*patches, *divided(case, power)], source=STANDARDISE)


@makes("scale-targets")
def scale_targets(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The output's range is stretched over the targets', or targets of a binary loss moved to 0...1."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is None:
        return
    low, high = outlet.least("target_min"), outlet.most("target_max")
    if not high > low:
        return
    if outlet.loss.operation in BINARY_LOSSES:
        pair = passed(case, outlet.loss)
        if pair is not None:
            patch = Patch(pair.at.script)
            code = pair.at.script.code(pair.target)
            patch.replace(pair.target, f"({code} - {exact(low)}) / {exact(high - low)}")
            yield wanted.draft(f"Targets from {short(low)}...{short(high)} to 0...1.", [patch], source=STANDARDISE)
        return
    least, most = outlet.range
    if not math.isfinite(most - least):
        return
    factor = (high - low) / (most - least)
    if patches := stretched(case, outlet, factor, low - least * factor):
        power = factor**2 if outlet.loss.operation in SQUARED else factor
        text = f"The output stretched from {short(least)}...{short(most)} to {short(low)}...{short(high)}."
        yield wanted.draft(text, [*patches, *divided(case, power)], source=STANDARDISE)


def exact(value: float) -> str:
    """Enough digits for data."""
    return f"{value:.6g}"


def stretched(case: Case, outlet: Outlet, factor: float, shift: float) -> list[Patch]:
    """A hook on the last module: its output times ``factor`` plus ``shift``."""
    site = outlet.producer
    if outlet.stage is None or site is None:
        return []
    try:
        build, module = module_of(case, outlet, site.module)
    except CannotPatch:
        return []
    hook = f"lambda module, inputs, output: output * {exact(factor)} + {exact(shift)}"
    return inserted(case, [build], [f"{module}.register_forward_hook({hook})"])


def module_of(case: Case, outlet: Outlet, path: str) -> tuple[Build | None, str]:
    """The expression of the module whose output is the prediction: the activation's where it is one, else the layer's.

    Raises:
        CannotPatch: when no expression leads to it.
    """
    assert outlet.stage is not None
    parameter = case.parameter(outlet.stage.site.weight)
    if parameter is None:
        raise CannotPatch("the last layer has no name")
    build, expression = expression_of(case, parameter)
    layer, dot, _ = expression.rpartition(".")
    if not dot:
        raise CannotPatch("the last layer is no module")
    if outlet.producer is outlet.stage.site:
        return build, layer
    sibling = parameter.name.rpartition(".")[0]
    if sibling.isdigit() and path.isdigit():  # both in one Sequential
        return build, f"{layer[: layer.rindex('[')]}[{path}]"
    root = case.builds[0].models[0] if case.builds and len(case.builds[0].models) == 1 else ""
    if not root:
        raise CannotPatch("no expression for the network")
    return build, root


def divided(case: Case, by: float) -> list[Patch]:
    """Only what goes back is divided; the loss that the script prints stays what it was."""
    found = turns(case)
    if len(found) != 1:
        return []
    patch = Patch(found[0].script)
    inner = getattr(found[0].backward.func, "value", None)
    if inner is not None and not found[0].scaler:
        patch.replace(inner, f"({found[0].loss} / {short(by)})")
    return [patch]


@makes("output-bias-at-mean")
def output_bias(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The network begins by predicting the mean."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is not None and wanted.remedy.value is not None:
        patches = biased(case, outlet, "{torch}.nn.init.constant_({bias}, " + exact(wanted.remedy.value) + ")")
        if patches:
            yield wanted.draft(f"The last bias at the targets' mean, {short(wanted.remedy.value)}.", patches,
                               source=PRIOR)  # fmt: skip


def biased(case: Case, outlet: Outlet, line: str) -> list[Patch]:
    """``line`` about the bias of the last layer, in front of the optimizer."""
    parameter = case.parameter(outlet.stage.site.bias) if outlet.stage is not None else None
    if parameter is None:
        return []
    try:
        build, expression = expression_of(case, parameter)
    except CannotPatch:
        return []
    script = build.at.script if build is not None else next(iter(case.scripts.values()))
    return inserted(case, [build], [line.format(torch=Patch(script).spelled("torch"), bias=expression)])


@makes("match-shapes")
def match_shapes(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """One side takes the shape of the other; both hold one number for each example."""
    outlet = outlet_of(case, wanted.finding)
    pair = passed(case, outlet.loss) if outlet is not None else None
    if pair is None:
        return
    for changed, kept in ((pair.output, pair.target), (pair.target, pair.output)):
        if is_cheap(kept):
            script = pair.at.script
            patch = Patch(script)
            code = script.code(changed)
            whole = code if is_cheap(changed) or code.endswith(")") else f"({code})"
            patch.replace(changed, f"{whole}.reshape({script.code(kept)}.shape)")
            text = f"{code} takes the shape of {script.code(kept)}: one prediction meets one target."
            yield wanted.draft(text, [patch], source="torch's documentation, 'Broadcasting semantics'")
            return


@makes("weight-classes")
def weight_classes(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The rare class counts for as much as the frequent one; or the network begins at the shares as they are."""
    outlet, counts = outlet_of(case, wanted.finding), wanted.finding.evidence.get("counts")
    if outlet is None or not isinstance(counts, list) or not all(count > 0 for count in counts):
        return
    for power in (1.0, 0.5):
        if patches := weighted(case, outlet, counts, power):
            text = f"Classes weighted by one over {'' if power == 1 else 'the square root of '}their share."
            yield wanted.draft(text, patches, source="King and Zeng (2001); torch.nn.CrossEntropyLoss's documentation",
                               variant="1/share" if power == 1 else "1/root")  # fmt: skip
    values = [math.log(count / sum(counts)) for count in counts]
    if outlet.loss.operation in BINARY_LOSSES and len(counts) == 2:
        values = [values[1] - values[0]]
    given = f"{{torch}}.tensor([{', '.join(map(short, values))}])"
    lines = f"with {{torch}}.no_grad(): {{bias}}.copy_({given})"
    if len(values) == case_width(outlet) and (patches := biased(case, outlet, lines)):
        yield wanted.draft("The last bias at the logarithm of the classes' shares.", patches, source=PRIOR,
                           variant="bias")  # fmt: skip


def case_width(outlet: Outlet) -> int:
    """Units of the last layer."""
    return outlet.stage.site.units or outlet.stage.site.fan_out if outlet.stage is not None else 0


def weighted(case: Case, outlet: Outlet, counts: list[float], power: float) -> list[Patch]:
    """The loss's own argument for weights."""
    binary = outlet.loss.operation == "binary_cross_entropy_with_logits"
    if not binary and outlet.loss.operation not in ("cross_entropy", "nll_loss"):
        return []
    weights = [(sum(counts) / len(counts) / count) ** power for count in counts]
    weights = [weights[1] / weights[0]] if binary and len(counts) == 2 else weights
    patches: list[Patch] = []
    for found in makers(case, outlet.loss):
        patch = Patch(found.script)
        keyword = "pos_weight" if binary else "weight"
        tensor = f"{patch.spelled('torch.tensor')}([{', '.join(map(short, weights))}])"
        present = argument(found.call, keyword)
        if present is not None:
            patch.replace(present.value, tensor)
        else:
            patch.add_argument(found.call, f"{keyword}={tensor}")
        patches.append(patch)
    return patches
