"""DKS (Martens et al. 2021) and TAT (Zhang et al. 2022) by their authors' package: activations shifted and scaled.

The activation is changed so that the whole network's map of correlations has a given slope (DKS) or curvature (TAT)
at one; weights are orthogonal (of convolutions: in the middle tap alone), biases zero. Where the inputs are vectors,
each is divided by its own root mean square, as the paper asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import torch
from tasks import SHORTCUT, Task
from torch import Tensor, nn

from methods.method import Situation

BLOCKS = 9  # of a ResNet-20
TARGETS = (0.9, 0.8, 0.7, 0.6, 0.5)  # of C(0): the paper's, and what it advises where a net is too shallow for that
THEIRS = {"silu": "swish", "gelu": "gelu_exact", "relu": "leaky_relu"}  # neither method is for plain ReLU


class Shaped(nn.Module):
    """An activation as the package returns it."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class PerExample(nn.Module):
    """Each example's root mean square is made one."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True))


def shapeable(task: Task) -> bool:
    """Chains and residual networks; the theory for attention is another paper's."""
    return task.family != "postnorm"


def dks(task: Task) -> nn.Module:
    """The network for Deep Kernel Shaping with the paper's slope of 1.5."""
    return _network(task, "DKS")


def tat(task: Task) -> nn.Module:
    """The network for Tailored Activation Transformation with the paper's curvature 0.3, for ReLU with C(0) = 0.9."""
    return _network(task, "TAT")


def orthogonal(model: nn.Module, situation: Situation) -> None:
    """Scaled-corrected uniform orthogonal weights (the paper's SUO), delta ones for convolutions."""
    from dks.pytorch.parameter_sampling_functions import scaled_uniform_orthogonal_

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(situation.seed)
        for module in model.modules():
            if isinstance(module, nn.Linear):
                # The package reads (in, out), torch's layers hold (out, in).
                module.weight.data.copy_(scaled_uniform_orthogonal_(torch.empty(module.weight.T.shape)).T)
            elif isinstance(module, nn.Conv2d):
                turned = torch.empty(module.weight.transpose(0, 1).shape)
                module.weight.data.copy_(scaled_uniform_orthogonal_(turned).transpose(0, 1))
            if isinstance(module, (nn.Linear, nn.Conv2d)) and module.bias is not None:
                nn.init.zeros_(module.bias)


def _network(task: Task, method: str) -> nn.Module:
    function = shaped(task.activation, task.family, task.depth, method)
    network = task.build(lambda: Shaped(function), SHORTCUT)
    return nn.Sequential(PerExample(), network) if task.family == "chain" else network


@cache
def shaped(name: str, family: str, depth: int, method: str) -> Callable[[Tensor], Tensor]:
    """The activation ``name`` for a network of this kind; solved for once."""
    from autograd import numpy as np
    from dks.base import activation_transform
    from dks.base.activation_getter import _ACTIVATION_TABLE

    # The package has no Mish; the table is where it looks functions up.
    _ACTIVATION_TABLE.setdefault("mish", lambda x: x * np.tanh(np.logaddexp(0.0, x)))
    theirs = THEIRS.get(name, name)
    for target in TARGETS:
        with suppress(ValueError):  # raised where no slope of a leaky ReLU reaches the target
            return activation_transform.get_transformed_activations(
                [theirs],
                method=method,
                tat_params={"c_val_0_target": target},
                subnet_max_func=lambda x, local: _through(family, depth, x, local),
                activation_getter=_torch_function,
            )[theirs]
    raise ValueError(f"the package finds no parameters of {name} for {method} in {depth} layers")


def _through(family: str, depth: int, x: Any, local: Callable[[Any], Any]) -> Any:
    """The network's map of correlations, from that of one activation."""
    if family == "chain":
        for _ in range(depth):
            x = local(x)
        return x
    x = local(x)
    for _ in range(BLOCKS):
        x = local(SHORTCUT * x + (1 - SHORTCUT) * local(x))
    return x


def _torch_function(name: str) -> Callable[..., Tensor]:
    names = {theirs: ours for ours, theirs in THEIRS.items() if ours != "relu"}
    return getattr(torch.nn.functional, names.get(name, name))
