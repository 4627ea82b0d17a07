"""Small networks trained side by side on real data: one for each learning rate and seed, in one batched product.

A network's weights, the order of its data and so its whole training depend on its own seed alone; networks that differ
in the activation or in anything else but the seed are therefore pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gainstage.claims.data import Table

if TYPE_CHECKING:
    from torch import Tensor

HE = math.sqrt(2.0)
XAVIER = 1.0
DEFAULT = 1 / math.sqrt(3.0)  # torch's own: uniform within ±1/√n


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network of equal hidden layers under plain gradient descent, and how many of it are trained.

    Attributes:
        function: hidden activation, as named in torch.
        layers: hidden layers.
        width: units in each.
        gain: deviation of the hidden weights times √fan-in; the output layer has 1.
        mean: mean of the hidden weights times √fan-in.
        bias: hidden biases at the start.
        rates: learning rates, each trained with every seed.
        seeds: how many.
        batch: examples in a step.
        clip: largest norm of a network's gradient.
        decay: L2 penalty on the weights, as torch's ``weight_decay``.
        dropout: share of hidden outputs dropped in training.
    """

    function: str
    layers: int = 2
    width: int = 64
    gain: float = HE
    mean: float = 0.0
    bias: float = 0.0
    rates: tuple[float, ...] = (0.1,)
    seeds: int = 8
    batch: int = 64
    clip: float = math.inf
    decay: float = 0.0
    dropout: float = 0.0


class Ensemble:
    """``len(rates) * seeds`` networks; results have the shape (rates, seeds)."""

    def __init__(self, recipe: Recipe, table: Table) -> None:
        import torch

        self.recipe = recipe
        self.x = torch.tensor(table.inputs, dtype=torch.float32)
        self.y = torch.tensor(table.targets, dtype=torch.long)
        self.function = _activation(recipe.function)
        # Derived from the seed alone: whatever else differs, networks of one seed start alike and see the same data.
        self.generators = [torch.Generator().manual_seed(1000 + seed) for seed in range(recipe.seeds)]
        copies = len(recipe.rates)
        sizes = [self.x.shape[1], *[recipe.width] * recipe.layers, int(self.y.max()) + 1]
        self.weights, self.biases = [], []
        for number, (entering, leaving) in enumerate(pairwise(sizes)):
            drawn = torch.stack([torch.randn(entering, leaving, generator=g) for g in self.generators])
            hidden = number < recipe.layers
            drawn = (drawn * (recipe.gain if hidden else 1.0) + (recipe.mean if hidden else 0.0)) / math.sqrt(entering)
            offset = torch.full((recipe.seeds, 1, leaving), float(recipe.bias) if hidden else 0.0)
            self.weights.append(drawn.repeat(copies, 1, 1).requires_grad_())
            self.biases.append(offset.repeat(copies, 1, 1).requires_grad_())
        self.rate = torch.tensor(recipe.rates).repeat_interleave(recipe.seeds)[:, None, None]

    @property
    def parameters(self) -> list[Tensor]:
        """Weights and biases of all networks, first dimension the network."""
        return [*self.weights, *self.biases]

    def hidden(self, x: Tensor, *, training: bool = False) -> Iterator[Tensor]:
        """Outputs of one hidden layer after the other: networks × examples × units; last the scores."""
        import torch

        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = torch.baddbmm(bias, x, weight)
            if number < self.recipe.layers:
                x = self.function(x)
                if training and self.recipe.dropout:
                    x = torch.nn.functional.dropout(x, self.recipe.dropout)
            yield x

    def loss(self, rows: Tensor, *, training: bool = True) -> Tensor:
        """Sum over the networks of the mean cross-entropy over their own ``rows`` (networks × examples)."""
        from torch.nn.functional import cross_entropy

        *_, scores = self.hidden(self.x[rows], training=training)
        return cross_entropy(scores.flatten(0, 1), self.y[rows].flatten(), reduction="sum") / rows.shape[1]

    def train(self, steps: int) -> Ensemble:
        """Take ``steps`` more steps."""
        import torch

        for _ in range(steps):
            drawn = [torch.randint(len(self.x), (self.recipe.batch,), generator=g) for g in self.generators]
            rows = torch.stack(drawn).repeat(len(self.recipe.rates), 1)
            gradients = torch.autograd.grad(self.loss(rows), self.parameters)
            with torch.no_grad():
                scale = self._clipping(gradients)
                for number, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
                    decay = self.recipe.decay if number < len(self.weights) else 0.0
                    parameter -= self.rate * (gradient * scale + decay * parameter)
        return self

    def _clipping(self, gradients: tuple[Tensor, ...]) -> Any:
        if math.isinf(self.recipe.clip):
            return 1.0
        import torch

        norm = torch.stack([g.double().square().sum(dim=(1, 2)) for g in gradients]).sum(dim=0).sqrt()
        return (self.recipe.clip / norm).clamp(max=1.0).float()[:, None, None]

    def error(self, table: Table) -> Any:
        """Share of ``table`` that is classified wrongly; a network that has no finite scores is wrong on all."""
        import torch

        x, y = torch.tensor(table.inputs, dtype=torch.float32), torch.tensor(table.targets, dtype=torch.long)
        with torch.no_grad():
            *_, scores = self.hidden(x.expand(len(self.rate), -1, -1))
            wrong = (scores.argmax(-1) != y) | ~scores.isfinite().all(-1)
        return self._shaped(wrong.float().mean(-1))

    def dead_share(self, table: Table | None = None) -> Any:
        """Share of hidden units that are silent on every example of ``table``, by default of what is trained on."""
        import torch

        x = self.x if table is None else torch.tensor(table.inputs, dtype=torch.float32)
        with torch.no_grad():
            layers = list(self.hidden(x.expand(len(self.rate), -1, -1)))[:-1]
        # What is 0 on every example, or no number at all, is dead; this is asked of ReLU only.
        silent = torch.cat([~(layer > 0).any(dim=1) for layer in layers], dim=-1)
        return self._shaped(silent.float().mean(-1))

    def gradient_db(self, examples: int = 256, *, training: bool = False) -> Any:
        """RMS of the gradient at each hidden layer's output over that at the last one's, in dB: (networks, layers)."""
        import torch

        rows = torch.arange(examples).expand(len(self.rate), -1)
        from torch.nn.functional import cross_entropy

        *layers, scores = self.hidden(self.x[rows], training=training)
        loss = cross_entropy(scores.flatten(0, 1), self.y[rows].flatten(), reduction="sum") / examples
        gradients = torch.autograd.grad(loss, layers)
        size = torch.stack([g.double().square().mean(dim=(1, 2)).sqrt() for g in gradients], dim=-1)
        return 20 * (size / size[:, -1:]).log10().numpy()

    def _shaped(self, values: Tensor) -> Any:
        return values.reshape(len(self.recipe.rates), self.recipe.seeds).numpy()


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    import torch

    return getattr(torch, name, None) or getattr(torch.nn.functional, name)


@contextmanager
def apart() -> Iterator[None]:
    """torch's own random numbers from seed 0 and one thread, and both as they were afterwards.

    Products this small gain nothing from a second thread and lose twentyfold to one that has to wait for its core.
    """
    import torch

    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
