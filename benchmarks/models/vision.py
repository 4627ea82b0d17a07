"""Every classification family of torchvision, and the smallest model of every family of timm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from case import Case, classification, images
from torch import Tensor, nn

# One of each family, with the smallest image that it takes in training mode.
TORCHVISION = {
    "alexnet": 64, "convnext_tiny": 64, "densenet121": 64, "efficientnet_b0": 64, "efficientnet_v2_s": 64,
    "googlenet": 64, "inception_v3": 299, "maxvit_t": 224, "mnasnet0_5": 64, "mobilenet_v2": 64,
    "mobilenet_v3_small": 64, "regnet_y_400mf": 64, "resnet18": 64, "resnext50_32x4d": 64, "shufflenet_v2_x0_5": 64,
    "squeezenet1_0": 64, "swin_t": 64, "swin_v2_t": 64, "vgg11": 64, "vgg11_bn": 64, "vit_b_32": 224,
    "wide_resnet50_2": 64,
}  # fmt: skip
CLASSES = 10
# The CPU build of torch lacks the operators that torchvision's wheel brings for detection; their names are enough here.
OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
SMALL = (
    "atto",
    "femto",
    "pico",
    "nano",
    "micro",
    "xxs",
    "xx_small",
    "xs",
    "tiny",
    "_xx",
    "small",
    "_s",
    "_t",
    "18",
    "0",
    "b0",
)
MOST_PARAMETERS = 40_000_000
SHRUNK = {"depth": 4, "embed_dim": 192, "num_heads": 3}
LIBRARY: list[torch.library.Library] = []


def import_torchvision() -> Any:
    """torchvision, also beside a torch that its binary was not built for."""
    try:
        import torchvision
    except RuntimeError:
        LIBRARY.append(torch.library.Library("torchvision", "FRAGMENT"))
        for name in OPERATORS:
            LIBRARY[0].define(name + SIGNATURE)
        import torchvision
    return torchvision


def torchvision_cases() -> Iterator[Case]:
    """One of each family."""
    models = import_torchvision().models
    for name, size in TORCHVISION.items():

        def build(name: str = name, size: int = size) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
            extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
            model = models.get_model(name, weights=None, num_classes=CLASSES, **extra)
            main = classification(8, CLASSES)
            helped = name in ("googlenet", "inception_v3")  # auxiliary heads, weighted as in the papers
            loss = (
                (lambda output: sum((0.3 if n else 1.0) * main(one) for n, one in enumerate(output)))
                if helped
                else main
            )
            return model, images(size), loss

        yield Case("torchvision", name, build)


def timm_cases() -> Iterator[Case]:
    """The model of each of timm's modules whose name promises to be the smallest."""
    import_torchvision()
    import timm

    for module in sorted(timm.list_modules()):
        names = timm.list_models(module=module)
        if not names:
            continue
        name = min(names, key=lambda name: (next((i for i, part in enumerate(SMALL) if part in name), 99), len(name)))

        def build(name: str = name) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
            model = timm.create_model(name, pretrained=False, num_classes=CLASSES, **fitting(timm, name))
            channels, side, _ = model.default_cfg["input_size"]
            return model, images(min(side, 256), 4, channels), classification(4, CLASSES)

        yield Case("timm", f"{module}: {name}", build)


def fitting(timm: Any, name: str) -> dict[str, int]:
    """What makes a family's smallest model small enough: nothing, or fewer and narrower layers, where it takes that."""
    for settings in ({}, SHRUNK):
        with torch.device("meta"):
            size = sum(parameter.numel() for parameter in timm.create_model(name, **settings).parameters())
        if size <= MOST_PARAMETERS:
            return settings
    raise ValueError(f"{name} has {size:,} parameters, too many for this benchmark")
