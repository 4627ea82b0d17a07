"""Training of one network from several starts with several learning rates, all at once.

Every (learning rate, seed) is a copy with parameters of its own; `torch.vmap` computes all copies in one pass. A copy
whose loss is no longer finite, or ten times that of guessing, has diverged and is taken out; so is a learning rate that
a third or two thirds of the way has come less than half as far below guessing as the best one. Where two thirds of the
way no copy has come below guessing at all, the race is over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from tasks import Task
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

TAIL = 20  # steps at the end over which the training loss is averaged
LOOK = 10  # steps between two looks for diverged copies
DIVERGED = 10.0  # times the loss of guessing
NOTHING = 0.99  # of the loss of guessing: above it, nothing has been learnt
CLEARLY = 0.2  # of the loss of guessing: below it, no learning rate is said to be better than another
HELD = 500
MOMENTUM, BETA, TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Run:
    """One copy: training loss (mean of the last steps; infinite where it diverged), held-out loss and accuracy."""

    rate: float
    seed: int
    loss: float
    held_loss: float
    accuracy: float


class Copies:
    """Parameters of all copies, stacked, with their momenta and learning rates."""

    def __init__(self, models: Sequence[nn.Module], rates: Sequence[float], adam: bool) -> None:
        stacked, buffers = stack_module_state(list(models))  # type: ignore[arg-type]
        self.names = list(stacked)
        self.values = [value.detach() for value in stacked.values()]
        self.buffers = {name: buffer[0] for name, buffer in buffers.items()}
        self.model, self.adam, self.step = models[0], adam, 0
        self.rates = torch.tensor(rates)
        self.first = [torch.zeros_like(value) for value in self.values]
        self.second = [torch.zeros_like(value) for value in self.values] if adam else []

    def outputs(self, values: Sequence[Tensor], inputs: Tensor) -> Tensor:
        """Logits of every copy; ``inputs`` has the copies as its first dimension."""
        given = dict(zip(self.names, values, strict=True))
        call = torch.vmap(lambda own, x: functional_call(self.model, (own, self.buffers), (x,)))
        return call(given, inputs)

    def descend(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """One step of every copy; returns the losses before it."""
        leaves = [value.requires_grad_() for value in self.values]
        losses = cross_entropies(self.outputs(leaves, inputs), targets)
        gradients = torch.autograd.grad(losses.sum(), leaves)
        with torch.no_grad():
            self._update(gradients)
        return losses.detach()

    def _update(self, gradients: Sequence[Tensor]) -> None:
        """SGD with momentum, or Adam with its bias correction, at each copy's own rate."""
        self.step += 1
        rates = [self.rates.view(-1, *[1] * (value.dim() - 1)) for value in self.values]
        if not self.adam:
            torch._foreach_mul_(self.first, MOMENTUM)
            torch._foreach_add_(self.first, list(gradients))
            torch._foreach_addcmul_(self.values, self.first, rates, -1.0)
            return
        torch._foreach_lerp_(self.first, list(gradients), 1 - MOMENTUM)
        torch._foreach_mul_(self.second, BETA)
        torch._foreach_addcmul_(self.second, list(gradients), list(gradients), 1 - BETA)
        scale = math.sqrt(1 - BETA**self.step) / (1 - MOMENTUM**self.step)
        roots = torch._foreach_sqrt(self.second)
        torch._foreach_add_(roots, TINY)
        torch._foreach_addcdiv_(self.values, torch._foreach_mul(self.first, rates), roots, -scale)

    def keep(self, which: Tensor) -> None:
        """Only the copies at these places go on."""
        self.values, self.first, self.second = (
            [each.detach()[which] for each in group] for group in (self.values, self.first, self.second)
        )
        self.rates = self.rates[which]


class Race:
    """Copies under way: which are alive, and the mean loss of each over the last steps."""

    def __init__(self, models: Sequence[nn.Module], task: Task) -> None:
        self.task, self.source = task, task.load()
        seeds = range(len(models))
        self.labels = [(rate, seed) for rate in task.rates for seed in seeds]
        self.copies = Copies([models[seed] for _, seed in self.labels], [rate for rate, _ in self.labels], task.adam)
        self.orders = [_batches(len(self.source.inputs), task, seed) for seed in seeds]
        self.alive = torch.arange(len(self.labels))
        self.recent = torch.full((TAIL, len(self.labels)), math.inf)

    def step(self, number: int) -> None:
        """One step of all that are alive."""
        which = torch.stack([self.orders[self.labels[place][1]][number] for place in self.alive.tolist()])
        losses = self.copies.descend(self.source.inputs[which], self.source.targets[which])
        self.recent[number % TAIL] = math.inf
        self.recent[number % TAIL, self.alive] = losses.nan_to_num(math.inf, math.inf)
        if number % LOOK == LOOK - 1:
            self.keep(losses <= DIVERGED * self.source.guessing)
        if number in (self.task.steps // 3, 2 * self.task.steps // 3):
            self.keep(self.promising())

    def hopeless(self, number: int) -> bool:
        """Whether nothing has been learnt in most of the time."""
        late = number >= 2 * self.task.steps // 3
        return late and float(self.recent.mean(0).min()) > NOTHING * self.source.guessing

    def promising(self) -> Tensor:
        """Which of those alive have a learning rate that may still be the best."""
        below = (self.source.guessing - self.recent.mean(0)).clamp(min=0).view(len(self.task.rates), -1).mean(1)
        best = below.max()
        hopeful = (below >= best / 2) | (best < CLEARLY * self.source.guessing)
        return hopeful.repeat_interleave(len(self.orders))[self.alive]

    def keep(self, which: Tensor) -> None:
        """Take the others out."""
        if not which.all():
            self.alive = self.alive[which]
            self.copies.keep(which.nonzero().flatten())


def train(models: Sequence[nn.Module], task: Task) -> list[Run]:
    """Train a copy of each model (one per seed, the same for every learning rate) for the task's budget.

    Copies that were taken out have infinite losses.
    """
    race = Race(models, task)
    for number in range(task.steps):
        race.step(number)
        if not len(race.alive) or race.hopeless(number):
            break
    return _runs(race)


def _batches(examples: int, task: Task, seed: int) -> Tensor:
    """Which examples each step sees: (steps, batch), epoch after epoch, the same for every method."""
    generator = torch.Generator().manual_seed(1000 + seed)
    epochs = math.ceil(task.steps * task.batch / examples)
    order = torch.cat([torch.randperm(examples, generator=generator) for _ in range(epochs)])
    return order[: task.steps * task.batch].view(task.steps, task.batch)


@torch.no_grad()
def _runs(race: Race) -> list[Run]:
    """What became of every copy."""
    found = dict.fromkeys(range(len(race.labels)), (math.inf, math.inf, 0.0))
    if len(race.alive):
        source, count = race.source, len(race.alive)
        inputs, targets = source.held_inputs[:HELD], source.held_targets[:HELD]
        logits = race.copies.outputs(race.copies.values, inputs.expand(count, *inputs.shape))
        targets = targets.expand(count, *targets.shape)
        held = cross_entropies(logits, targets)
        right = (logits.argmax(2) == targets).double().flatten(1).mean(1)
        tail = race.recent.mean(0)
        for index, place in enumerate(race.alive.tolist()):
            found[place] = (float(tail[place]), float(held[index]), float(right[index]))
    return [Run(*race.labels[place], *found[place]) for place in range(len(race.labels))]


def cross_entropies(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean cross-entropy of every copy, from logits of shape (copies, batch, classes, ...)."""
    flat = F.cross_entropy(logits.flatten(0, 1), targets.flatten(0, 1), reduction="none")
    return flat.view(len(logits), -1).mean(1)
