"""The rows of the benchmark: a network with its activation, its data, its optimizer and its learning rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from networks import Activation, Transformer, chain, resnet
from sources import Source, digits, manual, mnist
from torch import nn

DEPTHS = (10, 20, 50, 100)
ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
}
SHALLOW_RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
DEEP_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
ADAM_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
WIDTH = 64
LENGTH = 16
LAYERS = 8
SHORTCUT = 0.6  # of DKS' own test of a ResNet


@dataclass(frozen=True, slots=True)
class Task:
    """One row. ``build(activation, shortcut)`` makes the network with torch's default initialisation."""

    family: str
    depth: int
    activation: str
    build: Callable[[Activation, float | None], nn.Module]
    load: Callable[[], Source]
    steps: int = 150
    batch: int = 32
    rates: tuple[float, ...] = SHALLOW_RATES
    adam: bool = False

    @property
    def name(self) -> str:
        """How the row is called on the command line and in the results, such as "chain-50-silu"."""
        return f"{self.family}-{self.depth}-{self.activation}"


def _chain(depth: int, name: str) -> Task:
    def build(activation: Activation, shortcut: float | None) -> nn.Module:
        return chain(depth, WIDTH, 196, 10, activation)

    rates = SHALLOW_RATES if depth <= 20 else DEEP_RATES
    return Task("chain", depth, name, build, mnist, steps=150 if depth < 100 else 100, rates=rates)


def _resnet(name: str) -> Task:
    def build(activation: Activation, shortcut: float | None) -> nn.Module:
        return resnet(8, 1, 10, activation, shortcut)

    return Task("resnet", 20, name, build, digits)


def _transformer(name: str) -> Task:
    def build(activation: Activation, shortcut: float | None) -> nn.Module:
        return Transformer(LAYERS, 32, 4, manual(LENGTH).classes, LENGTH, activation)

    return Task("postnorm", LAYERS, name, build, lambda: manual(LENGTH), 200, 16, ADAM_RATES, adam=True)


TASKS = {
    task.name: task
    for task in (
        *(_chain(depth, name) for depth in DEPTHS for name in ACTIVATIONS),
        *(_resnet(name) for name in ("tanh", "relu", "gelu", "silu")),
        *(_transformer(name) for name in ("relu", "gelu")),
    )
}
