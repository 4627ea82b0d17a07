"""Networks of every shape that the initialisers have to read, small enough to run in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Make = Callable[[], tuple[nn.Module, Tensor]]


def seeded(number: int = 0) -> torch.Generator:
    """A generator of its own."""
    return torch.Generator().manual_seed(number)


def data(*shape: int) -> Tensor:
    """Off-centre noise, the same every time."""
    return 0.5 + 2 * torch.randn(*shape, generator=seeded(7))


def chain(depth: int, activation: Callable[[], nn.Module], width: int = 64, entering: int = 20) -> nn.Sequential:
    """``depth`` hidden layers, a linear output."""
    layers: list[nn.Module] = [nn.Linear(entering, width), activation()]
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), activation()]
    return nn.Sequential(*layers, nn.Linear(width, 3))


class Functional(nn.Module):
    """A chain without a single layer module: products with parameters, activations in place."""

    def __init__(self, depth: int = 9, width: int = 32) -> None:
        super().__init__()
        sizes = [20, *[width] * depth]
        pairs = pairwise(sizes)
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(i, o) * 0.1) for i, o in pairs])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(width)) for _ in range(depth)])
        self.last = nn.Parameter(torch.randn(3, width))

    def forward(self, x: Tensor) -> Tensor:
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = torch.relu_(x @ weight + bias)
        return x @ self.last.T


class Shared(nn.Module):
    """One layer used six times."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.again, self.last = nn.Linear(20, 32), nn.Linear(32, 32), nn.Linear(32, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(self.first(x))
        for _ in range(6):
            x = torch.tanh(self.again(x))
        return self.last(x)


class Block(nn.Module):
    """A residual block, normalised or not."""

    def __init__(self, channels: int, norm: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels) if norm else nn.Identity() for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norms[0](self.first(x)))
        return F.relu(x + self.norms[1](self.second(y)))


def resnet(norm: bool, blocks: int = 4) -> nn.Sequential:
    """A stem, residual blocks, pooling, a linear output."""
    stem = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True)]
    body = [Block(8, norm) for _ in range(blocks)]
    return nn.Sequential(*stem, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))


class UNet(nn.Module):
    """Down, up by a transposed convolution, and the skip by concatenation."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, 2, 1)
        self.c, self.d, self.o = nn.ConvTranspose2d(16, 8, 2, 2), nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = F.silu(self.a(x))
        c = F.silu(self.c(F.silu(self.b(a))))
        return self.o(F.silu(self.d(torch.cat([a, c], 1))))


class Language(nn.Module):
    """A transformer; ``tied``: the output layer is the table of embeddings."""

    def __init__(self, norm_first: bool, tied: bool = False) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(32, 4, 64, norm_first=norm_first, batch_first=True, dropout=0.1)
        self.words, self.head = nn.Embedding(50, 32), nn.Linear(32, 50)
        self.layers = nn.TransformerEncoder(layer, 3, nn.LayerNorm(32), enable_nested_tensor=False)
        if tied:
            self.head.weight = self.words.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.layers(self.words(ids)))


class Recurrent(nn.Module):
    """Embedding, two layers of LSTM, a linear output of the last moment."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.lstm, self.head = nn.Embedding(50, 16), nn.LSTM(16, 32, 2, batch_first=True), nn.Linear(32, 5)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.lstm(self.words(ids))[0][:, -1])


def ids() -> Tensor:
    """Words as numbers."""
    return torch.randint(0, 50, (32, 12), generator=seeded(3))


ZOO: dict[str, Make] = {
    "relu-50": lambda: (chain(50, lambda: nn.ReLU(inplace=True)), data(128, 20)),
    "silu-50": lambda: (chain(50, nn.SiLU), data(128, 20)),
    "tanh-50": lambda: (chain(50, nn.Tanh), data(128, 20)),
    "sigmoid-50": lambda: (chain(50, nn.Sigmoid), data(128, 20)),
    "odd-width": lambda: (chain(10, nn.GELU, width=33), data(128, 20)),
    "functional": lambda: (Functional(), data(128, 20)),
    "shared": lambda: (Shared(), data(128, 20)),
    "resnet": lambda: (resnet(norm=False), data(16, 3, 8, 8)),
    "resnet-batchnorm": lambda: (resnet(norm=True), data(16, 3, 8, 8)),
    "u-net": lambda: (UNet(), data(8, 3, 8, 8)),
    "pre-norm": lambda: (Language(norm_first=True), ids()),
    "post-norm": lambda: (Language(norm_first=False), ids()),
    "tied": lambda: (Language(norm_first=True, tied=True), ids()),
    "lstm": lambda: (Recurrent(), ids()),
}


def state(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters and buffers."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def same(model: nn.Module, before: dict[str, Tensor]) -> bool:
    """Is the model what it was, bit for bit?"""
    after = model.state_dict()
    return set(after) == set(before) and all(
        torch.equal(after[name].view(torch.uint8), value.view(torch.uint8))
        if value.dim()
        else torch.equal(after[name], value)
        for name, value in before.items()
    )
