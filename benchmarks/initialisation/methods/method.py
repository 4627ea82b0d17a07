"""What a method is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from tasks import ACTIVATIONS, Task
from torch import Tensor, nn

BATCH = 128


@dataclass(frozen=True)
class Situation:
    """A network that is about to be trained: its task, and a seed for whatever is drawn."""

    task: Task
    seed: int

    @cached_property
    def generator(self) -> torch.Generator:
        """A source of random numbers of its own."""
        return torch.Generator().manual_seed(self.seed)

    def batch(self, size: int = BATCH) -> tuple[Tensor, Tensor]:
        """Examples to train on; other ones at every call."""
        source = self.task.load()
        which = torch.randperm(len(source.inputs), generator=self.generator)[:size]
        return source.inputs[which], source.targets[which]

    def loss(self, model: Callable[[Tensor], Tensor], inputs: Tensor, targets: Tensor) -> Tensor:
        """What the training will minimise."""
        return F.cross_entropy(model(inputs), targets)


def untouched(model: nn.Module, situation: Situation) -> None:
    """As torch's constructors leave it."""


def plain(task: Task) -> nn.Module:
    """The task's network."""
    return task.build(ACTIVATIONS[task.activation], None)


def everywhere(task: Task) -> bool:
    """For every network."""
    return True


@dataclass(frozen=True, slots=True)
class Method:
    """``make`` builds the network (with other activations where the method asks for them), ``start`` gives it weights.

    ``needs`` are packages without which the method is left out.
    """

    title: str
    start: Callable[[nn.Module, Situation], None] = untouched
    make: Callable[[Task], nn.Module] = plain
    applies: Callable[[Task], bool] = everywhere
    needs: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether what it needs is there."""
        return all(find_spec(package) for package in self.needs)
