"""Statistics of many small samples at once.

A network repeats its shapes: twenty layers of 256 units give twenty equal samples. They are copied side by side into
one buffer and reduced together, so that the price of a sampled step is a handful of operations a group, not a dozen
a layer. A full buffer is reduced at once, so that memory does not grow with depth; results stay on
the device until ``finish``, so that nothing waits for it in the middle of a step. Buffers are used again in the next
sample: fresh memory costs more, by page faults, than the arithmetic in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch

from gainstage.observe import fill
from gainstage.observe.slopes import COARSE, best, slope
from gainstage.observe.visits import Energy, Moments, Slopes

_MOST_SAMPLES = 32
_MOST_ENTRIES = 1 << 17  # of one buffer: 512 kB in single precision

Key = tuple[Any, ...]
Result = tuple[list[Any], torch.Tensor, Callable[[list[Any], Any], None]]


class Group:
    """Samples of one shape, device and purpose, and what each of them is to fill in."""

    def __init__(self, shape: torch.Size, dtype: torch.dtype, device: torch.device) -> None:
        capacity = max(1, min(_MOST_SAMPLES, _MOST_ENTRIES // shape.numel()))
        self.buffer = torch.empty((capacity, *shape), dtype=dtype, device=device)
        self.slots = self.buffer.unbind(0)
        self.targets: list[Any] = []

    @property
    def samples(self) -> torch.Tensor:
        """What has been copied so far: (samples, rows, units)."""
        return self.buffer[: len(self.targets)].flatten(1, -2)


Pool = defaultdict[Key, list[Group]]


@dataclass(slots=True)
class Reducer:
    """Copies samples of shape (rows..., units) and fills in their ``Moments``, ``Slopes`` and ``Energy``.

    ``pool`` keeps the buffers that nobody uses; pass one to many reducers, one after the other or side by side.
    """

    pool: Pool = field(default_factory=lambda: defaultdict(list))
    groups: dict[Key, Group] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def moments(self, target: Moments, sample: torch.Tensor) -> None:
        dtype = torch.float32 if sample.dtype in COARSE else sample.dtype
        self._add((_moments, "", (), sample.shape, dtype, sample.device), target, sample)

    def energy(self, target: Energy, sample: torch.Tensor) -> None:
        self._add((_energies, "", (), sample.shape, wide(sample.device), sample.device), target, sample)

    def slopes(self, target: Slopes, sample: torch.Tensor, function: str, parameters: dict[str, Any]) -> None:
        key = (_slopes, function, tuple(parameters.items()), sample.shape, sample.dtype, sample.device)
        self._add(key, target, sample)

    def finish(self) -> None:
        """Reduce what is left and bring every result to the host: the only place that waits for a device."""
        for key, group in self.groups.items():
            self._reduce(key, group)
            self.pool[key].append(group)
        self.groups.clear()
        for targets, result, write in self.results:
            write(targets, result.cpu().numpy())
        self.results.clear()

    def _add(self, key: Key, target: Any, sample: torch.Tensor) -> None:
        group = self.groups.get(key)
        if group is None:
            if sample.numel() == 0:
                return
            free = self.pool[key]
            group = self.groups[key] = free.pop() if free else Group(*key[3:])
        group.slots[len(group.targets)].copy_(sample)
        group.targets.append(target)
        if len(group.targets) == len(group.slots):
            self._reduce(key, group)

    def _reduce(self, key: Key, group: Group) -> None:
        """Append the group's result; its buffer, which the arithmetic overwrites, is empty afterwards."""
        if group.targets:
            result = key[0](group.samples, key[1], dict(key[2]))
            if result is not None:
                self.results.append((group.targets, *result))
            group.targets = []


def wide(device: torch.device) -> torch.dtype:
    """Squares of gradients underflow in single precision from 1e-19 on; not every device has double."""
    return torch.float32 if device.type == "mps" else torch.float64


def _moments(samples: torch.Tensor, function: str, parameters: dict[str, Any]) -> tuple[torch.Tensor, Any]:
    """(samples, rows, units) -> (samples, 4, units): mean, variance, minimum, maximum over the rows."""
    least, most, first = samples.amin(1), samples.amax(1), samples[:, 0].clone()
    shifted = samples.sub_(first.unsqueeze(1))  # the variance of 0.5 + 1e-9 must not cancel
    mean = shifted.mean(1)
    variance = (shifted.square_().mean(1) - mean.square()).clamp_(min=0)
    return torch.stack((mean.add_(first), variance, least, most), 1), fill.moments


def _energies(samples: torch.Tensor, function: str, parameters: dict[str, Any]) -> tuple[torch.Tensor, Any]:
    """(samples, rows, units) -> (samples, units): mean squares over the rows."""
    return samples.square_().mean(1), fill.energies


def _slopes(samples: torch.Tensor, function: str, parameters: dict[str, Any]) -> tuple[torch.Tensor, Any] | None:
    """(samples, rows, units) -> (samples, 3, units): E[f'], E[f'^2], and above 0 where any row passes.

    In sixteen bits a fourth row: E[f'^2] as float32 would have it.
    """
    if function == "relu":  # f' is 0 or 1; NaN passes, as it does in training
        passing = 1 - samples.le_(0).float().mean(1)
        found = torch.stack((passing, passing, passing), 1)
    else:
        value = slope(function, samples, parameters)
        if value is None:
            return None
        value = value.float() if value.dtype in COARSE else value
        mean, most = value.mean(1), value.abs_().amax(1)
        rows = [mean, value.square_().mean(1), most]
        if samples.dtype in COARSE:
            wider = slope(function, samples.float(), parameters)
            rows += [] if wider is None else [wider.square().mean(1)]
        found = torch.stack(rows, 1)
    return found, partial(fill.slopes, best=best(function, parameters))
