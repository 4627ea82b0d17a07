"""The treatments: of weights, of modules, of steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from gainstage.errors import GainstageError
from gainstage.prescribe.live.treatment import Ledger, Treatment, module_of, needed, parameter_of
from gainstage.prescribe.source.activations import MODULES

if TYPE_CHECKING:
    import torch


@final
@dataclass(slots=True)
class Redraw(Treatment):
    """Weights drawn again, each with its own standard deviation; biases zero.

    The numbers come from a generator of its own, seeded with ``seed``: torch's random state does not move.
    """

    deviations: dict[str, float] = field(default_factory=dict)
    zeros: tuple[str, ...] = ()
    orthogonal: tuple[str, ...] = ()
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)  # units to revive; every row of other parameters
    seed: int = 0

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        for name in (*self.deviations, *self.orthogonal, *self.zeros):
            tensor = parameter_of(model, name)
            ledger.values(tensor, optimizer)
            rows = list(self.rows.get(name, range(len(tensor))))
            with torch.no_grad():
                fresh = torch.zeros(tensor[rows].shape)
                if name in self.deviations:
                    fresh.normal_(std=self.deviations[name], generator=generator)
                elif name in self.orthogonal:
                    torch.nn.init.orthogonal_(fresh, generator=generator)
                tensor[rows] = fresh.to(tensor)


@final
@dataclass(slots=True)
class Rescale(Treatment):
    """Weights times a number: their pattern stays."""

    factors: dict[str, float] = field(default_factory=dict)

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        import torch

        for name, factor in self.factors.items():
            tensor = parameter_of(model, name)
            ledger.values(tensor, optimizer)
            with torch.no_grad():
                tensor.mul_(factor)


@final
@dataclass(slots=True)
class Swap(Treatment):
    """Another activation in the place of activation modules; weights that it brings go to the optimizer."""

    modules: tuple[str, ...] = ()
    function: str = "relu"

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        import torch

        added: list[torch.nn.Parameter] = []
        like = next(model.parameters(), torch.empty(0))
        for path in self.modules:
            holder, name = module_of(model, path)
            new = getattr(torch.nn, MODULES[self.function])().to(like).train(holder.training)
            ledger.module(holder, name, new)
            added += list(new.parameters())
        ledger.parameters(optimizer, added)


@final
@dataclass(slots=True)
class Normalise(Treatment):
    """A layer normalisation or batch normalisation behind layers: ``Linear`` becomes ``Sequential(Linear, norm)``."""

    modules: tuple[str, ...] = ()
    kind: str = "batch"

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        import torch

        added: list[torch.nn.Parameter] = []
        for path in self.modules:
            holder, name = module_of(model, path)
            layer = holder._modules[name]
            assert layer is not None
            norm = normalisation(layer, self.kind).to(next(layer.parameters())).train(layer.training)
            ledger.module(holder, name, torch.nn.Sequential(layer, norm))
            added += list(norm.parameters())
        ledger.parameters(optimizer, added)


def normalisation(layer: torch.nn.Module, kind: str) -> torch.nn.Module:
    """The normalisation of this kind that fits what the layer puts out.

    Raises:
        GainstageError: for a layer other than linear and convolution.
    """
    from torch import nn

    if isinstance(layer, nn.Linear):
        width = layer.out_features
        return nn.BatchNorm1d(width) if kind == "batch" else nn.LayerNorm(width)
    if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        channels, rank = layer.out_channels, len(layer.kernel_size)
        return (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[rank - 1](channels) if kind == "batch" else (
            nn.GroupNorm(1, channels)
        )
    raise GainstageError(f"no normalisation known behind a {type(layer).__name__}: linear and convolution layers only")


@final
@dataclass(slots=True)
class Clip(Treatment):
    """Gradients clipped in front of every step, to a norm of ``limit`` over all that the optimizer holds."""

    limit: float = 1.0

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        import torch

        limit = self.limit

        def clip(stepping: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
            held = [parameter for group in stepping.param_groups for parameter in group["params"]]
            torch.nn.utils.clip_grad_norm_(held, limit)

        ledger.remember(needed(optimizer, self.remedy).register_step_pre_hook(clip).remove)


@final
@dataclass(slots=True)
class Adjust(Treatment):
    """A setting of every parameter group: times ``factor``, or set to ``value``."""

    setting: str = "lr"
    factor: float | None = None
    value: float | None = None

    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        for group in needed(optimizer, self.remedy).param_groups:
            if self.setting not in group:
                raise GainstageError(f"{type(optimizer).__name__} has no {self.setting}")
            new = group[self.setting] * self.factor if self.factor is not None else self.value
            ledger.setting(group, self.setting, new)
