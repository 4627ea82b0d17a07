"""Train a small network to tell two kinds of points in the plane apart; it prints what it knows as lines of JSON."""

from __future__ import annotations

import argparse
import base64
import json
import math
import time
from itertools import pairwise

import torch
from torch import nn

POINTS = 400
SIDE = 48  # of the grid on which the decision is shown
REACH = 1.6  # of the plane that is shown, to all sides


def circles(share: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """A ring around a disc."""
    radius = torch.where(label == 0, 0.45, 1.15)
    return torch.stack([radius * torch.cos(2 * math.pi * share), radius * torch.sin(2 * math.pi * share)], dim=1)


def moons(share: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Two half rings that reach into each other."""
    x, y = torch.cos(math.pi * share), torch.sin(math.pi * share)
    return torch.stack([torch.where(label == 0, x - 0.5, 0.5 - x), torch.where(label == 0, y - 0.25, 0.25 - y)], dim=1)


def spirals(share: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Two arms that wind around each other."""
    radius, turn = 0.15 + 1.15 * share, 3.2 * math.pi * share + math.pi * label
    return torch.stack([radius * torch.cos(turn), radius * torch.sin(turn)], dim=1)


def xor(share: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Four squares, opposite ones of one kind."""
    x, y = torch.rand(len(share)) * 1.1 + 0.1, torch.rand(len(share)) * 1.1 + 0.1
    side = torch.where(share < 0.5, 1.0, -1.0)
    return torch.stack([side * x, side * y * (1 - 2 * label)], dim=1)


SHAPES = {"circles": circles, "moons": moons, "spirals": spirals, "xor": xor}


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=SHAPES, default="spirals")
    parser.add_argument("--noise", type=float, default=0.05)
    parser.add_argument("--scale", type=float, default=1.0, help="factor on the inputs")
    parser.add_argument("--depth", type=int, default=3, help="hidden layers")
    parser.add_argument("--width", type=int, default=24, help="units in each")
    parser.add_argument("--activation", default="ReLU", help="a module of torch.nn")
    parser.add_argument("--init", choices=("torch", "he", "glorot", "small", "large", "zero"), default="torch")
    parser.add_argument("--optimizer", choices=("SGD", "Adam"), default="Adam")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--pace", type=float, default=300.0, help="steps per second at most")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def network(asked: argparse.Namespace) -> nn.Sequential:
    """Linear layers with the activation between them."""
    sizes = [2, *[asked.width] * asked.depth]
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), getattr(nn, asked.activation)()]
    model = nn.Sequential(*layers, nn.Linear(sizes[-1], 2))
    for layer in model:
        if isinstance(layer, nn.Linear) and asked.init != "torch":
            start(layer, asked.init)
    return model


def start(layer: nn.Linear, init: str) -> None:
    """Draw the weights anew."""
    nn.init.zeros_(layer.bias)
    if init == "he":
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif init == "glorot":
        nn.init.xavier_normal_(layer.weight)
    elif init == "zero":
        nn.init.zeros_(layer.weight)
    else:
        nn.init.normal_(layer.weight, std=(0.1 if init == "small" else 5.0) / math.sqrt(layer.in_features))


def main() -> None:
    """Train, and say from time to time how far it is."""
    asked = options()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(1)
    label = torch.arange(POINTS) % 2
    plane = SHAPES[asked.data](torch.rand(POINTS), label) + asked.noise * torch.randn(POINTS, 2)
    inputs = asked.scale * plane
    line = torch.linspace(-REACH, REACH, SIDE)
    grid = asked.scale * torch.cartesian_prod(-line, line).flip(1)  # rows from top to bottom, each from left to right
    model = network(asked)
    optimizer = getattr(torch.optim, asked.optimizer)(model.parameters(), lr=asked.lr)
    say({"points": torch.round(plane, decimals=3).tolist(), "labels": label.tolist(), "side": SIDE, "reach": REACH})
    began = shown = time.monotonic()
    for step in range(asked.steps + 1):
        chosen = torch.randint(POINTS, (asked.batch,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs[chosen]), label[chosen])
        loss.backward()
        optimizer.step()
        if time.monotonic() - shown > 0.12 or step in (0, asked.steps):
            shown = time.monotonic()
            say({"step": step, "loss": loss.item(), **seen(model, grid, inputs, label)})
        time.sleep(max(0.0, began + step / asked.pace - time.monotonic()))


@torch.no_grad()
def seen(model: nn.Module, grid: torch.Tensor, inputs: torch.Tensor, label: torch.Tensor) -> dict[str, object]:
    """The share of points that are told apart, and the probability of the second kind all over the plane."""
    share = torch.nan_to_num(model(grid).softmax(dim=1)[:, 1], nan=0.5)
    right = (model(inputs).argmax(dim=1) == label).float().mean().item()
    return {"accuracy": right, "grid": base64.b64encode(bytes((255 * share).round().int().tolist())).decode()}


def say(words: dict[str, object]) -> None:
    """One line of JSON; what is no number is null."""
    lost = {key: None for key, value in words.items() if isinstance(value, float) and not math.isfinite(value)}
    print(json.dumps({**words, **lost}), flush=True)


if __name__ == "__main__":
    main()
