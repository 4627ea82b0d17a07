"""Small networks that really train, each written twice: with modules and with functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

import gainstage
from gainstage.diagnose.engine import Diagnosis, diagnose

STYLES = ("modules", "functions")
MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU, "none": nn.Identity,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu, "sigmoid": torch.sigmoid, "tanh": Tensor.tanh, "gelu": F.gelu, "none": lambda x: x,
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A training on the handwritten digits; ``prepare`` changes the network before it starts."""

    activation: str = "relu"
    depth: int = 3
    width: int = 32
    optimizer: str = "SGD"
    rate: float = 0.1
    steps: int = 60
    batch: int = 256
    normalise: bool = False
    prepare: Callable[[nn.Module], None] = lambda model: None
    inputs: Callable[[Tensor], Tensor] = lambda x: x
    parameters: Callable[[nn.Module], Any] = lambda model: model.parameters()
    cut_after: int = -1  # a detach behind this layer
    bad_step: int = -1  # a batch with outlying values
    settings: dict[str, Any] = field(default_factory=dict)


class Functional(nn.Module):
    """The same network as ``modular`` with functions between the layers."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.layers, self.norms = nn.ModuleList(_layers(recipe)), nn.ModuleList(_norms(recipe))
        self.recipe = recipe

    def forward(self, x: Tensor) -> Tensor:
        for position, layer in enumerate(self.layers[:-1]):
            x = layer(x)
            x = self.norms[position](x) if self.recipe.normalise else x
            x = FUNCTIONS[self.recipe.activation](x)
            x = x.detach() if position == self.recipe.cut_after else x
        return self.layers[-1](x)


class Cut(nn.Module):
    """A forgotten detach."""

    def forward(self, x: Tensor) -> Tensor:
        return x.detach()


def modular(recipe: Recipe) -> nn.Module:
    """The network as a chain of modules."""
    parts: list[nn.Module] = []
    layers, norms = _layers(recipe), _norms(recipe)
    for position, layer in enumerate(layers[:-1]):
        parts.append(layer)
        parts += [norms[position]] if recipe.normalise else []
        parts += [MODULES[recipe.activation]()] + ([Cut()] if position == recipe.cut_after else [])
    return nn.Sequential(*parts, layers[-1])


def _layers(recipe: Recipe) -> list[nn.Module]:
    widths = [64] + [recipe.width] * (recipe.depth - 1) + [10]
    return [nn.Linear(a, b) for a, b in pairwise(widths)]


def _norms(recipe: Recipe) -> list[nn.Module]:
    return [nn.BatchNorm1d(recipe.width) for _ in range(recipe.depth - 1)] if recipe.normalise else []


@lru_cache(maxsize=1)
def digits() -> tuple[Tensor, Tensor]:
    """1,797 scanned digits, standardised as a whole, in random order."""
    images, labels = load_digits(return_X_y=True)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    x = torch.tensor(images, dtype=torch.float32)[order]
    return (x - x.mean()) / x.std(), torch.tensor(labels)[order]


def train(recipe: Recipe, style: str, *, seed: int = 0, **rules: Any) -> Diagnosis:
    """Train as told, watching every step, and diagnose."""
    torch.manual_seed(seed)
    model = modular(recipe) if style == "modules" else Functional(recipe)
    recipe.prepare(model)
    x, y = digits()
    x = recipe.inputs(x)
    optimizer = getattr(torch.optim, recipe.optimizer)(recipe.parameters(model), lr=recipe.rate, **recipe.settings)
    with gainstage.watch(every=1) as watching:
        for step in range(recipe.steps):
            rows = torch.arange(step * recipe.batch, (step + 1) * recipe.batch) % len(y)
            batch = x[rows] * (300.0 if step == recipe.bad_step else 1.0)
            optimizer.zero_grad()
            F.cross_entropy(model(batch), y[rows]).backward()
            optimizer.step()
    return diagnose(watching.run, **rules)


def linear_layers(model: nn.Module) -> list[nn.Linear]:
    """The network's linear layers in order, in either style."""
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def draw(gain: float) -> Callable[[nn.Module], None]:
    """Weights drawn with std gain / sqrt(fan-in), biases zero."""

    def prepare(model: nn.Module) -> None:
        for layer in linear_layers(model):
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)

    return prepare


def fill(weight: float) -> Callable[[nn.Module], None]:
    """Every weight the same."""

    def prepare(model: nn.Module) -> None:
        for layer in linear_layers(model):
            nn.init.constant_(layer.weight, weight)

    return prepare


def bias(value: float) -> Callable[[nn.Module], None]:
    """The hidden layers' biases all the same."""

    def prepare(model: nn.Module) -> None:
        for layer in linear_layers(model)[:-1]:
            nn.init.constant_(layer.bias, value)

    return prepare
