"""The networks that are hard to start: plain chains, a ResNet without normalisation, a post-norm transformer."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

Activation = Callable[[], nn.Module]


def chain(depth: int, width: int, entering: int, classes: int, activation: Activation) -> nn.Sequential:
    """``depth`` hidden layers of ``width`` units, each followed by the activation, and a linear output layer."""
    sizes = [entering, *[width] * depth]
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), activation()]
    return nn.Sequential(*layers, nn.Linear(width, classes))


class Block(nn.Module):
    """Two 3 x 3 convolutions and a shortcut, the activation after the sum (He et al. 2016), nothing normalised.

    ``shortcut`` is the share of the variance that goes past the branch when the sum is weighted so that variances
    are kept (Martens et al. 2021); None: the plain sum.
    """

    def __init__(
        self, entering: int, leaving: int, stride: int, activation: Activation, shortcut: float | None
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(entering, leaving, 3, stride, 1)
        self.between = activation()
        self.second = nn.Conv2d(leaving, leaving, 3, 1, 1)
        self.past = nn.Identity() if entering == leaving else nn.Conv2d(entering, leaving, 1, stride)
        self.after = activation()
        self.weights = None if shortcut is None else (math.sqrt(1 - shortcut), math.sqrt(shortcut))

    def forward(self, x: Tensor) -> Tensor:
        branch, past = self.second(self.between(self.first(x))), self.past(x)
        if self.weights is not None:
            branch, past = branch * self.weights[0], past * self.weights[1]
        return self.after(branch + past)


def resnet(
    width: int, entering: int, classes: int, activation: Activation, shortcut: float | None = None
) -> nn.Sequential:
    """ResNet-20 for small images: three levels of three blocks, ``width`` channels in the first, no BatchNorm."""
    layers: list[nn.Module] = [nn.Conv2d(entering, width, 3, 1, 1), activation()]
    channels = width
    for level in range(3):
        for place in range(3):
            leaving, stride = width * 2**level, 2 if level and not place else 1
            layers.append(Block(channels, leaving, stride, activation, shortcut))
            channels = leaving
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


class Attention(nn.Module):
    """Causal self-attention, written out: a fused kernel has no second derivative, which GradInit needs."""

    def __init__(self, width: int, heads: int, length: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        self.register_buffer("later", torch.full((length, length), -math.inf).triu(1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (layer(x).unflatten(-1, (self.heads, -1)).transpose(-3, -2) for layer in self.maps())
        weights = torch.softmax(query @ key.transpose(-2, -1) * self.scale + self.later, -1)
        return self.out((weights @ value).transpose(-3, -2).flatten(-2))

    def maps(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        """What makes queries, keys and values."""
        return self.query, self.key, self.value


class PostNormLayer(nn.Module):
    """Normalised after each sum (Vaswani et al. 2017), which needs a warm-up or a good start (Xiong et al. 2020)."""

    def __init__(self, width: int, heads: int, length: int, activation: Activation) -> None:
        super().__init__()
        self.attention = Attention(width, heads, length)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.narrow(self.activation(self.widen(x))))


class Transformer(nn.Module):
    """Ids of shape (batch, length) in, logits of shape (batch, words, length) out."""

    def __init__(self, layers: int, width: int, heads: int, words: int, length: int, activation: Activation) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
        self.layers = nn.Sequential(*(PostNormLayer(width, heads, length, activation) for _ in range(layers)))
        self.head = nn.Linear(width, words)
        self.register_buffer("positions", torch.arange(length), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids) + self.places(self.positions)
        return self.head(self.layers(x)).transpose(-2, -1)
