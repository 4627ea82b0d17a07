"""Normalisation, and an activation, put beside layers: in a Sequential's list, or around the layer's construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gainstage.diagnose.stage import Stage
from gainstage.prescribe.case import Case, Found
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.sites import distinct, touched
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import argument
from gainstage.prescribe.wording import counted

BATCH = "Ioffe and Szegedy (2015)"
LAYER = "Ba, Kiros and Hinton (2016)"
_WIDTH = {"Linear": ("out_features", 1), "Conv1d": ("out_channels", 1), "Conv2d": ("out_channels", 1),
          "Conv3d": ("out_channels", 1), "Embedding": ("embedding_dim", 1)}  # fmt: skip
_ENTRY = {"Linear": ("in_features", 0), "Conv1d": ("in_channels", 0), "Conv2d": ("in_channels", 0),
          "Conv3d": ("in_channels", 0)}  # fmt: skip
_BATCH_NORMS = {"Linear": "BatchNorm1d", "Conv1d": "BatchNorm1d", "Conv2d": "BatchNorm2d", "Conv3d": "BatchNorm3d"}


@makes("add-normalisation")
def add_normalisation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A normalisation behind the layers of the finding: over the batch, or over each example's features."""
    stages = [stage for stage in touched(case.view, wanted.finding) if not stage.is_output and not stage.normalised]
    layers = [(stage, found) for stage in stages for found in constructed(case, stage)]
    for kind, source in (("batch", BATCH), ("layer", LAYER)):
        patches = [patch for stage, found in _once(layers) if (patch := normalised(case, stage, found, kind))]
        if patches:
            text = f"A {kind} normalisation behind {counted(len(patches), 'layer')}."
            yield wanted.draft(text, patches, source=source, variant=kind)


@makes("normalise-features")
def normalise_features(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The normalisation that leaves nothing of the signal goes."""
    patches: list[Patch] = []
    for site in map(case.site, wanted.finding.sites):
        if site is None or site.kind != "normalisation":
            continue
        for found in distinct(case.constructions(site)):
            patch = Patch(found.script)
            patch.replace(found.call, f"{patch.spelled('torch.nn.Identity')}()")
            patches.append(patch)
    if patches:
        yield wanted.draft("No normalisation where it leaves nothing of the signal.", patches, source=LAYER)


@makes("add-activation")
def add_activation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """ReLU behind every layer that has none and is not the output."""
    stages = [stage for stage in touched(case.view, wanted.finding) if not stage.is_output and stage.activation is None]
    stages = stages or [stage for stage in case.view.chain[:-1] if stage.activation is None]
    for new in ("ReLU", "Tanh"):
        patches: list[Patch] = []
        for found in distinct(item for stage in stages for item in constructed(case, stage)):
            patch = Patch(found.script)
            code = found.script.code(found.call)
            sequential = patch.spelled("torch.nn.Sequential")
            patch.replace(found.call, f"{sequential}({code}, {patch.spelled(f'torch.nn.{new}')}())")
            patches.append(patch)
        if patches:
            text = f"{new} behind {counted(len(patches), 'layer')}."
            yield wanted.draft(text, patches, source="Cybenko (1989); Hornik (1991)", variant=new)


def constructed(case: Case, stage: Stage) -> list[Found]:
    """The calls that made the stage's layer."""
    return [found for found in case.constructions(stage.site) if found.name.rpartition(".")[2] in _WIDTH]


def _once(layers: Sequence[tuple[Stage, Found]]) -> list[tuple[Stage, Found]]:
    return list({id(found.call): (stage, found) for stage, found in layers}.values())


def normalised(case: Case, stage: Stage, found: Found, kind: str) -> Patch | None:
    """The layer's construction with a normalisation behind it."""
    layer = found.name.rpartition(".")[2]
    width = argument(found.call, *_WIDTH[layer])
    if width is None or (kind == "batch" and (layer not in _BATCH_NORMS or sequences(case, stage))):
        return None
    if kind == "layer" and layer.startswith("Conv"):
        norm, arguments = "GroupNorm", f"1, {found.script.code(width.value)}"
    else:
        norm = "LayerNorm" if kind == "layer" else _BATCH_NORMS[layer]
        arguments = found.script.code(width.value)
    patch = Patch(found.script)
    behind = f"{patch.spelled(f'torch.nn.{norm}')}({arguments})"
    patch.replace(found.call, f"{patch.spelled('torch.nn.Sequential')}({found.script.code(found.call)}, {behind})")
    return patch


def sequences(case: Case, stage: Stage) -> bool:
    """Whether a linear layer sees several rows of one example, over which BatchNorm1d would read wrong."""
    if stage.site.operation != "linear":
        return False
    rows, examples = case.run.signal(stage.site.index, "rows"), case.run.step("examples")
    return bool(rows.size and rows[0] > examples[0] > 0)


def normalised_first(case: Case) -> list[Patch]:
    """A batch normalisation without weights in front of the layers that the data enters."""
    entries = {site.index for site in case.view.inputs}
    patches: list[Patch] = []
    stages = [stage for stage in case.view.stages if set(stage.site.sources) & entries]
    for found in distinct(item for stage in stages for item in constructed(case, stage)):
        layer = found.name.rpartition(".")[2]
        width = argument(found.call, *_ENTRY[layer]) if layer in _ENTRY else None
        if width is None or any(sequences(case, stage) for stage in stages):
            continue
        patch = Patch(found.script)
        norm = f"{patch.spelled(f'torch.nn.{_BATCH_NORMS[layer]}')}({found.script.code(width.value)}, affine=False)"
        patch.replace(found.call, f"{patch.spelled('torch.nn.Sequential')}({norm}, {found.script.code(found.call)})")
        patches.append(patch)
    return patches
