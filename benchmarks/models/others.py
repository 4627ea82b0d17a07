"""What no library has as one model: recurrent networks, a U-Net, a GAN, a VAE, a diffusion step, Q-learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from case import Case, images
from torch import Tensor, nn
from torch.nn import functional as F


class Recurrent(nn.Module):
    """torch's own recurrent layers behind an embedding."""

    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.words, self.layers, self.head = nn.Embedding(50, 32), kind(32, 48, 2, batch_first=True), nn.Linear(48, 50)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.layers(self.words(ids))[0])


class UNet(nn.Module):
    """Two levels down and up with skips by concatenation (Ronneberger et al. 2015)."""

    def __init__(self, entering: int = 1, leaving: int = 1, conditioned: bool = False) -> None:
        super().__init__()
        self.down = nn.ModuleList([self.double(entering, 16), self.double(16, 32)])
        self.middle = self.double(32, 64)
        self.rise = nn.ModuleList([nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)])
        self.up = nn.ModuleList([self.double(64, 32), self.double(32, 16)])
        self.out = nn.Conv2d(16, leaving, 1)
        self.time = nn.Sequential(nn.Linear(1, 64), nn.SiLU(), nn.Linear(64, 64)) if conditioned else None

    @staticmethod
    def double(a: int, b: int) -> nn.Sequential:
        """Convolution, group norm and SiLU, twice."""
        layers = ([nn.Conv2d(n, b, 3, padding=1), nn.GroupNorm(4, b), nn.SiLU()] for n in (a, b))
        return nn.Sequential(*(layer for group in layers for layer in group))

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        skips = []
        for level in self.down:
            skips.append(x := level(x))
            x = F.max_pool2d(x, 2)
        x = self.middle(x)
        if self.time is not None and time is not None:
            x = x + self.time(time[:, None])[:, :, None, None]
        for rise, level in zip(self.rise, self.up, strict=True):
            x = level(torch.cat([rise(x), skips.pop()], 1))
        return self.out(x)


class Adversaries(nn.Module):
    """A generator and a discriminator (as DCGAN, Radford et al. 2016), in one pass: the generator's loss."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Sequential(
            nn.ConvTranspose2d(16, 32, 4), nn.BatchNorm2d(32), nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip
        self.discriminator = nn.Sequential(
            nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(16, 32, 4, 2, 1), nn.BatchNorm2d(32),
            nn.LeakyReLU(0.2), nn.Conv2d(32, 1, 4),
        )  # fmt: skip

    def forward(self, noise: Tensor) -> Tensor:
        return self.discriminator(self.generator(noise))


class Variational(nn.Module):
    """A variational autoencoder (Kingma and Welling 2014)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Linear(64, 128), nn.Linear(8, 128)
        self.mean, self.log_variance, self.out = nn.Linear(128, 8), nn.Linear(128, 8), nn.Linear(128, 64)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = torch.relu(self.encoder(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return self.out(torch.relu(self.decoder(code))), mean, log_variance


def evidence(x: Tensor) -> Callable[[Any], Tensor]:
    """The negative lower bound."""

    def loss(output: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        made, mean, log_variance = output
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()
        return F.binary_cross_entropy_with_logits(made, x, reduction="sum") / len(x) + divergence

    return loss


class Values(nn.Module):
    """A Q-network and its target, which stands still (Mnih et al. 2015): the temporal difference."""

    def __init__(self) -> None:
        super().__init__()
        self.online, self.target = (
            nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4)) for _ in range(2)
        )
        self.target.requires_grad_(False).load_state_dict(self.online.state_dict())

    def forward(self, now: Tensor, then: Tensor, reward: Tensor) -> tuple[Tensor, Tensor]:
        return self.online(now)[:, 0], reward + 0.99 * self.target(then).max(1).values


def cases() -> Iterator[Case]:
    """One of each."""
    for kind in (nn.RNN, nn.LSTM, nn.GRU):
        yield Case("torch", kind.__name__, lambda kind=kind: recurrent(kind))
    yield Case("by hand", "U-Net", lambda: denoising(UNet(), False))
    yield Case("by hand", "diffusion step", lambda: denoising(UNet(conditioned=True), True))
    yield Case("by hand", "GAN", adversarial)
    yield Case("by hand", "VAE", variational)
    yield Case("by hand", "DQN", q_learning)


def recurrent(kind: type[nn.RNNBase]) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """The next of fifty words."""
    ids = torch.randint(50, (16, 20))
    return Recurrent(kind), ids, lambda out: F.cross_entropy(out.flatten(0, 1), ids.roll(-1, 1).flatten())


def denoising(model: nn.Module, timed: bool) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """The noise that was added to an image, at a time between 0 and 1 (Ho et al. 2020)."""
    noise, times = images(16, 16, 1), torch.rand(16)
    share = times[:, None, None, None]
    noisy = (1 - share).sqrt() * images(16, 16, 1) + share.sqrt() * noise
    return model, (noisy, times) if timed else noisy, lambda out: F.mse_loss(out, noise)


def adversarial() -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """The generator's step: what it makes shall pass for real."""
    return (
        Adversaries(),
        torch.randn(16, 16, 1, 1),
        lambda out: F.binary_cross_entropy_with_logits(out.flatten(), torch.ones(16)),
    )


def variational() -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """Random pictures of 64 pixels between 0 and 1."""
    x = torch.rand(64, 64)
    return Variational(), x, evidence(x)


def q_learning() -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """A batch from a replay memory."""
    return Values(), (torch.randn(64, 8), torch.randn(64, 8), torch.randn(64)), lambda out: F.smooth_l1_loss(*out)
