"""Statistics of many small samples at once.

A network repeats its shapes: twenty layers of 256 units give twenty equal samples. They are stacked and reduced
together, so that the price of a sampled step is a handful of operations a group, not a dozen a layer. Groups
are reduced as soon as they are full, so that memory does not grow with depth; results stay on
the device until ``finish``, so that nothing waits for it in the middle of a step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch

from gainstage.observe import fill
from gainstage.observe.slopes import best, slope
from gainstage.observe.visits import Energy, Moments, Slopes

_FULL = 32
Result = tuple[list[Any], torch.Tensor, Callable[[list[Any], Any], None]]


@dataclass(slots=True)
class Group:
    """Samples of one shape, device and purpose, waiting to be reduced together."""

    targets: list[Any] = field(default_factory=list)
    samples: list[torch.Tensor] = field(default_factory=list)


@dataclass(slots=True)
class Reducer:
    """Collects samples of shape (rows, units) and fills in their ``Moments``, ``Slopes`` and ``Energy``."""

    groups: dict[tuple[Any, ...], Group] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def moments(self, target: Moments, sample: torch.Tensor) -> None:
        self._add(("moments",), target, sample)

    def energy(self, target: Energy, sample: torch.Tensor) -> None:
        self._add(("energy",), target, sample)

    def slopes(self, target: Slopes, sample: torch.Tensor, function: str, parameters: dict[str, Any]) -> None:
        self._add(("slopes", function, tuple(parameters.items())), target, sample)

    def finish(self) -> None:
        """Reduce what is left and bring every result to the host: the only place that waits for a device."""
        for key in list(self.groups):
            self._reduce(key)
        for targets, result, write in self.results:
            write(targets, result.cpu().double().numpy())
        self.results.clear()

    def _add(self, purpose: tuple[Any, ...], target: Any, sample: torch.Tensor) -> None:
        if sample.numel() == 0:
            return
        key = (*purpose, sample.shape, sample.dtype, sample.device)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group()
        group.targets.append(target)
        group.samples.append(sample)
        if len(group.samples) == _FULL:
            self._reduce(key)

    def _reduce(self, key: tuple[Any, ...]) -> None:
        group = self.groups.pop(key)
        stacked = torch.stack(group.samples)
        purpose = key[0]
        if purpose == "moments":
            self.results.append((group.targets, _moments(stacked), fill.moments))
        elif purpose == "energy":
            self.results.append((group.targets, _wide(stacked).square_().mean(1), fill.energies))
        else:
            parameters = dict(key[2])
            value = slope(key[1], stacked, parameters)
            if value is not None:
                write = partial(fill.slopes, best=best(key[1], parameters))
                self.results.append((group.targets, _slopes(value), write))


def _wide(stacked: torch.Tensor) -> torch.Tensor:
    """A copy in float64 where the device has it: squares of gradients underflow in float32 from 1e-19 on."""
    wide = torch.float32 if stacked.device.type == "mps" else torch.float64
    return stacked.to(wide, copy=True)


def _full(stacked: torch.Tensor) -> torch.Tensor:
    """Half precision is too coarse to add up in."""
    return stacked.float() if stacked.dtype in (torch.float16, torch.bfloat16) else stacked


def _moments(stacked: torch.Tensor) -> torch.Tensor:
    """(samples, rows, units) -> (samples, 4, units): mean, variance, minimum, maximum over the rows."""
    full = _full(stacked)
    first = full[:, :1]
    least, most = full.amin(1), full.amax(1)
    shifted = full - first  # the variance of 0.5 + 1e-9 must not cancel
    mean = shifted.mean(1)
    variance = (shifted.square_().mean(1) - mean.square()).clamp_(min=0)
    return torch.stack((mean + first[:, 0], variance, least, most), 1)


def _slopes(value: torch.Tensor) -> torch.Tensor:
    """(samples, rows, units) -> (samples, 3, units): E[f'], E[f'^2], and 1 where any row passes."""
    full = _full(value)
    most, mean = full.abs().amax(1), full.mean(1)
    return torch.stack((mean, full.square().mean(1), (most > 0).to(mean.dtype)), 1)
